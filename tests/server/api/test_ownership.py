"""Nobody else's: every call of the API, by everybody who might make it. A call that is added must be placed here."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from byleave.kernel.canonical import digest_bytes
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.server.acknowledging import RequestKey
from byleave.server.lineage.recording import record_model, record_snapshot
from tests.server.lineage.published import publish
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.server.serving import Answer, Client, Running

CANARY = "canary-4711"
"""Stands in the id of the member, of their item and of their objection: where it turns up, it leaks."""
ANA, BOB = f"ana-{CANARY}", "bob"
ITEM, OBJECTION = f"item-{CANARY}", f"objection-{CANARY}"
SETTING = "ai-training"
OTHER_SCOPE = "notices:write", "ledger:read"

MINE = "mine"
"""Answered to every member, about themselves."""
ONE_OF_MINE = "one of mine"
"""Names something of the member's own; to another member it is not there."""

PLACED: dict[str, str] = {
    "me": MINE,
    "my_preference": MINE,
    "set_my_preference": MINE,
    "my_history": MINE,
    "my_receipt": ONE_OF_MINE,
    "my_items": MINE,
    "my_item": ONE_OF_MINE,
    "my_item_explained": ONE_OF_MINE,
    "my_withheld_items": MINE,
    "withhold_my_item": ONE_OF_MINE,
    "release_my_item": ONE_OF_MINE,
    "my_objections": MINE,
    "object": MINE,
    "my_objection": ONE_OF_MINE,
    "withdraw_my_objection": ONE_OF_MINE,
    "my_notices": MINE,
    "my_signals": MINE,
    "my_trace": MINE,
    "register": "members:write",
    "member": "members:read",
    "move": "members:write",
    "close": "members:write",
    "reopen": "members:write",
    "merge": "members:write",
    "preference": "members:read",
    "set_preference": "preferences:write",
    "history": "history:read",
    "receipt": "history:read",
    "withhold": "preferences:write",
    "release": "acts:own",
    "set_preferences": "preferences:write",
    "receive_objection": "objections:write",
    "withdraw": "acts:own",
    "objections": "members:read",
    "deliver_notices": "notices:write",
    "decide": "decisions:read",
    "head": "ledger:read",
    "snapshots": "lineage:read",
    "snapshot": "lineage:read",
    "models": "lineage:read",
    "model": "lineage:read",
    "trace": "lineage:read",
    "forgetting": "lineage:read",
    "model_forgetting": "models:forget",
    "acknowledge_forgetting": "models:forget",
    "acknowledge_revocations": "revocations:acknowledge",
    "retire_model": "models:forget",
    # last, since nothing is left to be read afterwards
    "erase": "members:erase",
}
"""Operation → whose it is: a member's own, or a service's with a scope. In the order in which they are allowed."""
ALSO_MEMBERS = {"head"}
ALSO_STAFF = {"snapshots", "snapshot", "models", "model", "trace", "forgetting"}
MODEL = f"model-{CANARY}"
"""A model that saw the member's item."""
SNAPSHOTS: dict[str, str] = {}
"""Address of a server → the snapshot in which the item is."""

BODIES: dict[str, Any] = {
    "set_my_preference": {"value": "off"},
    "object": {"purpose": None},
    "acknowledge_forgetting": {"keys": ["0123456789abcdef"], "how": "retrained"},
    "register": {"member_id": "cleo", "country": "FR"},
    "move": {"country": "FR"},
    "merge": {"into": "dora"},
    "set_preference": {"value": "off", "act": "imported"},
    "withhold": {"act": "platform"},
    "set_preferences": {"preferences": [{"member_id": ANA, "setting": SETTING, "value": "off", "act": "imported"}]},
    "receive_objection": {"subject": ANA, "act": "imported"},
    "withdraw": {"subject": ANA},
    "deliver_notices": {"deliveries": [{"member_id": ANA, "notice": "ai-training"}]},
    "decide": {"item_ids": [ITEM]},
}
HOLDER, ACKNOWLEDGE = "holder-of-a-copy", "revocations:acknowledge"
QUERIES = {"my_item_explained": "?purpose=generative-ai&recipient=platform"}


class Operation(NamedTuple):
    """One call of the document."""

    name: str
    method: str
    path: str


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with two members, of whom one has an item, an objection, a receipt and something held back."""
    folder = tmp_path_factory.mktemp("ownership")
    with serving(folder, engine=request.param, content=f"sqlite:///{items_table(folder)}") as running:
        with running.inside() as service:
            for member in (ANA, BOB, "dora"):
                service.register(member, "DE")
            service.set_preference(ANA, SETTING, "off")
            service.object(ANA, None, OBJECTION)
            head = service.head()
            service.withhold(ANA, ITEM)
            address = service.store.address
        taken = publish(folder / "snapshot", [(ITEM, ANA)], head.seq, head.epoch)
        secret = (folder / "data" / "suppression.key").read_bytes()
        SNAPSHOTS[running.url] = record_snapshot(taken, address, secret).snapshot.manifest
        record_model([taken], address, digest_bytes(b"weights"), name=MODEL)
        with running.inside() as service:
            given = {"manifest": SNAPSHOTS[running.url], "holder": HOLDER}
            told = {**given, "digest": digest_bytes(b"list"), "items": 1}
            service.store.append([Proposal(Kind.SNAPSHOT_HANDED_OVER, "", PLATFORM, given)])
            service.store.append([Proposal(Kind.REVOCATIONS_PUBLISHED, "", PLATFORM, told)])
        yield running


def items_table(folder: Path) -> Path:
    """A database with one item of the first member, and one of the second."""
    path = folder / "items.db"
    columns = "item_id, member_id, category, visibility, created_at, changed_at, public_since, withheld, subjects, "
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE items ({columns} ai_written, language, text)")
        for item, member in ((ITEM, ANA), ("item-of-bob", BOB)):
            row = (item, member, "post", "public", "2026-01-10T10:00:00Z", *(None,) * 6, f"text of {item}")
            connection.execute(f"INSERT INTO items VALUES ({', '.join('?' * 12)})", row)
    connection.close()
    return path


@pytest.fixture(scope="module")
def document(world: Running) -> dict[str, Any]:
    """The OpenAPI document as it is published."""
    told: dict[str, Any] = world.client().call("GET", "/api/v1/openapi.json").json
    return told


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, Operation]:
    """Every call that the document has."""
    return {
        one["operationId"]: Operation(one["operationId"], method.upper(), path)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    }


@pytest.fixture(scope="module")
def callers(world: Running) -> dict[str, Client]:
    """Everybody who might call."""
    scopes = {scope for scope in PLACED.values() if ":" in scope}
    return {
        "owner": world.member(ANA),
        "other": world.member(BOB),
        "anonymous": world.client(),
        "staff": world.staff(),
        "staff without factor": world.staff("careless", factor=False),
        **{scope: world.service(scope, name=HOLDER if scope == ACKNOWLEDGE else None) for scope in scopes},
    }


def call(client: Client, one: Operation, receipt: int) -> Answer:
    """Make a call about the first member, with all that it needs."""
    parts = {"member_id": ANA, "setting": SETTING, "item_id": ITEM, "seq": receipt, "objection": OBJECTION}
    parts |= {"snapshot": SNAPSHOTS.get(client.url, "0"), "model": MODEL}
    path = one.path.format(**parts, subject=ANA) + QUERIES.get(one.name, "")
    body = BODIES.get(one.name)
    if one.name == "acknowledge_revocations":
        body = {"manifest": SNAPSHOTS.get(client.url), "digest": digest_bytes(b"list")}
    return client.call(one.method, path, body)


def receipt_of_ana(world: Running) -> int:
    """The number of an entry of the first member that has a receipt."""
    with world.inside() as service:
        return next(one.entry.seq for one in service.history(ANA) if one.has_receipt)


def without_leave(name: str, callers: dict[str, Client]) -> dict[str, Client]:
    """Everybody who may not make a call: for a service's, every one without its scope."""
    own = PLACED[name]
    services = {caller: one for caller, one in callers.items() if ":" in caller and caller != own}
    refused = {caller: callers[caller] for caller in ("anonymous", "staff without factor")}
    if name not in ALSO_STAFF:
        refused["staff"] = callers["staff"]
    if own not in (MINE, ONE_OF_MINE) and name not in ALSO_MEMBERS:
        refused |= {caller: callers[caller] for caller in ("owner", "other")}
    return {**services, **refused}


def test_every_call_is_placed(operations: dict[str, Operation]) -> None:
    """Each call of the document stands in the matrix, and the matrix has no other."""
    assert set(operations) == set(PLACED)


def test_nobody_gets_what_is_not_theirs(
    world: Running, operations: dict[str, Operation], callers: dict[str, Client]
) -> None:
    """Each call, by everybody who may not make it: refused, nothing told, nothing recorded. 0 leaks."""
    receipt, leaks, tried = receipt_of_ana(world), list[str](), 0
    with world.inside() as service:
        before = service.head().seq
        for name, one in operations.items():
            for caller, client in without_leave(name, callers).items():
                answer = call(client, one, receipt)
                tried += 1
                if answer.status not in (401, 403) or CANARY in answer.body.decode():
                    leaks.append(f"{name} by {caller}: {answer.status}")
                if answer.headers.get("Content-Type") != "application/problem+json":
                    leaks.append(f"{name} by {caller}: no problem")
        assert service.head().seq == before
    assert leaks == []
    assert tried > 250


def test_another_member_meets_only_themselves(
    world: Running, operations: dict[str, Operation], callers: dict[str, Client]
) -> None:
    """Each call of a member's own, by another member: about that member, or as if there were nothing."""
    receipt, leaks = receipt_of_ana(world), list[str]()
    for name, one in operations.items():
        if PLACED[name] not in (MINE, ONE_OF_MINE):
            continue
        answer = call(callers["other"], one, receipt)
        body = answer.body.decode()
        if PLACED[name] == ONE_OF_MINE:
            absent = call_absent(callers["other"], one)
            if answer.status != 404 or body.replace(CANARY, "absent").replace(f"`{receipt}`", "`4711`") != absent:
                leaks.append(f"{name}: {answer.status} {body}")
        elif answer.status >= 300 or CANARY in body:
            leaks.append(f"{name}: {answer.status} {body}")
    with world.inside() as service:
        assert leaks == []
        assert [one.setting for one in service.member(ANA).settings if one.value == "on"] == []
        assert len(service.member(ANA).objections) == 1


def call_absent(client: Client, one: Operation) -> str:
    """The same call about what was never there."""
    parts = {"item_id": "item-absent", "objection": "objection-absent", "seq": 4711}
    path = one.path.format(**parts) + QUERIES.get(one.name, "")
    return client.call(one.method, path, BODIES.get(one.name)).body.decode()


def test_who_may_call_is_answered(world: Running, operations: dict[str, Operation], callers: dict[str, Client]) -> None:
    """Each call, by whom it is for: it is not the refusals above that make everything fail."""
    receipt, failed = receipt_of_ana(world), list[str]()
    for name, own in PLACED.items():
        client = callers["owner"] if own in (MINE, ONE_OF_MINE) else callers[own]
        answer = call(client, operations[name], receipt)
        if answer.status not in (200, 201):
            failed.append(f"{name}: {answer.status} {answer.body.decode()}")
    assert failed == []


def test_same_key_of_two_callers_names_two_requests(world: Running) -> None:
    """A key that another caller has used does not give that caller's answer away."""
    with world.inside() as service:
        service.register("cleo-2", "DE")
        first = service.set_preference(BOB, SETTING, "off", key=RequestKey("member:one", "k"))
        second = service.set_preference("cleo-2", SETTING, "off", key=RequestKey("member:two", "k"))

    assert (first.entry.subject, second.entry.subject) == (BOB, "cleo-2")

"""Live decisions look for people in texts as the gate does, on the same ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import byleave
from byleave.adapters.key_files import new_keys
from byleave.finding.identifiers import digest_text
from byleave.kernel.errors import InputError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.policy.facts import Item
from byleave.server import naming
from byleave.server.content import ContentItem, NoContent
from byleave.server.db.store import Store
from byleave.server.forms import Forms
from byleave.server.naming import Naming
from byleave.server.objecting import Given
from byleave.server.policy_in_force import in_force
from byleave.server.service import Service, present
from byleave.server.signing import Signing
from tests.server.db.conftest import ENGINES
from tests.server.db.ledgers import SECRET, new_ledger

if TYPE_CHECKING:
    from pathlib import Path

PACK = "linkedin@2025-10-24"
CREATED = datetime(2025, 12, 1, tzinfo=UTC)
TEXTS = {
    "name": "Dinner with Ana Lima.",
    "order": "LIMA, ANA spoke.",
    "email": "Write to bea@example.com today",
    "plus": "bea+x@example.com",
    "handle": "Thanks @cem_ak!",
    "item": "Nothing in here.",
    "review": "Ana Lima is a village.",
    "nobody": "Rain again.",
    "blank": None,
}


def service(engine: str, folder: Path) -> Service:
    """A service under the article's pack, with one owner."""
    new_keys(folder / "keys", "example.org/receipts", datetime(2026, 1, 1, tzinfo=UTC))
    store = Store(new_ledger(engine, folder), suppression_secret=SECRET)
    parts = (store, in_force([PACK]), Signing(folder / "keys"), NoContent())
    made = Service(*parts, secret=SECRET, clock=present, forms=Forms(folder / "keys" / "forms"))
    made.register("owner", "US")
    return made


def items() -> list[ContentItem]:
    """An item for each text."""
    return [
        ContentItem(Item(name, "owner", "post", "public", CREATED, subjects=()), text) for name, text in TEXTS.items()
    ]


def live(made: Service) -> dict[str, str]:
    """What the service decides of each."""
    states = made.decide(items(), "generative-ai", "linkedin")
    assert not any(state.item.facts.named for state in states)
    return {state.item.item_id: state.outcomes[0].reason.value for state in states}


def gate(made: Service, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the gate decides of each."""
    (folder / "secret").write_bytes(SECRET)
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(folder / "secret"))
    rows: list[dict[str, Any]] = [
        {"item_id": name, "member_id": "owner", "category": "post", "visibility": "public",
         "created_at": CREATED, "subjects": [], "text": text}
        for name, text in TEXTS.items()
    ]  # fmt: skip
    kinds = pa.schema([
        *((name, pa.string()) for name in ("item_id", "member_id", "category", "visibility")),
        ("created_at", pa.timestamp("us", "UTC")), ("subjects", pa.list_(pa.string())), ("text", pa.string()),
    ])  # fmt: skip
    out = folder / f"out-{made.head().seq}"
    options: dict[str, Any] = {"pack": PACK, "purpose": "generative-ai", "recipient": "linkedin"}
    table = pa.Table.from_pylist(rows, kinds)
    byleave.gate(table, register=made.store.address, out=out, decisions_only=True, **options)
    return {row["item_id"]: row["reason"] for row in pq.read_table(out / "decisions").to_pylist()}


@pytest.mark.parametrize("engine", ENGINES)
def test_pages_decide_as_the_gate(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M12: names, addresses, handles, links, reviews, withdrawals and erasures, as they come; no page promises more."""
    made = service(engine, tmp_path)
    assert set(live(made).values()) == {"eligible"}

    ana = made.receive(Given(None, (("name", "Ana Lima"), ("item", "item"))))
    out = {name for name, reason in live(made).items() if reason == "subject-objection"}
    assert out == {"name", "order", "item", "review"}
    bea = made.receive(Given("generative-ai", (("email", "bea@example.com"),)))
    made.receive(Given("other-ai", (("handle", "@cem_ak"),)))
    data = {"objection": ana.case.id, "item": "review", "text": digest_text(TEXTS["review"] or ""), "about": "other"}
    told = {**data, "by": "ines", "grounds": "a place"}
    made.store.append([Proposal(Kind.FINDING_REVIEWED, ana.case.subject, PLATFORM, told)])
    found = live(made)
    assert {name for name, reason in found.items() if reason == "subject-objection"} == {
        "name", "order", "item", "email", "plus",
    }  # fmt: skip
    assert found == gate(made, tmp_path, monkeypatch)

    made.erase(bea.case.subject)
    assert live(made)["email"] == "subject-objection"
    assert live(made) == gate(made, tmp_path, monkeypatch)
    made.take_back(ana.case.id)
    assert live(made)["name"] == "eligible"
    assert live(made) == gate(made, tmp_path, monkeypatch)
    explained = made.explain_content(items()[3], "generative-ai", "linkedin")
    assert explained.reason.value == "subject-objection"
    made.close()


def test_a_long_list_is_searched_in_two_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came last is found at once, also when the older part was built long before."""
    monkeypatch.setattr(naming, "MOST_APART", 3)
    made = service("sqlite", tmp_path)
    for number in range(9):
        made.receive(Given(None, (("name", f"Ana Souza{number}"),)))
        text = " ".join(f"Ana Souza{one}." for one in range(number, number + 1))
        one = ContentItem(Item("i", "owner", "post", "public", CREATED + timedelta(days=1), subjects=()), text)
        assert made.decide([one])[0].outcomes[0].reason.value == "subject-objection"
    last = ContentItem(Item("i", "owner", "post", "public", CREATED, subjects=()), "Ana Souza0 and Ana Souza8")
    assert made.decide([last])[0].outcomes[0].reason.value == "subject-objection"
    made.close()


def test_another_key_finds_nobody_and_says_so(tmp_path: Path) -> None:
    """Under a wrong key nobody could be found: it is an error, and no page says that nothing is there."""
    made = service("sqlite", tmp_path)
    made.receive(Given(None, (("email", "bea@example.com"),)))
    with pytest.raises(InputError, match="not the one that identifiers were hashed with"):
        Naming(made.store.reader, b"another key of thirty-two bytes!").named(items(), made.store.head())
    made.close()

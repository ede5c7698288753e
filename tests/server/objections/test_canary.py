"""What somebody types into the form serves its purpose alone: it is looked for everywhere after a full run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.server.centre.builds import PACK
from tests.server.centre.builds import post as write
from tests.server.desk.doing import opened, searched, sent
from tests.server.everywhere import holding
from tests.server.objections.builds import build, explained, secret_of
from tests.server.objections.test_tending import tend
from tests.server.pages import get, post
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Client, Running

CANARIES = {
    "names": "Zyxwa Canaryna",
    "emails": "zcanary1@mail.example",
    "phones": "+351 912 777 123",
    "profiles": "https://social.example/in/zcanary2",
    "posts": "zcanary3 words that nobody has ever said",
    "reason": "zcanary4 because",
    "address": "zcanary5@mail.example",
}
SOUGHT = {
    "names": [b"canaryna", b"zyxwa"],
    "emails": [b"zcanary1"],
    "phones": [b"912 777", b"912777123"],
    "profiles": [b"zcanary2"],
    "posts": [b"zcanary3"],
    "reason": [b"zcanary4"],
    "address": [b"zcanary5"],
}
EXPORTS = ("cases.csv?state=all", "trail.csv", "choices.csv?setting=data-for-ai-improvement")
PAGES = ("", "?state=all", "trail", "report", "choices", "policies", "notices", "effect", "snapshots", "copies")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that logs each request, sends letters, and on which one member has written about somebody."""
    folder = tmp_path_factory.mktemp("canary")
    with serving(folder, packs=PACK, mail=f"file:{folder}/mail", log_requests="true") as made:
        with made.inside() as service:
            service.register("bob", "US")
        write(made, "bob-1", "bob", "I met Zyxwa Canaryna at the fair.", "2025-12-01T00:00:00.000000Z")
        yield made


def object_(running: Running) -> str:
    """Object with the canaries; the reference number."""
    client = running.client()
    values = {"account": "no", "about": "everything", **CANARIES, "step": "send", "nonce": "canary"}
    values["csrfmiddlewaretoken"] = get(client, "/objection").form("/objection").values["csrfmiddlewaretoken"]
    found = re.search(r"ob(?:-[0-9a-z]{4}){4}", post(client, "/objection", values).html)
    assert found
    return found[0]


def at_the_desk(running: Running, lead: Client, name: str) -> None:
    """Open, search, save, extend, uphold and answer, as staff do; what is saved holds nothing of the form."""
    path = f"/desk/cases/{name}"
    for words in (CANARIES["names"], CANARIES["emails"], CANARIES["phones"], CANARIES["address"]):
        assert name in searched(lead, words).html
    page = opened(get(lead, path))
    assert CANARIES["names"] in page.html
    assert CANARIES["address"] in sent(page, "/address").html
    page = sent(sent(page, "/take-up"), "/extend", grounds="the archive is large")
    sent(page, "/uphold")
    folder = running.folder / "saved"
    folder.mkdir()
    for number, file in enumerate(EXPORTS):
        answer = lead.call("GET", f"/desk/{file}")
        assert answer.status == 200
        (folder / f"{number}.csv").write_bytes(answer.body)
    (folder / "letter.txt").write_bytes(lead.call("GET", f"{path}/letter.txt").body)
    for one in PAGES:
        answer = lead.call("GET", f"/desk/{one}", headers={"Accept": "text/html"})
        assert answer.status == 200
        (folder / f"page-{one.strip('?').replace('=', '-') or 'queue'}.html").write_bytes(answer.body)


def test_form_data_stays_where_it_belongs(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """M12: after form, letters, desk, files, build and explanation nothing else holds what somebody typed.

    Names and quotes, in words, are in the ledger, and in the copy of it that builds read; the address and the reason
    in one table, and in the letters. Once it was taken back and the time is over, no table and no copy has them.
    """
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(secret_of(running)))
    monkeypatch.setenv("BYLEAVE_STATE", str(running.folder / "state"))
    name = object_(running)
    at_the_desk(running, running.staff("lead", role="lead"), name)
    tend(running, "0.01")
    assert build(running, "canary") == {"bob-1": "subject-objection"}
    told = explained(running, "bob-1", "canary")
    assert "holds the name of somebody" in told
    assert not any(one in told.encode().lower() for ways in SOUGHT.values() for one in ways)

    key = (running.folder / "data" / "session.key").read_text().strip()
    where = {what: set(map(_place, places)) for what, places in holding(running.folder, SOUGHT, key).items()}
    # the post is written about somebody, and is the writer's: it stays on the platform, and in what a build reads
    writers = {"data/ledger-accounts.db", "data/ledger-accounts.db feed_item", "canary/items.jsonl"}
    ledger = {"data/ledger.db", "data/ledger.db ledger_payload", "state"}
    contact = {"data/ledger-accounts.db", "data/ledger-accounts.db objections_contact"}
    assert where == {
        "names": ledger | writers,
        "emails": set(),
        "phones": set(),
        "profiles": set(),
        "posts": ledger,
        "reason": contact,
        "address": {*contact, "mail"},
    }

    with running.inside() as service:
        service.take_back(name)
    tend(running, "91.1")
    build(running, "later")
    gone = holding(running.folder, SOUGHT, key)
    held = {one for places in gone.values() for one in places if " " in one or one.startswith("state")}
    assert held == {"data/ledger-accounts.db feed_item"}


def _place(one: str) -> str:
    """Without what differs from run to run."""
    return re.sub(r"-wal$|-shm$", "", re.sub(r"^(mail|state)/.*", r"\1", one))

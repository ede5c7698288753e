"""What happens to cases by itself: letters, lapses, and the end of what is kept about a person."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from byleave.cases import steps
from byleave.cases.case import State
from byleave.kernel.errors import UsageError
from byleave.server.configuration import from_environment
from byleave.text.catalogue import Catalogue
from byleave.text.dates import date_text
from tests.server.pages import get
from tests.server.pages import post as send
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Running

TALLY = {"cleared", "failed", "lapsed", "looks", "sent", "unsought", "waiting"}
NOBODY_LISTENS = "smtp://127.0.0.1:9"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose mail server does not answer."""
    with serving(tmp_path_factory.mktemp("tending"), mail=NOBODY_LISTENS) as made:
        yield made


def object_(running: Running, address: str) -> str:
    """Object with the form, for an answer to an address; the reference number."""
    client = running.client()
    values = {"account": "no", "about": "everything", "names": "Ana Lima", "address": address, "step": "send"}
    values["csrfmiddlewaretoken"] = get(client, "/objection").form("/objection").values["csrfmiddlewaretoken"]
    page = send(client, "/objection", {**values, "nonce": f"{address}{time.monotonic()}"})
    found = re.search(r"ob(?:-[0-9a-z]{4}){4}", page.html)
    assert found, page.text
    return found[0]


def tend(running: Running, *steps: str) -> list[dict[str, Any]]:
    """Tend so many days from now, once for each step, with a mail server that takes letters."""
    environment = {**running.environment, "BYLEAVE_MAIL": f"file:{running.folder}/mail"}
    command = [sys.executable, "-m", "tests.server.objections.tended", *steps]
    done = subprocess.run(command, env=environment, cwd=running.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def letters(running: Running) -> str:
    """Every letter that went out."""
    return "".join(file.read_text() for file in sorted((running.folder / "mail").glob("*")))


def rows(running: Running, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """What a table holds."""
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        found = database.execute(f"SELECT {columns} FROM {table}").fetchall()
    database.close()
    return found


def test_from_a_mail_server_that_was_away_to_the_end(running: Running) -> None:
    """M11: the letter waits and nothing lapses before it is sent; then what is unconfirmed does, and data goes."""
    confirmed, open_ = object_(running, "ana@mail.example"), object_(running, "bea@mail.example")
    assert len(rows(running, "objections_letter")) == 2

    (first,) = tend(running, "0.1")
    assert (first["sent"], first["waiting"], first["lapsed"]) == (2, 0, 0)
    told = letters(running)
    assert told.count("To: ana@mail.example") == told.count("To: bea@mail.example") == 1
    assert not any("/objection/" in str(row) for row in rows(running, "objections_letter"))
    with running.inside() as service:
        service.confirm(confirmed)

    early, late, again, kept, cleared = tend(running, "30.5", "31.5", "31.6", "122", "122.6")
    assert (early["lapsed"], late["lapsed"], kept["cleared"], cleared["cleared"]) == (0, 1, 0, 1)
    assert again == {**dict.fromkeys(TALLY, 0), "wrote": []}
    with running.inside() as service:
        assert service.case(open_).state is State.LAPSED
        assert service.case(confirmed).state is State.CONFIRMED
        assert not service.member(service.case(open_).subject).objections[0].stands
    assert [row[0] for row in rows(running, "objections_contact")] == [confirmed]

    # to a case without an address nothing can be written; who is erased has none left either
    assert tend(running, f"123,{confirmed},{open_}")[0]["wrote"] == [True, False]
    assert "It was granted." in letters(running)
    with running.inside() as service:
        service.erase(service.case(confirmed).subject)
    assert tend(running, "123")[0]["cleared"] == 1
    assert rows(running, "objections_contact") == []


def test_a_burst_for_one_address_is_one_letter(running: Running) -> None:
    """A form fills nobody's letter box: all that waits is one letter, and a letter box gets three in a day."""
    names = [object_(running, "Flood@mail.example") for _ in range(5)]
    others = [object_(running, f"f.lood+{number}@mail.example") for number in range(3)]

    first, later = tend(running, "200", "201.1")
    assert (first["sent"], first["waiting"], later["sent"], first["lapsed"], later["lapsed"]) == (3, 1, 1, 0, 0)
    (one,) = [text for text in letters(running).split(f"{'-' * 79}\n") if names[0] in text]
    assert all(one.count(f"/objection/confirm/{name}/") == 1 for name in names)
    # what opens a case goes to its own address alone
    assert not any(name in one for name in others)


def test_whoever_gets_the_letter_late_has_thirty_days(running: Running) -> None:
    """M11: time runs from the letter on, and the day that it names is the day by which the case goes."""
    name = object_(running, "behind@mail.example")

    sent, *_ = tend(running, "210", "240.9", "241.1")
    assert (sent["sent"], sent["lapsed"]) == (1, 0)
    (asked,) = [row[-1] for row in rows(running, "objections_contact", "objection, asked_at") if row[0] == name]
    since = datetime.fromisoformat(asked).replace(tzinfo=UTC)
    until = (since + timedelta(days=30)).date()
    (told,) = [text for text in letters(running).split(f"{'-' * 79}\n") if name in text]
    assert f"ends on {date_text(Catalogue('en'), until)}." in told
    with running.inside() as service:
        case = service.case(name)
    assert case.decided is not None
    assert (case.decided.at - since).days == 31


def test_an_address_that_is_refused_holds_up_nobody(running: Running) -> None:
    """M11: others get their letters; after four days it is given up, and time has run since it was first refused."""
    refused, other = object_(running, "refused@mail.example"), object_(running, "after@mail.example")

    first, given_up = tend(running, "250", "254.2")
    assert (first["sent"], first["waiting"], first["failed"]) == (1, 1, 0)
    assert (given_up["sent"], given_up["waiting"], given_up["failed"]) == (0, 0, 1)
    assert other in letters(running)
    assert refused not in letters(running)
    tend(running, "280.9")
    with running.inside() as service:
        assert service.case(refused).state is State.RECEIVED
    tend(running, "281.2")
    with running.inside() as service:
        assert service.case(refused).state is State.LAPSED


def test_an_erasure_empties_the_table_at_once(running: Running) -> None:
    """M12: address, reason and letters go with the person, and what was just written to them is not sent."""
    name, other = object_(running, "gone@mail.example"), object_(running, "gone-2@mail.example")
    with running.inside() as service:
        subject = service.case(name).subject
    client = running.service("members:erase")
    assert client.call("DELETE", f"/api/v1/members/{subject}").status == 200
    for table in ("objections_contact", "objections_letter"):
        told = [row[0] for row in rows(running, table, "objection")]
        assert name not in told
        assert other in told

    # also where only the ledger has been told of it
    assert tend(running, f"260,-{other}")[0]["wrote"] == [True]
    assert "To: gone-2@mail.example" not in letters(running)


def test_a_letter_that_waits_keeps_its_case_alive(running: Running) -> None:
    """A mail server that is away is a clear error; whoever could not have the link has not let the time run out."""
    name = object_(running, "late@mail.example")
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        database.execute("UPDATE objections_letter SET tried_at = NULL WHERE objection = ?", [name])
    database.close()
    command = [sys.executable, "-m", "byleave", "objection", "tend", "--data", str(running.folder / "data"), "--json"]

    def run(mail: str) -> subprocess.CompletedProcess[str]:
        environment = {**running.environment, "BYLEAVE_MAIL": mail}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    refused = run(NOBODY_LISTENS)
    assert refused.returncode == 1
    assert "the mail server did not take a letter" in refused.stderr
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        database.execute("UPDATE objections_letter SET tried_at = '2126-01-01' WHERE objection = ?", [name])
    database.close()
    tend(running, "300")
    with running.inside() as service:
        assert service.case(name).state is State.RECEIVED
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        database.execute(
            "INSERT INTO desk_look (at, by, what, case_id, subject, about)"
            " VALUES ('2020-01-01', 'ines', 'cases-saved', '', '', '?state=all')"
        )
    database.close()
    told = json.loads(run(f"file:{running.folder}/mail").stdout)
    assert set(told) == TALLY
    assert told["looks"] == 1
    assert rows(running, "desk_look") == []


def after(running: Running, *days: float) -> list[str]:
    """So many days after what the ledger recorded last, which other tests have put ahead of the clock."""
    with running.inside() as service:
        ahead = (service.store.head().recorded_at / 1e6 - time.time()) / 86_400
    return [f"{max(ahead, 0) + one:.3f}" for one in days]


def given(running: Running, name: str) -> tuple[str, ...]:
    """What the ledger still has of what somebody gave to be found by."""
    with running.inside() as service:
        return service.case(name).identifiers


def test_a_case_of_which_no_address_is_known_lapses_too(running: Running) -> None:
    """M11: the rule reaches every objection by the form, by the ledger; and none of which nobody told the rule."""
    lost = object_(running, "lost@mail.example")
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        for table in ("objections_contact", "objections_letter"):
            database.execute(f"DELETE FROM {table} WHERE objection = ?", [lost])
    database.close()
    with running.inside() as service:
        service.object("p-imported", objection="o-imported", actor="import")

    early, late = after(running, 30.9, 31.1)
    tend(running, early)
    with running.inside() as service:
        assert service.case(lost).state is State.RECEIVED
    assert tend(running, late)[0]["lapsed"] >= 1
    with running.inside() as service:
        assert service.case(lost).state is State.LAPSED
        assert service.case("o-imported").state is State.RECEIVED


def test_what_was_given_goes_some_time_after_the_end(running: Running) -> None:
    """M11, M12: names and hashes stay as long as anything stands, and 90 days after the end for an appeal."""
    taken_back, granted, both = (object_(running, f"given-{number}@mail.example") for number in range(3))
    with running.inside() as service:
        service.take_back(taken_back)
        service.confirm(granted)
        service.store.append([steps.uphold(service.case(granted), "petra")])
        service.take_back(both)
        service.object(service.case(both).subject, "other-ai")

    before, soon, later = after(running, 90.9, 91.1, 91.2)
    tend(running, before)
    assert given(running, taken_back)
    (done,) = tend(running, soon)
    assert done["unsought"] >= 1
    assert given(running, taken_back) == ()
    assert all(given(running, name) for name in (granted, both))
    assert tend(running, later)[0]["unsought"] == 0
    with running.inside() as service:
        assert service.case(taken_back).state is State.WITHDRAWN
    told = b"".join(file.read_bytes() for file in (running.folder / "data").glob("ledger.db*"))
    assert told.count(b"name:Ana Lima") >= 2


def test_days_are_a_setting(running: Running) -> None:
    """M11: who answers sooner may keep for less time, and nobody for less than a month."""
    name = object_(running, "sooner@mail.example")
    with running.inside() as service:
        service.take_back(name)
    before, soon = after(running, 40.9, 41.1)
    tend(running, before)
    assert given(running, name)
    running.environment["BYLEAVE_CASE_DAYS"] = "40"
    try:
        tend(running, soon)
    finally:
        del running.environment["BYLEAVE_CASE_DAYS"]
    assert given(running, name) == ()
    with pytest.raises(UsageError, match="from 30 to 366"):
        from_environment({"BYLEAVE_CASE_DAYS": "29"})

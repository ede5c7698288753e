"""What happens to cases by itself: letters, lapses, and the end of what is kept about a person."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from byleave.cases.case import State
from tests.server.pages import get
from tests.server.pages import post as send
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Running

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


def rows(running: Running, table: str) -> list[tuple[Any, ...]]:
    """What a table holds."""
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        found = database.execute(f"SELECT * FROM {table}").fetchall()
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

    early, late, again, cleared = tend(running, "30.5", "31.5", "31.6", "122")
    assert (early["lapsed"], late["lapsed"], cleared["cleared"]) == (0, 1, 1)
    assert again == {"cleared": 0, "lapsed": 0, "sent": 0, "waiting": 0, "wrote": []}
    with running.inside() as service:
        assert service.case(open_).state is State.LAPSED
        assert service.case(confirmed).state is State.CONFIRMED
        assert not service.member(service.case(open_).subject).objections[0].stands
    assert [row[0] for row in rows(running, "objections_contact")] == [confirmed]

    # to a case without an address nothing can be written; who is erased has none left either
    assert tend(running, f"122,{confirmed},{open_}")[0]["wrote"] == [True, False]
    assert "It was granted." in letters(running)
    with running.inside() as service:
        service.erase(service.case(confirmed).subject)
    assert tend(running, "122")[0]["cleared"] == 1
    assert rows(running, "objections_contact") == []


def test_one_address_gets_five_letters_a_day(running: Running) -> None:
    """A form fills nobody's letter box: every objection stands, and its letter comes on another day."""
    for _ in range(7):
        object_(running, "Flood@mail.example")

    first, again, later = tend(running, "200", "200", "201.1")
    assert (first["sent"], again["sent"], again["waiting"], later["sent"]) == (5, 0, 2, 2)


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
    assert tend(running, "300")[0]["lapsed"] == 2  # those whose letters went out last
    with running.inside() as service:
        assert service.case(name).state is State.RECEIVED
    assert set(json.loads(run(f"file:{running.folder}/mail").stdout)) == {"cleared", "lapsed", "sent", "waiting"}

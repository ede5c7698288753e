"""The desk on PostgreSQL: list, case, decision, letter, trail and time to effect do what they do on SQLite."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.key_files import read_ring
from byleave.cases.record import read_record
from tests.server.desk import world
from tests.server.desk.doing import CASE, entries, new_case, opened, searched, sent
from tests.server.desk.test_index import followed
from tests.server.pages import get
from tests.server.serving import serving
from tests.server.test_operations import published

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Client, Running

pytestmark = pytest.mark.needs("postgresql")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server on PostgreSQL with cases."""
    folder = tmp_path_factory.mktemp("desk-postgresql")
    with serving(folder, engine="postgresql", packs="linkedin@2025-11-03", zone="Europe/Dublin", holidays="IE") as made:
        with made.inside() as service:
            service.register("maya", "US")
            service.register("lena", "DE")
        world.people(made, "maya", "lena")
        yield made


@pytest.fixture(scope="module")
def lead(running: Running) -> Client:
    """Somebody who may do everything."""
    return running.staff("petra", role="lead")


def test_two_first_readers_do_not_disturb_each_other(running: Running) -> None:
    """Of two that find no row of progress neither gets an error, and each entry is read once."""
    found = followed(running, "race")

    assert found["errors"] == []
    assert (found["wrong"], found["rows"] > 4) == (0, True)


def test_an_erasure_leaves_what_an_index_made_anew_says(running: Running) -> None:
    """Whoever is erased is in no count of any day."""
    assert followed(running, "erase", "5")["wrong"] == []


def test_list_search_and_file(lead: Client) -> None:
    """By deadline and in words; a case is found by id, name and address; the file has every case."""
    page = get(lead, "/desk/")
    assert re.search(r"O-9QX4.*?Overdue.*?O-7K2M.*?Due soon.*?O-1B8Z.*?On time", page.html, re.DOTALL)
    for words in ("O-7K2M", "Noura HADDAD-WEISS", world.MAIL):
        found = searched(lead, words).html
        assert ("O-7K2M" in found, "O-9QX4" in found) == (True, False), words
    rows = list(csv.DictReader(io.StringIO(lead.call("GET", "/desk/cases.csv?state=all").body.decode())))
    assert {row["case"] for row in rows} >= {"O-9QX4", "O-7K2M", "O-1B8Z", "O-5T6R"}
    assert {row["standing"] for row in rows if row["case"] == "O-9QX4"} == {"overdue"}


def test_what_was_found_is_looked_at(running: Running, lead: Client) -> None:
    """M12: items of others that name somebody, and what each decision would do; a look is recorded."""
    page = opened(get(lead, CASE))
    assert "2 of these items may be used from the next snapshot on." in page.text
    form = next(one for one in page.forms if one.action.endswith("/review"))
    assert "1 of these items may be used" in page.send(form, about="other", grounds="she lives elsewhere").text
    assert entries(running, "O-7K2M").count("finding-reviewed") == 1


def test_from_taking_up_to_a_letter_and_a_record(running: Running, lead: Client) -> None:
    """M11: each step is recorded, the letter follows, and the trail has it with a record that verifies."""
    path = new_case(running, "O-UP")
    page = sent(sent(sent(get(lead, path), "/take-up"), "/extend", grounds="the archive is large"), "/uphold")
    assert "Recorded: it is upheld." in page.text
    assert "Votre opposition O-UP" in lead.call("GET", f"{path}/letter.txt").body.decode()
    check = sent(get(lead, new_case(running, "O-NO")), "/refuse", grounds="needed in court", name="Petra Lund")
    assert "Recorded: it is refused." in sent(check, "/refuse", answers="yes").text

    assert entries(running, "O-UP")[-1] == "objection-upheld"
    assert entries(running, "O-NO")[-1] == "objection-rejected"
    trail = list(csv.DictReader(io.StringIO(lead.call("GET", "/desk/trail.csv?by=petra").body.decode())))
    ends = {row["case"]: row for row in trail if row["what"] in {"objection-rejected", "objection-upheld"}}
    assert ends["O-NO"]["signed"] == "Petra Lund"
    file = lead.call("GET", f"/desk/records/{ends['O-UP']['entry']}").body
    told = read_record(file, read_ring(running.folder / "data" / "keys"), "record")
    assert (told["kind"], told["by"], told["objection"]) == ("objection-upheld", "petra", "O-UP")


def test_pages_of_numbers(running: Running, lead: Client) -> None:
    """M10: choices by country, the report, and how long refusals wait for a snapshot."""
    setting = "data-for-ai-improvement"

    def off_now() -> int:
        told = lead.call("GET", f"/desk/choices.csv?setting={setting}").body.decode()
        return {row["country"]: int(row["off"]) for row in csv.DictReader(io.StringIO(told))}["DE"]

    before = off_now()
    with running.inside() as service:
        off = service.set_preference("lena", setting, "off").entry.seq
        service.store.append([published(off, "a")])
    assert off_now() == before + 1
    for name in ("choices", "report", "effect", "policies", "notices", "copies", "snapshots"):
        page = get(lead, f"/desk/{name}")
        assert (page.answer.status, "<h1>" in page.html) == (200, True), name
    assert "Overdue now 1" in get(lead, "/desk/report").text
    assert json.loads(lead.call("GET", "/.well-known/byleave-revocations.json").body)["feed"]["lists"] == []


def test_whoever_is_erased_is_gone(running: Running, lead: Client) -> None:
    """After an erasure no page, file or row of the index names the case."""
    path = new_case(running, "O-GONE")
    sent(get(lead, path), "/take-up")
    running.service("members:erase").call("DELETE", "/api/v1/members/person-O-GONE")

    assert get(lead, path).answer.status == 404
    assert "person-O-GONE" not in lead.call("GET", "/desk/cases.csv?state=all").body.decode()
    assert "O-GONE" not in get(lead, "/desk/trail").html

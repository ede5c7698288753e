"""What its person takes back by letter: written down by a lead, told, and appealed against if it was not them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from byleave.cases.case import State
from byleave.kernel.decision import Reason
from byleave.text.catalogue import Catalogue
from byleave.text.dates import date_text
from tests.server.desk import world
from tests.server.desk.doing import entries, inside, new_case, sent, token
from tests.server.desk.test_answers import AGE_FACTOR, by_form
from tests.server.desk.test_by_post import day, name_of, recorded
from tests.server.pages import get, post

if TYPE_CHECKING:
    from tests.server.pages import Page
    from tests.server.serving import Client, Running

LETTER = {"grounds": "I do not mind any more.", "name": "Petra Lund", "answers": "yes"}


def taken_back(client: Client, case: str, /, **more: str) -> Page:
    """Write down that it was taken back; the page that comes next."""
    page = get(client, f"/desk/cases/{case}/take-back")
    return page.send(page.form(f"/desk/cases/{case}/take-back"), **{"day": day(1).isoformat(), **LETTER, **more})


def is_out(running: Running, item: str) -> bool:
    """Whether an item is left out because of whom it names."""
    with running.inside() as service:
        outcomes = service.decide_by_id([item])[0].outcomes
    return Reason.SUBJECT_OBJECTION in {reason for one in outcomes for reason in one.failed}


def test_what_came_by_post_ends_by_post(running: Running, staff: dict[str, Client]) -> None:
    """M11, M12: it ends from then on, by a signed step with the letter's day; the person is told, and can appeal."""
    world.posts(running, "maya", {"post-back": "Yesterday Tove Back-Lund sang in the old mill."})
    page = recorded(staff["case-worker"], names="Tove Back-Lund", day=day(3).isoformat(), language="en")
    name = name_of(page)
    sent(page, "/print")
    assert is_out(running, "post-back")
    assert "/take-back" not in get(staff["case-worker"], page.path).html
    assert f"/desk/cases/{name}/take-back" in get(staff["lead"], page.path).html
    done = taken_back(staff["lead"], name)

    assert "Recorded: it was taken back." in done.text
    on = date_text(Catalogue("en"), day(1))
    assert f"took it back by a letter, which came on {on}: I do not mind any more." in done.text
    assert not is_out(running, "post-back")
    with running.inside() as service:
        case = service.case(name)
    assert (case.state, case.taken_back_on) == (State.WITHDRAWN, day(1))
    assert case.decided is not None
    assert case.decided.by == "Petra Lund (lead-1)"
    assert entries(running, name) == ["objection-received", "objection-identified", "objection-rejected"]
    assert "wrote down that it was taken back" in get(staff["reader"], "/desk/trail?by=lead-1").text
    assert name in get(staff["reader"], "/desk/?waiting=print").html
    letter = sent(done, "/print")
    assert f"You took it back by a letter, which reached us on {on}." in letter.text
    assert "I do not mind any more." in letter.text
    assert "You can appeal until" in letter.text
    assert name not in get(staff["reader"], "/desk/?waiting=print").html

    link = re.search(rf"http://[^/\s]+(/objection/{name}/\w+)", letter.html)
    assert link
    person = get(running.client(), link[1])
    assert f"You took it back by a letter, which reached us on {on}." in person.text
    assert "Decided by Petra Lund" in person.text
    appealed = person.send(person.form(f"{link[1]}/appeal"))
    assert "It holds now." in appealed.text
    assert is_out(running, "post-back")
    with running.inside() as service:
        appeal = service.case(name).appealed_by[0]
    assert get(staff["lead"], f"/desk/cases/{appeal}/take-back").answer.status == 409


def test_only_what_nobody_can_take_back_online(running: Running, staff: dict[str, Client]) -> None:
    """M11: who has the link for it uses that; by a law without refusals, and once it was granted, staff end nothing."""
    swiss = name_of(recorded(staff["case-worker"], names="Urs Bach-Zug", country="CH"))
    granted = recorded(staff["case-worker"], names="Gitte Given-Lund")
    sent(granted, "/uphold")
    new_case(running, "O-ONLINE")
    for name in (swiss, name_of(granted), "O-ONLINE", by_form(running, "online@mail.example")):
        before, path = entries(running, name), f"/desk/cases/{name}/take-back"
        page = get(staff["lead"], path)
        assert page.answer.status == 409
        assert f'href="{path}"' not in page.html
        asked = {**token(staff["lead"]), **LETTER, "day": day(0).isoformat()}
        assert post(staff["lead"], path, asked).answer.status == 409
        assert entries(running, name) == before


@pytest.fixture(scope="module")
def case(staff: dict[str, Client]) -> str:
    """A case that came by post."""
    return name_of(recorded(staff["case-worker"], names="Wrong Backer-Lund", day=day(3).isoformat()))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"day": ""}, "Give the day on which it came."),
        ({"day": "31.12.2025"}, "Give the day on which it came."),
        ({"day": day(-1).isoformat()}, "not later than today"),
        ({"day": day(9).isoformat()}, "comes after the objection"),
        ({"grounds": ""}, "Write the grounds."),
        ({"grounds": "x" * 4_001}, "That is too long"),
        ({"grounds": "a\x01b"}, "cannot be printed"),
        ({"name": ""}, "Write your full name."),
        ({"name": "x" * 101}, "That is too long"),
        ({"answers": ""}, "Tick the box"),
        ({"seen": "1"}, "has changed since you opened it"),
    ],
)
def test_what_cannot_be_is_told(
    running: Running, staff: dict[str, Client], case: str, values: dict[str, str], words: str
) -> None:
    """Each mistake has its sentence, what was typed stays, and the objection stands."""
    page = taken_back(staff["lead"], case, **values)

    assert (page.answer.status, words in page.text) == (409 if "seen" in values else 422, True)
    assert "objection-rejected" not in entries(running, case)
    if "grounds" not in values and "seen" not in values:
        assert LETTER["grounds"] in page.html


def test_nobody_ends_it_by_an_open_browser(running: Running, staff: dict[str, Client], case: str) -> None:
    """A lead, and the second factor itself, shown a short while ago."""
    path = f"/desk/cases/{case}/take-back"
    client = running.staff("lead-away", role="lead")
    page = get(client, path)
    inside(running, AGE_FACTOR, client.cookie("session") or "")

    assert "/2fa/" in page.send(page.form(path), day=day(0).isoformat(), **LETTER).path
    assert get(staff["case-worker"], path).answer.status == 403
    assert "objection-rejected" not in entries(running, case)

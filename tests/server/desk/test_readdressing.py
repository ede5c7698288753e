"""Another e-mail address for an answer: what was sent before is void, and nobody gets a case by asking for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.key_files import read_ring
from byleave.cases.case import State
from byleave.cases.record import read_record
from byleave.ledger.entries import Kind
from byleave.server.objecting import CONFIRM, FOLLOW
from tests.server.desk.doing import entries, inside, sent
from tests.server.desk.test_answers import AGE_FACTOR, FAIL, by_form, letter_about
from tests.server.desk.test_by_post import name_of, recorded
from tests.server.pages import get

if TYPE_CHECKING:
    from tests.server.pages import Page
    from tests.server.serving import Client, Running

HOW = {"came": "telephone", "grounds": "She knew the number of the letter."}


def corrected(client: Client, name: str, to: str, **more: str) -> Page:
    """Write another address down; the page that comes next."""
    page = get(client, f"/desk/cases/{name}/readdress")
    values = {"address": to, "again": to, **HOW, **more}
    return page.send(page.form(f"/desk/cases/{name}/readdress"), **values)


def links(running: Running, name: str) -> tuple[str, str]:
    """The paths that open a case now: to follow it, and to confirm it."""
    with running.inside() as service:
        case = service.case(name)
        follow, confirm = (service.address_secret(use, case) for use in (FOLLOW, CONFIRM))
    return f"/objection/{name}/{follow}", f"/objection/confirm/{name}/{confirm}"


def statuses(running: Running, *paths: str) -> list[int]:
    """How pages answer to somebody who has not signed in."""
    return [get(running.client(), path).answer.status for path in paths]


def test_a_wrong_address_is_corrected(running: Running, staff: dict[str, Client]) -> None:
    """M11: the confirmation goes out anew, to the right one alone; old links are void, and the old address is told.

    The ledger says who did it, when and why, and never the address. Who confirms from there takes nothing back.
    """
    name = by_form(running, "annna@mail.example")
    assert letter_about(running, name, "/objection/confirm/")
    before = links(running, name)
    assert statuses(running, *before) == [200, 200]
    page = corrected(staff["case-worker"], name, "anna@mail.example")

    assert "Recorded: we answer at the new address." in page.text
    assert "a***@mail.example" in page.text
    assert "case-worker-1 wrote down another e-mail address. It came so: By telephone. She knew the number" in page.text
    assert statuses(running, *before) == [404, 404]
    asked = letter_about(running, name, links(running, name)[1])
    assert asked is not None
    assert asked["To"] == "anna@mail.example"
    assert "zurücknehmen" not in asked.get_content()
    moved = letter_about(running, name, "Links, die wir hierher schickten")
    assert moved is not None
    assert (moved["To"], "/objection/" in moved.get_content()) == ("annna@mail.example", False)
    follow, confirm = links(running, name)
    opened = get(running.client(), confirm)
    person = opened.send(opened.form(confirm))
    assert "We wrote down another e-mail address for the answer." in person.text
    assert not any(one.action.endswith("/take-back") for one in person.forms)
    for path in (follow, confirm.replace("/confirm/", "/")):
        tried = person.send(person.forms[0], f"{path}/take-back")
        assert (tried.answer.status, "this page cannot take it back" in tried.text) == (403, True)
    with running.inside() as service:
        assert service.case(name).state is State.CONFIRMED
        entry = next(one for one in service.store.entries() if one.kind is Kind.OBJECTION_READDRESSED)
        assert "email" in {one.partition(":")[0] for one in service.case(name).identifiers}
    assert dict(entry.data) == {"objection": name, "by": "case-worker-1", **HOW}
    assert "wrote down another address" in get(staff["reader"], "/desk/trail?by=case-worker-1").text
    file = staff["reader"].call("GET", f"/desk/records/{entry.seq}").body
    assert read_record(file, read_ring(running.folder / "data" / "keys"), "record")["came"] == "telephone"
    kept = b"".join(one.read_bytes() for one in (running.folder / "data").glob("ledger.db*"))
    assert b"anna@mail" not in kept


def test_an_address_that_letters_do_not_reach_is_told_nothing(running: Running, staff: dict[str, Client]) -> None:
    """M11: where the last letter was given up, nothing more goes there, and the case waits for nobody any more."""
    name = by_form(running, "dead@mail.example")
    assert letter_about(running, name, "/objection/confirm/")
    inside(running, FAIL, name)
    assert "A letter did not arrive" in get(staff["reader"], f"/desk/cases/{name}").text
    page = corrected(staff["lead"], name, "alive@mail.example")

    assert "A letter did not arrive" not in page.text
    assert letter_about(running, name, links(running, name)[1])
    letters = "".join(file.read_text() for file in (running.folder / "mail").glob("*"))
    assert letters.count("To: dead@mail.example") == 1


def test_what_came_by_post_gets_an_address_later(running: Running, staff: dict[str, Client]) -> None:
    """M11, M12: from then on it is answered by e-mail; the address on the printed letter is void."""
    page = recorded(staff["case-worker"], names="Later Mailer-Lund", language="fr")
    name = name_of(page)
    printed = re.search(rf"http://[^/\s]+(/objection/{name}/\w+)", sent(page, "/print").html)
    assert printed
    told = corrected(staff["case-worker"], name, "later@mail.example")
    letter = letter_about(running, name, links(running, name)[0])

    assert letter is not None
    assert letter["To"] == "later@mail.example"
    assert "Votre opposition" in letter["Subject"]
    assert statuses(running, printed[1], links(running, name)[0]) == [404, 200]
    assert "l***@mail.example" in told.text
    sent(told, "/uphold")
    assert name not in get(staff["reader"], "/desk/?waiting=print").html
    done = letter_about(running, name, "Nous y faisons droit.")
    assert done is not None
    assert done["To"] == "later@mail.example"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"address": ""}, "Give the address."),
        ({"address": "ana@"}, "is no e-mail address"),
        ({"address": "a@exa_mple.com", "again": "a@exa_mple.com"}, "is no e-mail address"),
        ({"address": "a\x07@mail.example", "again": "a\x07@mail.example"}, "is no e-mail address"),
        ({"address": "a@mail.example\nBcc: b@mail.example"}, "is no e-mail address"),
        ({"address": "x" * 250 + "@mail.example"}, "is no e-mail address"),
        ({"again": "other@mail.example"}, "The two addresses are not the same."),
        ({"came": "pigeon"}, "Say how it came."),
        ({"grounds": " "}, "Say how you know that it is theirs."),
        ({"grounds": "x" * 4_001}, "That is too long"),
        ({"grounds": "a\x00b"}, "cannot be printed"),
        ({"seen": "1"}, "has changed since you opened it"),
    ],
)
def test_what_cannot_be_is_told(running: Running, staff: dict[str, Client], values: dict[str, str], words: str) -> None:
    """Each mistake has its sentence, and nothing is recorded and no link void."""
    before = entries(running, "O-9QX4"), links(running, "O-9QX4")
    page = corrected(staff["case-worker"], "O-9QX4", "good@mail.example", **values)

    assert (page.answer.status, words in page.text) == (409 if "seen" in values else 422, True)
    assert (entries(running, "O-9QX4"), links(running, "O-9QX4")) == before
    if "grounds" not in values and "seen" not in values:
        assert HOW["grounds"] in page.html


def test_nobody_is_given_a_case_by_an_open_browser(running: Running, staff: dict[str, Client]) -> None:
    """The second factor itself, shown a short while ago, and the role: for the form, and for what it sends."""
    path, before = "/desk/cases/O-9QX4/readdress", entries(running, "O-9QX4")
    client = running.staff("worker-old", role="case-worker")
    page = get(client, path)
    inside(running, AGE_FACTOR, client.cookie("session") or "")

    assert "/2fa/" in get(client, path).path
    sent_late = page.send(page.form(path), address="mine@mail.example", again="mine@mail.example", **HOW)
    assert "/2fa/" in sent_late.path
    assert entries(running, "O-9QX4") == before
    assert get(staff["reader"], path).answer.status == 403
    assert path not in get(staff["reader"], "/desk/cases/O-9QX4").html
    assert path in get(staff["case-worker"], "/desk/cases/O-9QX4").html
    assert get(staff["case-worker"], "/desk/cases/O-NOBODY/readdress").answer.status == 404
    # refused so long ago that nothing is kept for it any more
    assert get(staff["case-worker"], "/desk/cases/O-OLD-OVER/readdress").answer.status == 409


@pytest.mark.parametrize("reference", ["%00", "ob%00", "%0a", "%ff", "-"])
def test_no_number_is_no_page(running: Running, reference: str) -> None:
    """What is no number of a case is answered as a wrong secret is."""
    assert statuses(running, f"/objection/{reference}/{'0' * 32}") == [404]

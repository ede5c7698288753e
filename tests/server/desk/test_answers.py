"""What the desk decides, and how the person is answered: by letter, on their page, and by whom."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import time
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from byleave.server.objecting import FOLLOW
from tests.server.desk import world
from tests.server.desk.doing import CASE, entries, inside, new_case, sent, token
from tests.server.pages import get, post

if TYPE_CHECKING:
    from email.message import EmailMessage

    from tests.server.serving import Client, Running


def by_form(running: Running, address: str) -> str:
    """Object by the form, for an answer to an address; the reference."""
    client = running.client()
    values = {"account": "no", "about": "everything", "names": "Ana Lima", "address": address, "step": "send"}
    values |= {"language": "de", "reason": "I was a child then.", "nonce": address}
    values["csrfmiddlewaretoken"] = get(client, "/objection").form("/objection").values["csrfmiddlewaretoken"]
    found = re.search(r"ob(?:-[0-9a-z]{4}){4}", post(client, "/objection", values).html)
    assert found
    return found[0]


def letter_about(running: Running, name: str, words: str) -> EmailMessage | None:
    """The letter about a case whose text has these words, once it is sent."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for file in (running.folder / "mail").glob("*"):
            for raw in file.read_bytes().split(b"-" * 79):
                one = message_from_bytes(raw.lstrip(), policy=policy.default)
                if name in str(one["Subject"]) and words in one.get_content():
                    return one
        time.sleep(0.2)
    return None


def test_the_person_gets_the_answer(running: Running, staff: dict[str, Client]) -> None:
    """M11: what is decided goes to the address that the person gave, in their language, with the link to their page.

    Staff see most of the address hidden, why the person objects, and whether the letter went out. Their page never
    shows the link, which acts for the person.
    """
    name = by_form(running, "ana@mail.example")
    path = f"/desk/cases/{name}"
    page = sent(get(staff["lead"], path), "/extend", grounds="the archive is large")
    longer = letter_about(running, name, "the archive is large")
    assert longer is not None
    assert longer["To"] == "ana@mail.example"
    link = re.search(rf"http://[^/\s]+(/objection/{name}/\S+)", longer.get_content())
    assert link
    assert get(running.client(), link[1]).answer.status == 200
    assert "a***@mail.example" in page.text
    assert "ana@mail" not in page.html
    assert "I was a child then." in page.text
    assert link[1] not in page.html
    assert "ana@mail.example" in sent(page, "/address").text
    assert [one for one in get(staff["reader"], path).forms if one.action.endswith("/address")] == []
    done = sent(page, "/uphold")

    granted = letter_about(running, name, "Wir geben ihm statt.")
    assert granted is not None
    assert link[0] in granted.get_content()
    told = get(staff["reader"], path).text
    assert told.count("Written on") == told.count("sent on") == 2
    assert "No address." in get(staff["reader"], CASE).text
    assert "They have no letter yet" not in done.text


def test_a_refusal_is_shown_first_and_signed(running: Running, staff: dict[str, Client]) -> None:
    """M11: grounds, a name and a second confirmation; without any of them the objection stands."""
    path = new_case(running, "O-NO")
    page = get(staff["lead"], path)
    seen = page.form(f"{path}/refuse").values["seen"]
    assert sent(page, "/refuse", grounds=" ", name="Petra Lund").answer.status == 422
    assert sent(page, "/refuse", grounds="needed in court", name="").answer.status == 422
    check = sent(page, "/refuse", grounds="needed in court", name="Petra Lund")
    assert (check.answer.status, "Check before you refuse" in check.text) == (200, True)
    assert sent(check, "/refuse").answer.status == 422
    assert entries(running, "O-NO") == ["objection-received"]
    assert (
        post(staff["case-worker"], f"{path}/refuse", {**token(staff["case-worker"]), "seen": seen}).answer.status == 403
    )
    done = sent(check, "/refuse", answers="yes")

    assert "Recorded: it is refused." in done.text
    assert "Petra Lund (lead-1) refused it: needed in court" in done.text
    steps = csv.DictReader(io.StringIO(staff["reader"].call("GET", "/desk/trail.csv?by=lead-1").body.decode()))
    assert [(one["by"], one["signed"]) for one in steps if one["case"] == "O-NO"] == [("lead-1", "Petra Lund")]
    assert entries(running, "O-NO") == ["objection-received", "objection-rejected"]
    letter = staff["lead"].call("GET", f"{path}/letter.txt?language=en").body.decode()
    assert "needed in court" in letter
    assert "Petra Lund decided this." in letter
    assert "lead-1" not in letter


def test_an_appeal_is_for_somebody_else(running: Running, staff: dict[str, Client]) -> None:
    """M11: whoever refused an objection does not refuse the appeal against it; upholding it stays open to them."""
    with running.inside() as service:
        link = f"/objection/O-NO/{service.address_secret(FOLLOW, service.case('O-NO'))}"
        refused = get(running.client(), link).text
        appeal = service.appeal("O-NO").case.id
    assert "office that guards data" in refused
    assert "go to court" in refused
    path = f"/desk/cases/{appeal}"
    check = sent(get(staff["lead"], path), "/refuse", grounds="as before", name="Another Name")
    done = sent(check, "/refuse", answers="yes")

    assert done.answer.status == 409
    assert "You refused the first objection." in done.text
    assert "objection-rejected" not in entries(running, appeal)
    assert "Recorded: it is upheld." in sent(get(staff["lead"], path), "/uphold").text


def test_only_answers_are_counted_as_answered(running: Running, staff: dict[str, Client]) -> None:
    """What a person took back was answered by nobody, and speeds no average up."""

    def answered() -> int:
        page = get(staff["reader"], "/desk/report").html
        found = re.search(r'<th scope="row">Answered</th><td class="number">(\d+)', page)
        assert found
        return int(found[1])

    new_case(running, "O-MINE")
    before = answered()
    with running.inside() as service:
        service.withdraw("person-O-MINE", "O-MINE")
    assert answered() == before


def test_an_express_wish_is_not_refused(running: Running, staff: dict[str, Client]) -> None:
    """By the law of Switzerland there is no refusal: the page has no form, and a form of one's own is not taken."""
    path = new_case(running, "O-CH", "CH")
    page = get(staff["lead"], path)
    seen = page.form(f"{path}/uphold").values["seen"]
    told = {"seen": seen, "grounds": "g", "name": "n", "step": "confirmed", "answers": "yes"}
    answer = post(staff["lead"], f"{path}/refuse", {**token(staff["lead"]), **told})

    assert [one.action for one in page.forms if one.action.endswith("/refuse")] == []
    assert answer.answer.status == 409
    assert entries(running, "O-CH") == ["objection-received"]


def test_items_that_cannot_be_read_are_told_so(running: Running, staff: dict[str, Client]) -> None:
    """Without the items nothing is refused, and nobody is sent to look for another key."""
    path = new_case(running, "O-BLIND")
    page = get(staff["lead"], path)

    def name(old: str, new: str) -> None:
        with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
            database.execute(f"ALTER TABLE {old} RENAME TO {new}")
        database.close()

    name("feed_item", "feed_away")
    try:
        seen = get(staff["lead"], path)
        check = sent(page, "/refuse", grounds="needed in court", name="Petra Lund")
    finally:
        name("feed_away", "feed_item")

    assert (seen.answer.status, check.answer.status) == (200, 503)
    assert "the items cannot be read now" in seen.text
    assert "another suppression key" not in seen.text + check.text
    assert entries(running, "O-BLIND") == ["objection-received"]


AGE_FACTOR = """
import django, time, sys
django.setup()
from django.contrib.sessions.backends.db import SessionStore
store = SessionStore(sys.argv[1])
told = store["account_authentication_methods"]
for one in told:
    one["at"] = time.time() - 3_600
store["account_authentication_methods"] = [*told, {"method": "password", "at": time.time()}]
store.save()
"""


def test_a_password_is_no_second_factor(running: Running) -> None:
    """A refusal wants the factor itself anew; what was written is in the form again afterwards."""
    path = new_case(running, "O-OLD")
    client = running.staff("lead-old", role="lead")
    page = get(client, path)
    inside(running, AGE_FACTOR, client.cookie("session") or "")
    asked = sent(page, "/refuse", grounds="needed in court", name="Petra Lund")

    assert "/2fa/" in asked.path
    again = get(client, path)
    assert again.form(f"{path}/refuse").values["name"] == "Petra Lund"
    assert "needed in court" in again.html
    assert get(client, path).form(f"{path}/refuse").values["name"] == ""


FAIL = """
import django, sys
django.setup()
from datetime import UTC, datetime
from byleave.server.objections.models import Letter
now = datetime.now(UTC)
Letter.objects.filter(objection=sys.argv[1]).update(sent_at=None, refused_at=now, failed_at=now)
"""


def test_a_letter_that_failed_is_seen_until_somebody_acts(running: Running, staff: dict[str, Client]) -> None:
    """M11: it is counted in the list and told on the case with what to do; sent again or printed, it waits no more."""
    name = by_form(running, "away@mail.example")
    path = f"/desk/cases/{name}"
    sent(get(staff["lead"], path), "/uphold")
    assert letter_about(running, name, "Wir geben ihm statt.")
    assert "Letters that failed" not in get(staff["reader"], "/desk/").text
    inside(running, FAIL, name)
    page = get(staff["case-worker"], path)

    assert "A letter did not arrive" in page.text
    assert "given up on" in page.text
    assert re.search(r"<strong>1</strong><span>Letters that failed", get(staff["reader"], "/desk/").html)
    assert name in get(staff["reader"], "/desk/?waiting=undelivered").html
    again = sent(page, "/send")
    assert "A letter did not arrive" not in again.text
    assert name not in get(staff["reader"], "/desk/?waiting=undelivered").html
    inside(running, FAIL, name)
    assert name in get(staff["reader"], "/desk/?waiting=undelivered").html
    sent(get(staff["case-worker"], path), "/print")
    assert name not in get(staff["reader"], "/desk/?waiting=undelivered").html
    assert "A letter did not arrive" not in get(staff["reader"], path).text


def test_what_ended_unanswered_is_not_called_answered(running: Running, staff: dict[str, Client]) -> None:
    """Taken back and lapsed have their own word and filter, late or not."""
    with running.inside() as service:
        for name, days in (("O-TAKEN", 2), ("O-TAKEN-LATE", 50)):
            world.objected(service, name, f"person-{name}", days=days, country="DE")
            service.withdraw(f"person-{name}", name)
    ended, late = (get(staff["reader"], f"/desk/?standing={one}").html for one in ("ended", "ended-late"))
    answered = [get(staff["reader"], f"/desk/?standing={one}").html for one in ("answered", "answered-late")]

    assert ("O-TAKEN<" in ended, "O-TAKEN-LATE" in ended) == (True, False)
    assert ("O-TAKEN<" in late, "O-TAKEN-LATE<" in late) == (False, True)
    assert not any("O-TAKEN" in page for page in answered)
    assert "Ended without an answer" in get(staff["reader"], "/desk/cases/O-TAKEN").text
    assert "Ended late, without an answer" in get(staff["reader"], "/desk/cases/O-TAKEN-LATE").text

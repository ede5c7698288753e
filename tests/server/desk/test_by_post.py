"""What came by letter or telephone: written down by staff, standing from its day, and answered on paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from byleave.adapters.key_files import read_ring
from byleave.cases.record import read_record
from byleave.kernel.decision import Reason
from byleave.ledger.entries import Kind
from byleave.text.catalogue import Catalogue
from byleave.text.dates import date_text
from tests.server.desk import world
from tests.server.desk.doing import entries, new_case, sent
from tests.server.pages import get

if TYPE_CHECKING:
    from datetime import date

    from tests.server.pages import Page
    from tests.server.serving import Client, Running

FORM = "/desk/by-post"
ZONE = ZoneInfo("Europe/Dublin")


def day(ago: int) -> date:
    """The day so many days ago, where the desk stands."""
    return datetime.now(ZONE).date() - timedelta(days=ago)


def checked(client: Client, **values: str) -> Page:
    """The form filled in and sent: the page that shows it once more, or the form with what is wrong."""
    told = {"came": "letter", "day": day(0).isoformat(), "about": "everything", "language": "fr", **values}
    page = get(client, FORM)
    return page.send(next(one for one in page.forms if "day" in one.values), **told)


def recorded(client: Client, **values: str) -> Page:
    """The page of a new case."""
    page = checked(client, **values)
    return page.send(next(one for one in page.forms if one.action == FORM), step="send")


def name_of(page: Page) -> str:
    """The number of the case that a page shows."""
    return page.path.partition("?")[0].rpartition("/")[2]


def test_a_letter_counts_from_its_day(running: Running, staff: dict[str, Client]) -> None:
    """M11, M12: what it names is out at once, its time runs from its day, and the entry says who wrote it down."""
    world.posts(running, "maya", {"post-1": "Yesterday Ingrid Solheim-Aasen sang in the old mill."})
    with running.inside() as service:
        before = {reason for one in service.decide_by_id(["post-1"])[0].outcomes for reason in one.failed}
    page = recorded(staff["case-worker"], names="Ingrid Solheim-Aasen", day=day(20).isoformat(), country="NO")
    name = name_of(page)

    assert "Recorded: it stands from the day on which it came." in page.text
    with running.inside() as service:
        case = service.case(name)
        entry = next(one for one in service.store.entries() if one.data.get("objection") == name)
        after = {reason for one in service.decide_by_id(["post-1"])[0].outcomes for reason in one.failed}
    assert (entry.data["by"], entry.data["came"], entry.at.astimezone(ZONE).date()) == (
        "case-worker-1", "letter", day(20),
    )  # fmt: skip
    assert datetime.now(UTC) - entry.recorded_at < timedelta(minutes=1)
    assert (case.received, case.language, case.country) == (entry.at, "fr", "NO")
    assert (Reason.SUBJECT_OBJECTION in before, Reason.SUBJECT_OBJECTION in after) == (False, True)
    assert "By letter, written down by case-worker-1" in page.text
    trail = get(staff["reader"], "/desk/trail?by=case-worker-1").text
    assert f"case-worker-1 wrote down {name}" in trail
    file = staff["reader"].call("GET", f"/desk/records/{entry.seq}").body
    told = read_record(file, read_ring(running.folder / "data" / "keys"), "record")
    assert (told["kind"], told["by"], told["came"]) == ("objection-received", "case-worker-1", "letter")


def test_an_old_letter_is_never_on_time(staff: dict[str, Client]) -> None:
    """A letter that lay about for two months is overdue before and after it is written down."""
    page = checked(staff["case-worker"], names="Old Letterman", day=day(62).isoformat())
    assert "Overdue" in page.text
    done = page.send(next(one for one in page.forms if one.action == FORM), step="send")
    assert "Overdue" in done.text
    assert "Notre réponse est en retard." in sent(done, "/print").text
    assert name_of(done) in get(staff["reader"], "/desk/?standing=overdue").html


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"day": day(-1).isoformat()}, "has not come yet"),
        ({"day": "1899-12-31"}, "No day before 2 January 1900"),
        ({"day": "0001-01-01"}, "No day before 2 January 1900"),
        ({"day": "9999-12-31"}, "has not come yet"),
        ({"day": ""}, "Give the day on which it came."),
        ({"day": "31.12.2025"}, "is no day"),
        ({"day": "2025-02-30"}, "is no day"),
        ({"came": "pigeon"}, "Say how it came."),
        ({"member": "nobody-here"}, "There is no member “nobody-here”."),
        ({"member": "a\x07b"}, "There is no member"),
        ({"names": ""}, "Give the member, or something by which they are found"),
        ({"names": "Ana"}, "alone names too many people"),
        ({"names": "=HYPERLINK(1) Lima"}, "signs that are in no name"),
        ({"about": "nothing"}, "Say what you object to."),
        ({"address": "a@exa_mple.com"}, "is no e-mail address"),
        ({"language": "xx"}, "Choose a language."),
        ({"country": "QQ"}, "There is no such country."),
        ({"reason": "x" * 2_001}, "This is too long."),
    ],
)
def test_what_cannot_be_is_told(running: Running, staff: dict[str, Client], values: dict[str, str], words: str) -> None:
    """Each mistake has its sentence beside the field, what was typed stays, and nothing is recorded."""
    with running.inside() as service:
        head = service.head().seq
    page = checked(staff["case-worker"], **{"names": "Wrong Sample", **values})

    assert page.answer.status == 422
    assert words in page.text
    with running.inside() as service:
        assert service.head().seq == head
    if "names" not in values:
        assert "Wrong Sample" in page.html


def test_sent_twice_it_is_one_case(running: Running, staff: dict[str, Client]) -> None:
    """The page that is sent again leads to the same case; a letter like it is shown before a second case is made."""
    page = checked(staff["case-worker"], names="Twice Sender-Holm", phones="+49 30 1234567")
    form = next(one for one in page.forms if one.action == FORM)
    first, again = page.send(form, step="send"), page.send(form, step="send")

    assert name_of(first) == name_of(again)
    assert entries(running, name_of(first)).count("objection-received") == 1
    like = checked(staff["case-worker"], names="twice SENDER-HOLM", came="telephone")
    assert "These cases may be of the same person" in like.text
    assert name_of(first) in like.html
    assert name_of(first) not in checked(staff["case-worker"], names="Somebody Else-Yet").html


def test_a_member_needs_nothing_to_be_found_by(running: Running, staff: dict[str, Client]) -> None:
    """M11: a member's letter is theirs: it stands among their objections, and says on their page how it came."""
    asked = {"member": "lena", "came": "telephone", "day": day(1).isoformat()}
    assert "Germany" in checked(staff["case-worker"], **asked).text
    name = name_of(recorded(staff["case-worker"], **asked))

    told = get(running.member("lena"), f"/settings/objections/{name}").text
    assert "We wrote it down." in told
    assert entries(running, name) == ["objection-received"]
    with running.inside() as service:
        assert service.case(name).country == "DE"
        assert name in {one.objection for one in service.member("lena").objections if one.stands}


def test_the_printed_letter_leads_to_the_case(running: Running, staff: dict[str, Client]) -> None:
    """M12: no e-mail is needed: the paper has the number and an address, in their language, that ends no objection."""
    page = recorded(staff["case-worker"], names="Paper Reader-Lund", day=day(2).isoformat())
    name = name_of(page)
    letter = sent(page, "/print")

    assert f"Votre opposition {name}" in letter.text
    link = re.search(rf"http://[^/\s]+(/objection/{name}/\w+)", letter.html)
    assert link
    assert link[1] not in page.html
    person = get(running.client(), link[1])
    assert person.answer.status == 200
    assert name in person.text
    assert "cannot take it back" in person.text
    assert [one.action for one in person.forms if one.action.endswith("/take-back")] == []
    tried = person.send(person.forms[0], f"{link[1]}/take-back")
    assert tried.answer.status == 403
    assert "objection-withdrawn" not in entries(running, name)
    assert "printed the letter" in get(staff["reader"], "/desk/trail?what=looks").text
    assert "Printed on" in get(staff["reader"], f"/desk/cases/{name}").text


def test_each_step_waits_for_its_letter_on_paper(staff: dict[str, Client]) -> None:
    """Whoever has no e-mail address is counted in the list until a letter about the last step was printed."""

    def waits() -> bool:
        return name_of(page) in get(staff["reader"], "/desk/?waiting=print").html

    page = recorded(staff["case-worker"], names="Paper Steps-Lund")
    mailed = recorded(staff["case-worker"], names="Mail Steps-Lund", address="steps@mail.example")
    assert waits()
    assert "No letter about the last step was printed yet." in page.text
    assert name_of(mailed) not in get(staff["reader"], "/desk/?waiting=print").html
    sent(page, "/print")
    assert not waits()
    done = sent(page, "/uphold")
    assert waits()
    sent(done, "/print")
    assert not waits()


def test_an_unconfirmed_case_has_no_link_on_paper(running: Running, staff: dict[str, Client]) -> None:
    """The address of a case that nobody confirmed would take it back, so that staff never see it."""
    letter = sent(get(staff["case-worker"], new_case(running, "O-PAPER")), "/print")

    assert "O-PAPER" in letter.text
    assert "/objection/O-PAPER/" not in letter.html


def test_an_appeal_by_letter(running: Running, staff: dict[str, Client]) -> None:
    """M11: it is found by the number in the letter, stands from its day on, and is a case of its own."""
    first = recorded(staff["case-worker"], names="Appeal Writer-Moe")
    name = name_of(first)
    check = sent(get(staff["lead"], first.path), "/refuse", grounds="needed in court", name="Petra Lund")
    sent(check, "/refuse", answers="yes")
    page = get(staff["case-worker"], FORM)
    find = page.form("/desk/by-post/appeal")
    unknown = page.send(find, case="ob-0000-0000-0000-0000")
    assert (unknown.answer.status, "There is no case ob-0000-0000-0000-0000." in unknown.text) == (422, True)
    stands = page.send(find, case="O-9QX4")
    assert (stands.answer.status, "was not refused" in stands.text) == (422, True)
    case = page.send(find, case=name.upper().replace("-", " "))
    assert name_of(case).partition("#")[0] == name
    for wrong, words in ((day(1), "before the decision"), (day(-1), "has not come yet")):
        told = sent(case, "/appeal", day=wrong.isoformat(), came="letter")
        assert (told.answer.status, words in told.text) == (422, True)
    done = sent(case, "/appeal", day=day(0).isoformat(), came="letter")
    again = sent(case, "/appeal", day=day(0).isoformat(), came="letter")

    assert again.answer.status == 409
    with running.inside() as service:
        new = service.case(name_of(done))
        told_of = next(one for one in service.store.entries() if one.data.get("objection") == new.id)
    assert (new.appeals, new.came, told_of.kind, told_of.data["by"]) == (
        name, "letter", Kind.OBJECTION_RECEIVED, "case-worker-1",
    )  # fmt: skip
    assert new.is_open
    assert new.identifiers


def test_an_appeal_counts_by_the_day_on_which_it_came(running: Running, staff: dict[str, Client]) -> None:
    """M11: one that came after the last day is not written down as an appeal; one that lay about since then is."""
    last = day(world.OLD_DAYS - 90)
    with running.inside() as service:
        head = service.head().seq
    page = get(staff["case-worker"], f"/desk/cases/{world.OLD}")
    told = date_text(Catalogue("en"), last)

    assert f"It counts if it came by {told}." in page.text
    for late in (last + timedelta(days=1), day(0)):
        refused = sent(page, "/appeal", day=late.isoformat(), came="letter")
        assert (refused.answer.status, f"It came after {told}" in refused.text) == (422, True)
    with running.inside() as service:
        assert service.head().seq == head
    done = sent(page, "/appeal", day=last.isoformat(), came="letter")
    with running.inside() as service:
        assert service.case(name_of(done)).appeals == world.OLD
        assert service.case(name_of(done)).is_open


def test_nothing_to_look_for_is_no_appeal(running: Running, staff: dict[str, Client]) -> None:
    """Where what somebody was found by is gone, an appeal would hold nothing out: it is a new objection."""
    path = new_case(running, "O-BARE")
    sent(sent(get(staff["lead"], path), "/refuse", grounds="g", name="Petra Lund"), "/refuse", answers="yes")
    page = get(staff["case-worker"], path)

    assert "Write down a new objection." in page.text
    assert not any(one.action.endswith("/appeal") for one in page.forms)
    told = page.send(page.forms[-1], f"{path}/appeal", day=day(0).isoformat(), came="letter")
    assert told.answer.status == 422
    assert entries(running, "O-BARE") == ["objection-received", "objection-rejected"]


def test_the_letter_and_the_page_name_one_last_day(running: Running, staff: dict[str, Client]) -> None:
    """M11: a refusal tells by when to appeal: the day that stands on the person's page, and none once it is over."""
    first = recorded(staff["case-worker"], names="Last Day-Reader", language="en")
    check = sent(get(staff["lead"], first.path), "/refuse", grounds="needed in court", name="Petra Lund")
    letter = sent(sent(check, "/refuse", answers="yes"), "/print")
    link = re.search(r"http://[^/\s]+(/objection/\S+?)[\s<]", letter.html)
    assert link
    last = re.search(r"You can do that until ([^.]+)\.", get(running.client(), link[1]).text)
    assert last

    assert f"You can appeal until {last[1]}," in letter.text
    late = staff["reader"].call("GET", f"/desk/cases/{world.OVER}/letter.txt?language=en").body.decode()
    assert ("needed in court" in late, "appeal" in late, "go to court" in late) == (True, False, True)


def test_the_acknowledgement_is_shown_where_a_law_asks(running: Running, staff: dict[str, Client]) -> None:
    """M11: thirty days in the United Kingdom: owed in the list until a letter is printed, and late when it is late."""
    on_time = recorded(staff["case-worker"], names="Owed Letter-Kent", country="GB", day=day(3).isoformat())
    late = recorded(staff["case-worker"], names="Late Letter-Kent", country="GB", day=day(31).isoformat())
    other = recorded(staff["case-worker"], names="No Such-Law", country="DE", day=day(3).isoformat())

    assert "Acknowledge by" in on_time.text
    assert "Not acknowledged by" in late.text
    assert "cknowledge" not in other.text
    owed = get(staff["reader"], "/desk/?waiting=acknowledge")
    assert name_of(on_time) in owed.html
    assert re.search(rf"{name_of(late)}.*?tag late[^<]*\">Not acknowledged by", owed.html, re.DOTALL)
    assert name_of(other) not in owed.html
    for page in (on_time, late):
        sent(page, "/print")
    owed = get(staff["reader"], "/desk/?waiting=acknowledge")
    assert name_of(on_time) not in owed.html
    assert "Acknowledged on" in get(staff["reader"], on_time.path).text
    assert "Acknowledged late, on" in get(staff["reader"], late.path).text
    with running.inside() as service:
        sent_in = service.receive(world.GIVEN).case
    assert sent_in.acknowledged is not None
    assert sent_in.id not in get(staff["reader"], "/desk/?waiting=acknowledge").html

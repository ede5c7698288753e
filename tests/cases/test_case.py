"""Cases: from receipt to an answer, through the ledger, with what may be done at each point and what may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byleave.cases import steps
from byleave.cases.case import State, fold_cases
from byleave.cases.deadlines import Calendar, Standing
from byleave.cases.folding import bundles
from byleave.kernel.errors import ByleaveError, ConflictError, InputError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Entry, Kind
from byleave.ledger.fold import fold
from byleave.policy.facts import MEMBER
from byleave.policy.semantics import stands
from byleave.server.db.store import Store
from tests.server.db.ledgers import SECRET, new_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from byleave.cases.case import Case

START = datetime(2026, 3, 10, 9, tzinfo=UTC)
CALENDAR = Calendar(ZoneInfo("Europe/Dublin"), lambda _: False)
DAY = timedelta(days=1)


class Desk:
    """A ledger in memory with a clock, and the case of one objection in it."""

    def __init__(self, country: str | None = "DE", language: str | None = "de") -> None:
        """Receive an objection; one with a language came by the form."""
        self.now = START
        self.entries: list[Entry] = []
        self.add(received("o-1", country=country, language=language))

    def add(self, proposal: Proposal) -> None:
        """Record a step."""
        self.now += timedelta(microseconds=1)
        self.entries.append(
            Entry(
                len(self.entries) + 1,
                self.now,
                proposal.kind,
                proposal.subject,
                proposal.actor,
                self.now,
                proposal.data,
            )
        )

    def case(self, name: str = "o-1") -> Case:
        """As it is now."""
        return fold_cases(self.entries)[name]

    def standing_objections(self) -> int:
        """How many objections the definition takes for standing now."""
        from tests.properties.generate import Chance, random_rules

        rules, moment = random_rules(Chance(1)), _moment(self.now)
        register = fold(self.entries).register()
        return sum(stands(one, rules, moment) for several in register.objections.values() for one in several)


def _moment(at: datetime) -> Any:
    from byleave.policy.facts import Moment

    return Moment(at, replay=False)


def received(name: str, subject: str = "p-1", purpose: str | None = None, **more: Any) -> Proposal:
    """An objection comes in."""
    data = {"objection": name, "purpose": purpose} | {key: value for key, value in more.items() if value is not None}
    return Proposal(Kind.OBJECTION_RECEIVED, subject, MEMBER, data)


def test_from_receipt_to_fulfilled() -> None:
    """An objection stands from receipt; confirmation, review and the decision for it change nothing of that."""
    desk, seen = Desk(), []
    for name in ("confirm", "take up", "uphold"):
        seen.append((desk.case().state, desk.standing_objections()))
        proposal = STEPS[name](desk.case(), desk.now)
        assert proposal is not None
        desk.add(proposal)
    seen.append((desk.case().state, desk.standing_objections()))

    assert seen == [(State.RECEIVED, 1), (State.CONFIRMED, 1), (State.IN_REVIEW, 1), (State.FULFILLED, 1)]
    assert desk.case().entries == (1, 2, 3, 4)
    assert desk.case().decided is not None


def test_refusal_needs_grounds_and_a_name_and_can_be_appealed() -> None:
    """A refusal without grounds or name is none; an appeal stands from its receipt like any objection (M11)."""
    desk = Desk()
    with pytest.raises(InputError, match="grounds are blank"):
        steps.refuse(desk.case(), "staff-1", " ")
    with pytest.raises(InputError, match="who decides is blank"):
        steps.refuse(desk.case(), "", "compelling grounds")
    with pytest.raises(ConflictError, match="nothing to appeal"):
        steps.appeal(desk.case(), "o-2")

    desk.add(steps.refuse(desk.case(), "staff-1", "compelling grounds"))
    desk.now += DAY
    assert (desk.case().state, desk.standing_objections()) == (State.REFUSED, 0)

    desk.add(steps.appeal(desk.case(), "o-2"))
    assert desk.standing_objections() == 1
    assert (desk.case().appealed_by, desk.case("o-2").appeals, desk.case("o-2").country) == (("o-2",), "o-1", "DE")
    with pytest.raises(ConflictError, match="was appealed against"):
        steps.appeal(desk.case(), "o-3")
    with pytest.raises(ConflictError, match="is refused already"):
        steps.uphold(desk.case(), "staff-2")


def test_what_nobody_confirms_lapses_and_nothing_else_does() -> None:
    """Unconfirmed objections lapse after thirty days and not before; a confirmed one never."""
    desk = Desk()
    with pytest.raises(ConflictError, match="may be confirmed until"):
        steps.lapse(desk.case(), START + 30 * DAY - timedelta(microseconds=1))
    lapsed = steps.lapse(desk.case(), START + 31 * DAY)
    assert lapsed.data["lapsed"] == steps.UNCONFIRMED

    desk.add(steps.confirm(desk.case()))
    with pytest.raises(ConflictError, match="does not lapse"):
        steps.lapse(desk.case(), START + 31 * DAY)

    with pytest.raises(ConflictError, match="did not come by the form"):
        steps.lapse(Desk(language=None).case(), START + 31 * DAY)

    other = Desk()
    other.add(lapsed)
    assert other.case().state is State.LAPSED
    with pytest.raises(ConflictError, match="object again"):
        steps.confirm(other.case())


def test_ledger_lets_no_confirmed_objection_lapse(tmp_path: Path) -> None:
    """A confirmation and a lapse that cross each other: whichever the ledger takes first, a confirmed one stays."""
    with Store(new_ledger("sqlite", tmp_path), suppression_secret=SECRET) as store:
        store.append([received("o-1"), received("o-2", "p-2")])
        data = {"objection": "o-1", "grounds": "not confirmed", "lapsed": steps.UNCONFIRMED}
        lapse = Proposal(Kind.OBJECTION_REJECTED, "p-1", "platform", data)
        store.append([Proposal(Kind.OBJECTION_CONFIRMED, "p-1", MEMBER, {"objection": "o-1"})])
        with pytest.raises(ConflictError, match="was confirmed"):
            store.append([lapse])
        store.append([Proposal(Kind.OBJECTION_REJECTED, "p-2", "platform", {**data, "objection": "o-2"})])
        with pytest.raises(InputError, match="only the person"):
            store.append([Proposal(Kind.OBJECTION_CONFIRMED, "p-2", "platform", {"objection": "o-2"})])


def test_answer_may_take_longer_once_and_only_in_time() -> None:
    """An extension needs grounds, a notice within the first month, and a law that has it; a second one is refused."""
    desk = Desk()
    assert desk.case().due(CALENDAR).day.isoformat() == "2026-04-10"
    with pytest.raises(ConflictError, match="comes too late"):
        steps.extend(desk.case(), "staff-1", "many at once", CALENDAR, START + 60 * DAY)
    desk.add(steps.extend(desk.case(), "staff-1", "many at once", CALENDAR, desk.now))
    assert desk.case().due(CALENDAR).day.isoformat() == "2026-06-10"
    with pytest.raises(ConflictError, match="put off already"):
        steps.extend(desk.case(), "staff-1", "still many", CALENDAR, desk.now)
    with pytest.raises(ConflictError, match="cannot be put off"):
        steps.extend(Desk("CH").case(), "staff-1", "many at once", CALENDAR, START)
    with pytest.raises(ConflictError, match="express wish"):
        steps.refuse(Desk("CH").case(), "staff-1", "compelling grounds")


STEPS: dict[str, Callable[[Case, datetime], Proposal | None]] = {
    "confirm": lambda case, now: steps.confirm(case),  # noqa: ARG005
    "take up": lambda case, now: steps.take_up(case, "s"),  # noqa: ARG005
    "extend": lambda case, now: steps.extend(case, "s", "g", CALENDAR, now),
    "uphold": lambda case, now: steps.uphold(case, "s"),  # noqa: ARG005
    "refuse": lambda case, now: steps.refuse(case, "s", "g"),  # noqa: ARG005
    "lapse": steps.lapse,
    "wait": lambda case, now: None,  # noqa: ARG005
}


@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 40)), max_size=8), st.integers(0, 200))
@settings(max_examples=200)
def test_any_course_of_a_case(course: list[tuple[str, int]], later: int) -> None:
    """However a case goes: while it is open its objection stands, one decision ends it, and late is never on time."""
    desk, decisions = Desk(), 0
    for name, days in course:
        desk.now += days * DAY
        try:
            proposal = STEPS[name](desk.case(), desk.now)
        except ByleaveError:
            continue
        if proposal is not None:
            desk.add(proposal)
            decisions += name in ("uphold", "refuse", "lapse")
    desk.now += timedelta(microseconds=1)
    case, now = desk.case(), desk.now + later * DAY

    assert decisions == (not case.is_open)
    assert desk.standing_objections() == (case.is_open or case.state is State.FULFILLED)
    assert (case.standing(CALENDAR, now) in (Standing.ON_TIME, Standing.DUE_SOON)) is (
        case.is_open and CALENDAR.day_of(now) <= case.due(CALENDAR).day
    )


def several() -> Iterator[Proposal]:
    """Objections of several people, some of whom write twice."""
    yield received("o-1")
    yield received("o-2", "p-2")
    yield received("o-3")
    yield received("o-4", "p-3", "other-ai")
    for name, subject, identifier in (
        ("o-1", "p-1", "email:aa"), ("o-2", "p-2", "email:aa"), ("o-4", "p-3", "email:aa"), ("o-3", "p-1", "name:A B"),
    ):  # fmt: skip
        data = {"objection": name, "identifiers": [identifier, "name:Ann Bell", "mark:00"]}
        yield Proposal(Kind.OBJECTION_IDENTIFIED, subject, MEMBER, data)


def test_bursts_are_one_piece_of_work() -> None:
    """What one person sent several times is bundled and none is lost; a shared name bundles nobody."""
    desk = Desk()
    desk.entries.clear()
    for number, one in enumerate(several()):
        desk.now = START + number * DAY
        desk.add(one)
    desk.add(received("o-9", "p-9"))
    desk.add(Proposal(Kind.OBJECTION_IDENTIFIED, "p-9", MEMBER, {"objection": "o-9", "identifiers": ["name:Ann Bell"]}))
    found = bundles(fold_cases(desk.entries).values())

    assert [[case.id for case in one.cases] for one in found] == [["o-1", "o-2", "o-3"], ["o-4"], ["o-9"]]
    assert found[0].due(CALENDAR).day.isoformat() == "2026-04-10"
    desk.add(steps.uphold(desk.case("o-1"), "staff-1"))
    again = bundles(fold_cases(desk.entries).values())[0]
    assert again.first.id == "o-1"
    assert again.due(CALENDAR).day.isoformat() == "2026-04-13"  # the 11th is a Saturday
    assert again.standing(CALENDAR, desk.now + 60 * DAY) is Standing.OVERDUE


def test_case_of_nobody_is_refused() -> None:
    """An entry about an objection that was never received is refused, not passed over."""
    entry = Entry(1, START, Kind.OBJECTION_CONFIRMED, "p-1", MEMBER, START, {"objection": "o-1"})
    with pytest.raises(InputError, match="there is no objection `o-1`"):
        fold_cases([entry])

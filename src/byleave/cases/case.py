"""A case: one objection with everything that was recorded about it, in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from byleave.cases.deadlines import Due, due, terms_for
from byleave.kernel.errors import InputError
from byleave.ledger.entries import OF_AN_OBJECTION, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from byleave.cases.deadlines import Calendar, Standing
    from byleave.ledger.entries import Entry


class State(StrEnum):
    """Where a case is. In the first three the objection stands and is not decided."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    IN_REVIEW = "in-review"
    FULFILLED = "fulfilled"
    REFUSED = "refused"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({State.RECEIVED, State.CONFIRMED, State.IN_REVIEW})
UNANSWERED = frozenset({State.LAPSED, State.WITHDRAWN})
"""How a case ends without an answer."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody recorded about a case, and why."""

    at: datetime
    by: str | None
    grounds: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One objection."""

    id: str
    subject: str
    purpose: str | None
    received: datetime
    """The earlier of the person's instant and the recording: from then on it stands."""
    state: State
    country: str | None = None
    language: str | None = None
    """In which the person is answered, where they objected by the form; None: they came another way."""
    identifiers: tuple[str, ...] = ()
    confirmed: datetime | None = None
    extended: Said | None = None
    decided: Said | None = None
    taken_back_on: date | None = None
    """The day of the letter by which the person took it back, where staff wrote that down."""
    appeals: str | None = None
    """The case against whose refusal this one is."""
    appealed_by: tuple[str, ...] = ()
    came: str | None = None
    """How it came to staff who wrote it down, of `ledger.fields.CAME`; None: by a form, or by a program."""
    written_by: str | None = None
    """Who of the staff wrote it down."""
    readdressed: int = 0
    """How many times staff have written down another address for the answer: what opened the case before is void."""
    acknowledged: datetime | None = None
    """When whoever handed it in got a receipt; None: that came by another way, or not at all."""
    entries: tuple[int, ...] = ()
    """The numbers of the entries about it, in order."""

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state in OPEN

    @property
    def stands(self) -> bool:
        """Whether it keeps anything out of training."""
        return self.state in OPEN or self.state is State.FULFILLED

    @property
    def can_be_appealed(self) -> bool:
        """Whether it ended by what somebody else than the person recorded."""
        return self.state in (State.REFUSED, State.LAPSED) or self.taken_back_on is not None

    def due(self, calendar: Calendar) -> Due:
        """Until when it is to be answered. Asking who somebody is, and waiting for that, does not stop the clock."""
        told = self.extended.at if self.extended else None
        return due(self.received, terms_for(self.country), calendar, told)

    def standing(self, calendar: Calendar, now: datetime) -> Standing:
        """How it stands with its deadline."""
        over = self.decided.at if self.decided else None
        return self.due(calendar).standing(now, over, answered=self.state not in UNANSWERED)

    def acknowledged_by(self, calendar: Calendar) -> date | None:
        """The last day on which the person is told that it has come; None where no law asks for that."""
        return terms_for(self.country).acknowledged(calendar.day_of(self.received))


def fold_cases(entries: Iterable[Entry]) -> dict[str, Case]:
    """Every case, by its id, in the order of receipt.

    Args:
        entries: of the ledger, in order; others than those about objections are passed over.

    Raises: InputError for an entry about an objection that was not received.
    """
    cases: dict[str, Case] = {}
    for entry in entries:
        if entry.erased:
            continue
        if entry.kind is Kind.OBJECTION_RECEIVED:
            one = _received(entry)
            cases[one.id] = one
            if one.appeals in cases:
                first = cases[one.appeals]
                cases[first.id] = replace(first, appealed_by=(*first.appealed_by, one.id))
        elif entry.kind in OF_AN_OBJECTION:
            case = cases.get(entry.data["objection"])
            if case is None:
                raise InputError(f"entry {entry.seq}: there is no objection `{entry.data['objection']}`")
            cases[case.id] = replace(_STEPS[entry.kind](case, entry), entries=(*case.entries, entry.seq))
    return cases


def _received(entry: Entry) -> Case:
    """A case as it begins. What staff have read or heard themselves needs no link to confirm it, and does not lapse."""
    data = entry.data
    written_by = data.get("by")
    return Case(
        data["objection"],
        entry.subject,
        data["purpose"],
        min(entry.at, entry.recorded_at),
        State.CONFIRMED if written_by else State.RECEIVED,
        data.get("country"),
        data.get("language"),
        confirmed=entry.recorded_at if written_by else None,
        appeals=data.get("appeals"),
        came=data.get("came"),
        written_by=written_by,
        acknowledged=entry.recorded_at if "form" in data and not written_by else None,
        entries=(entry.seq,),
    )


def _identified(case: Case, entry: Entry) -> Case:
    found: Sequence[str] = entry.data["identifiers"]
    return replace(case, identifiers=tuple(dict.fromkeys([*case.identifiers, *found])))


def _confirmed(case: Case, entry: Entry) -> Case:
    state = State.CONFIRMED if case.state is State.RECEIVED else case.state
    return replace(case, state=state, confirmed=case.confirmed or entry.recorded_at)


def _in_review(case: Case, entry: Entry) -> Case:  # noqa: ARG001 - as the other steps
    return replace(case, state=State.IN_REVIEW) if case.is_open else case


def _extended(case: Case, entry: Entry) -> Case:
    """The first notice counts: a later one puts nothing off again."""
    said = Said(entry.recorded_at, entry.data["by"], entry.data["grounds"])
    return replace(case, extended=case.extended or said)


def _readdressed(case: Case, entry: Entry) -> Case:  # noqa: ARG001 - as the other steps
    return replace(case, readdressed=case.readdressed + 1)


def _ended(case: Case, entry: Entry) -> Case:
    state = {Kind.OBJECTION_UPHELD: State.FULFILLED, Kind.OBJECTION_WITHDRAWN: State.WITHDRAWN}.get(entry.kind)
    day = entry.data.get("withdrawn_on")
    if day:
        state = State.WITHDRAWN
    if state is None:
        state = State.LAPSED if entry.data.get("lapsed") else State.REFUSED
    said = Said(entry.recorded_at, entry.data.get("by"), entry.data.get("grounds"))
    return replace(case, state=state, decided=said, taken_back_on=date.fromisoformat(day) if day else None)


_STEPS: Mapping[Kind, Callable[[Case, Entry], Case]] = {
    Kind.OBJECTION_IDENTIFIED: _identified,
    Kind.OBJECTION_CONFIRMED: _confirmed,
    Kind.OBJECTION_IN_REVIEW: _in_review,
    Kind.OBJECTION_EXTENDED: _extended,
    Kind.OBJECTION_READDRESSED: _readdressed,
    Kind.OBJECTION_UPHELD: _ended,
    Kind.OBJECTION_REJECTED: _ended,
    Kind.OBJECTION_WITHDRAWN: _ended,
    Kind.FINDING_REVIEWED: lambda case, _: case,
}

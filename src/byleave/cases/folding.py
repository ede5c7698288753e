"""Duplicates and bursts: what one person sent several times is one piece of work, and each stays a case of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from byleave.ledger.suppression import OUTLIVING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from byleave.cases.case import Case
    from byleave.cases.deadlines import Calendar, Due, Standing


class Bundle(NamedTuple):
    """Cases of one person for one purpose, the earliest first."""

    cases: tuple[Case, ...]

    @property
    def first(self) -> Case:
        """The earliest: it gives the deadline."""
        return self.cases[0]

    def due(self, calendar: Calendar) -> Due:
        """The earliest of the deadlines that are still open; of all, where none is."""
        waiting = [one for one in self.cases if one.is_open] or list(self.cases)
        return min((one.due(calendar) for one in waiting), key=lambda one: one.end)

    def standing(self, calendar: Calendar, now: datetime) -> Standing:
        """How the most urgent of them stands."""
        waiting = [one for one in self.cases if one.is_open] or list(self.cases)
        return min(waiting, key=lambda one: one.due(calendar).end).standing(calendar, now)


def bundles(cases: Iterable[Case]) -> list[Bundle]:
    """Cases by person and purpose: of one subject, or with an identifier that is one person's own.

    Names and postal addresses bundle nothing: others share them. No case is lost, and none stands in two bundles.
    """
    groups: dict[str, str] = {}

    def leader(name: str) -> str:
        while groups.setdefault(name, name) != name:
            groups[name] = groups[groups[name]]
            name = groups[name]
        return name

    told = sorted(cases, key=lambda one: (one.received, one.id))
    for one in told:
        marks = [f"{one.purpose}\n{mark}" for mark in (f"subject\n{one.subject}", *_own(one))]
        for mark in marks:
            groups[leader(mark)] = leader(marks[0])
    found: dict[str, list[Case]] = {}
    for one in told:
        found.setdefault(leader(f"{one.purpose}\nsubject\n{one.subject}"), []).append(one)
    return [Bundle(tuple(several)) for several in found.values()]


def _own(case: Case) -> list[str]:
    return [one for one in case.identifiers if one.partition(":")[0] in OUTLIVING - {"mark", "phone-short"}]

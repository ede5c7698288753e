"""Count, for each day and country, how many members there are, are off, objected, or were told.

Whoever was erased is in no count, also of days gone by (`erased.py`): what is counted from the ledger of now is what
was counted while it grew.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byleave.ledger.entries import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from byleave.cases.deadlines import Calendar
    from byleave.ledger.entries import Entry

    Counts = Counter[tuple[date, str, str, str]]


COUNTED = frozenset(
    {Kind.MEMBER_REGISTERED, Kind.MEMBER_MOVED, Kind.MEMBER_CLOSED, Kind.MEMBER_REOPENED}
    | {Kind.PREFERENCE_SET, Kind.OBJECTION_RECEIVED, Kind.NOTICE_DELIVERED}
)
"""Kinds that change a number."""


@dataclass(slots=True)
class _Standing:
    """One account as its entries leave it."""

    country: str = ""
    is_open: bool = False
    off: set[str] = field(default_factory=set)

    def shown(self) -> Counter[tuple[str, str, str]]:
        """What it adds to the numbers: closed accounts add nothing."""
        if not self.is_open:
            return Counter()
        return Counter([("members", "", self.country), *(("off", one, self.country) for one in sorted(self.off))])

    def apply(self, entry: Entry) -> None:
        data = entry.data
        if entry.kind is Kind.MEMBER_REGISTERED:
            self.country, self.is_open = data["country"] or "", True
        elif entry.kind is Kind.MEMBER_MOVED:
            self.country = data["country"] or ""
        elif entry.kind in (Kind.MEMBER_CLOSED, Kind.MEMBER_REOPENED):
            self.is_open = entry.kind is Kind.MEMBER_REOPENED
        elif entry.kind is Kind.PREFERENCE_SET:
            (self.off.add if data["value"] == "off" else self.off.discard)(data["setting"])


def changes(entries: Iterable[Entry], before: int, calendar: Calendar) -> Counts:
    """By how much each number changed.

    Args:
        entries: everything that is recorded about some people, in order.
        before: what is recorded up to this entry was counted already.
        calendar: in whose days.

    Returns: (day, what, about what, country) → change.
    """
    standing: dict[str, _Standing] = {}
    found: Counts = Counter()
    for entry in entries:
        if entry.erased or not entry.subject:
            continue
        one = standing.setdefault(entry.subject, _Standing())
        was = one.shown()
        one.apply(entry)
        if entry.seq <= before:
            continue
        day: date = calendar.day_of(entry.recorded_at)
        now = one.shown()
        for key in was.keys() | now.keys():
            found[(day, *key)] += now[key] - was[key]
        for what, about in _events(entry):
            found[day, what, about, entry.data.get("country") or one.country] += 1
    return found


def _events(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.kind is Kind.OBJECTION_RECEIVED:
        yield "objected", entry.data["purpose"] or ""
    elif entry.kind is Kind.NOTICE_DELIVERED:
        yield "delivered", f"{entry.data['notice']}@{entry.data['version'] or ''}"

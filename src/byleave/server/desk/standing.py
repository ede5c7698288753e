"""How a case stands with its deadline, in words; the same word for a row of the index and for a filter of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F, Q

from byleave.cases.deadlines import SOON, Due, Standing
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.cases.deadlines import Calendar
    from byleave.server.desk.models import CaseRow

TONES = {
    Standing.OVERDUE: "late",
    Standing.DUE_SOON: "care",
    Standing.ON_TIME: "",
    Standing.ANSWERED: "none",
    Standing.ANSWERED_LATE: "care",
}
"""Standing → class of its tag; the word says the same."""


class Word(NamedTuple):
    """What the desk says of a deadline."""

    standing: Standing
    text: str
    more: str
    """How many days are left, or have passed; blank for what is answered."""
    tone: str


def standing_of(row: CaseRow, now: datetime) -> Standing:
    """How a row stands: what `cases.deadlines` says of its deadline."""
    return Due(row.due_day, row.due_end, row.extended).standing(now, row.decided_at)


def word_of(row: CaseRow, now: datetime, calendar: Calendar) -> Word:
    """The same in words."""
    standing = standing_of(row, now)
    days = (row.due_day - calendar.day_of(now)).days
    more = ""
    if standing is Standing.OVERDUE:
        late = -days - 1
        more = say(f"days-late-{late}") if late in (0, 1) else say("days-late-more", days=late)
    elif standing in (Standing.ON_TIME, Standing.DUE_SOON):
        more = say(f"days-left-{days}") if days in (0, 1) else say("days-left-more", days=days)
    return Word(standing, say(f"standing-{standing}"), more, TONES[standing])


def rows_that(standing: Standing, now: datetime) -> Q:
    """The rows that stand so now: the same instants as in `Due.standing`."""
    match standing:
        case Standing.ANSWERED:
            return Q(decided_at__lt=F("due_end"))
        case Standing.ANSWERED_LATE:
            return Q(decided_at__gte=F("due_end"))
        case Standing.OVERDUE:
            return Q(decided_at=None, due_end__lte=now)
        case Standing.DUE_SOON:
            return Q(decided_at=None, due_end__gt=now, due_end__lte=now + SOON)
    return Q(decided_at=None, due_end__gt=now + SOON)

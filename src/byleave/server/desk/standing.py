"""How a case stands with its deadlines, in words; the same word for a row of the index and for a filter of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, F, OuterRef, Q

from byleave.cases.case import UNANSWERED, State
from byleave.cases.deadlines import SOON, Due, Standing
from byleave.server.desk.looks import LETTER_PRINTED
from byleave.server.desk.models import LookRow
from byleave.server.objections.contacts import kept_for
from byleave.server.objections.models import Contact, Letter
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
    Standing.ENDED: "none",
    Standing.ENDED_LATE: "care",
}
"""Standing → class of its tag; the word says the same."""
_NOT_ANSWERED = tuple(sorted(one.value for one in UNANSWERED))


class Word(NamedTuple):
    """What the desk says of a deadline."""

    standing: Standing
    text: str
    more: str
    """How many days are left, or have passed; blank for what is over."""
    tone: str


class Acknowledged(NamedTuple):
    """Whether the person was told that their case has come, where a law says by when."""

    text: str
    tone: str
    is_owed: bool
    """Whether that is still to be done."""


def standing_of(row: CaseRow, now: datetime) -> Standing:
    """How a row stands: what `cases.deadlines` says of its deadline."""
    answered = State(row.state) not in UNANSWERED
    return Due(row.due_day, row.due_end, row.extended).standing(now, row.decided_at, answered=answered)


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
    unanswered = Q(state__in=_NOT_ANSWERED)
    in_time, late = Q(decided_at__lt=F("due_end")), Q(decided_at__gte=F("due_end"))
    told = {
        Standing.ANSWERED: in_time & ~unanswered,
        Standing.ANSWERED_LATE: late & ~unanswered,
        Standing.ENDED: in_time & unanswered,
        Standing.ENDED_LATE: late & unanswered,
        Standing.OVERDUE: Q(decided_at=None, due_end__lte=now),
        Standing.DUE_SOON: Q(decided_at=None, due_end__gt=now, due_end__lte=now + SOON),
        Standing.ON_TIME: Q(decided_at=None, due_end__gt=now + SOON),
    }
    return told[standing]


def acknowledged(row: CaseRow, at: datetime | None, now: datetime) -> Acknowledged | None:
    """Whether somebody was told that their case has come; None where no law asks for it, or it is over unanswered.

    Args:
        row: the case.
        at: when they were told first; None: not yet.
        now: the present.
    """
    if row.acknowledge_end is None or (at is None and not row.is_open):
        return None
    if at is not None:
        late = at >= row.acknowledge_end
        name = "acknowledged-late" if late else "acknowledged"
        return Acknowledged(say(name, on=at), "care" if late else "", is_owed=False)
    if now >= row.acknowledge_end:
        return Acknowledged(say("acknowledge-late", by=row.acknowledge_day), "late", is_owed=True)
    tone = "care" if now >= row.acknowledge_end - SOON else "none"
    return Acknowledged(say("acknowledge-by", by=row.acknowledge_day), tone, is_owed=True)


def rows_to_acknowledge() -> Q:
    """The rows whose person is still to be told that their case has come."""
    sent = Letter.objects.filter(objection=OuterRef("case_id"), kind="told", sent_at__isnull=False)
    printed = LookRow.objects.filter(case_id=OuterRef("case_id"), what=LETTER_PRINTED)
    waits = Q(is_open=True, acknowledge_end__isnull=False, acknowledged_at=None)
    return waits & ~Exists(sent) & ~Exists(printed)


def rows_to_print(now: datetime) -> Q:
    """The rows of what came by post whose person has no e-mail address, and no letter on paper about the last step.

    Addresses are removed some time after a case is over; from then on nobody knows, and nothing is said.
    """
    address = Contact.objects.filter(objection=OuterRef("case_id")).exclude(address="")
    printed = LookRow.objects.filter(case_id=OuterRef("case_id"), what=LETTER_PRINTED)
    since = printed.filter(at__gte=OuterRef("decided_at"))
    waits = Q(is_open=True) & ~Exists(printed)
    told = ~Q(state__in=_NOT_ANSWERED) | Q(decided_by__isnull=False)
    over = Q(decided_at__gt=now - kept_for()) & told & ~Exists(since)
    return ~Q(came="") & ~Exists(address) & (waits | over)


def rows_undelivered() -> Q:
    """The rows whose last letter was given up, and was not printed since."""
    letters = Letter.objects.exclude(kind="moved")
    later = letters.filter(objection=OuterRef("objection"), pk__gt=OuterRef("pk"))
    printed = LookRow.objects.filter(case_id=OuterRef("objection"), what=LETTER_PRINTED, at__gte=OuterRef("failed_at"))
    failed = letters.filter(objection=OuterRef("case_id"), failed_at__isnull=False)
    return Q(Exists(failed.filter(~Exists(later), ~Exists(printed))))

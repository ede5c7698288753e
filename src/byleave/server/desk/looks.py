"""What staff looked at and took away: each is noted before it is shown, in the trail beside the steps of staff.

A look is kept as long as the case that it is about, and some days more (docs/adr/0188).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Min, OuterRef

from byleave.server.desk.models import CaseRow, LookRow
from byleave.server.objections.contacts import REST_OF_THE_DAY, kept_for
from byleave.server.running import current

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.http import HttpRequest

TEXT_READ, ADDRESS_SHOWN = "text-read", "address-shown"
LETTER_SAVED, LETTER_PRINTED = "letter-saved", "letter-printed"
CASES_SAVED, CHOICES_SAVED, TRAIL_SAVED = "cases-saved", "choices-saved", "trail-saved"
WHAT = (TEXT_READ, ADDRESS_SHOWN, LETTER_SAVED, LETTER_PRINTED, CASES_SAVED, CHOICES_SAVED, TRAIL_SAVED)
OPEN_FOR = timedelta(minutes=30)
"""A text that somebody has opened stays open to them for so long, and is noted once."""


def note(request: HttpRequest, what: str, case: str = "", about: Iterable[str] = ("",)) -> None:
    """Note what is about to be shown or sent.

    Args:
        request: of whoever asks.
        what: one of `WHAT`.
        case: which case it is about; blank for a list.
        about: the items whose texts are read; or which rows of a list.
    """
    now, by = current().now(), str(request.user.username)
    subject = (current().store.reader.objector(case) if case else None) or ""
    LookRow.objects.bulk_create(
        LookRow(at=now, by=by, what=what, case_id=case, subject=subject, about=one) for one in about
    )


def opened(request: HttpRequest, case: str) -> set[str]:
    """The items of a case whose texts somebody has opened a short while ago."""
    since, by = current().now() - OPEN_FOR, str(request.user.username)
    found: Any = LookRow.objects.filter(by=by, what=TEXT_READ, case_id=case, at__gt=since)
    return set(found.values_list("about", flat=True))


def forget(subjects: Iterable[str]) -> None:
    """Leave of people who were erased only that somebody looked."""
    LookRow.objects.filter(subject__in=list(subjects)).update(case_id="", subject="", about="")


def expire(now: datetime) -> int:
    """Delete looks that nobody needs any more, once the index has read the whole ledger; how many.

    One at a case goes when it is as long ago as what is needed for an appeal is kept, and so is the end of every case
    of its person. One at a list goes after the same time, and not before each case is over that had come by then. Of a
    case that the index does not know nothing goes.
    """
    before = now - kept_for() - REST_OF_THE_DAY
    over = CaseRow.objects.filter(is_open=False, decided_at__lt=before)
    needed: Any = CaseRow.objects.exclude(is_open=False, decided_at__lt=before)
    first: datetime | None = needed.aggregate(first=Min("received_at"))["first"]
    old: Any = LookRow.objects.filter(at__lt=before)
    at_cases = old.filter(
        Exists(over.filter(case_id=OuterRef("case_id"))), ~Exists(needed.filter(subject=OuterRef("subject")))
    )
    at_lists = old.filter(case_id="", at__lt=min(before, first or before))
    return sum(int(some.delete()[0]) for some in (at_cases, at_lists))

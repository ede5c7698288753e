"""Fold the ledger's entries into the desk's tables, a piece at a time, as far as a request has time for.

A case's row is made from `cases.case.fold_cases` over everything that is recorded about the person, so that there is no
second reading of what a case is. Whoever was erased is gone from the rows, and stays a
number in the counts of the past.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import F

from byleave.cases.case import fold_cases
from byleave.cases.record import is_step
from byleave.ledger.entries import OF_AN_OBJECTION, Kind
from byleave.server.deciding import account_of, name_of
from byleave.server.desk import looks
from byleave.server.desk.counting import changes
from byleave.server.desk.models import CaseRow, DayCount, Progress, StepRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from byleave.cases.case import Case
    from byleave.cases.deadlines import Calendar
    from byleave.ledger.entries import Entry
    from byleave.server.desk.counting import Counts
    from byleave.server.service import Service

CHUNK = 5_000
"""Entries that are folded in one transaction."""
REQUEST_SECONDS = 1.0
"""What a page spends on reading on; the rest is for the next one, and the page says that there is more."""
_AT_ONCE = 500
_ABOUT_CASES = OF_AN_OBJECTION | {Kind.OBJECTION_RECEIVED}


class Read(NamedTuple):
    """How far the desk has read."""

    seq: int
    head: int

    @property
    def is_behind(self) -> bool:
        """Whether the ledger has more than the desk shows."""
        return self.seq < self.head


def catch_up(service: Service, calendar: Calendar, name: str, seconds: float | None = REQUEST_SECONDS) -> Read:
    """Read on.

    Args:
        service: whose ledger it is.
        calendar: the days by which answers are due.
        name: of these days; where it is another one than before, everything is read anew.
        seconds: how long at most; None: up to the end.

    Raises: LedgerError.
    """
    until = None if seconds is None else time.monotonic() + seconds
    while True:
        read = _piece(service, calendar, name)
        if not read.is_behind or (until is not None and time.monotonic() >= until):
            return read


def _piece(service: Service, calendar: Calendar, name: str) -> Read:
    head = service.head()
    found = Progress.objects.filter(pk=1).first()
    if found and (found.epoch, found.calendar) == (head.epoch, name) and found.seq >= head.seq:
        return Read(head.seq, head.seq)
    with transaction.atomic():
        # two processes read on one after the other; the second finds the work done
        found = Progress.objects.select_for_update().filter(pk=1).first()
        if found is None or (found.epoch, found.calendar) != (head.epoch, name) or found.seq > head.seq:
            for table in (CaseRow, StepRow, DayCount, Progress):
                table.objects.all().delete()
            found = Progress(pk=1, epoch=head.epoch, seq=0, calendar=name)
        last = min(found.seq + CHUNK, head.seq)
        _fold(service, calendar, list(service.store.entries(found.seq, last)), found.seq)
        found.seq = last
        found.save()
    return Read(last, head.seq)


def _fold(service: Service, calendar: Calendar, entries: Sequence[Entry], before: int) -> None:
    told = [one for one in entries if not one.erased]
    gone = [seq for one in told if one.kind is Kind.MEMBER_ERASED for seq in one.data["entries"]]
    for start in range(0, len(gone), _AT_ONCE):
        cases = CaseRow.objects.filter(first_seq__in=gone[start : start + _AT_ONCE])
        looks.forget(cases.values_list("subject", flat=True))
        cases.delete()
        StepRow.objects.filter(seq__in=gone[start : start + _AT_ONCE]).delete()
    _steps(told)
    subjects = {one.subject for one in told if one.subject}
    if not subjects:
        return
    known = service.store.reader.person(subjects)[1]
    last = entries[-1].seq
    # what is recorded meanwhile is for the next piece
    seen = [one for one in known if one.seq <= last]
    _cases(seen, {one.data["objection"] for one in told if one.kind in _ABOUT_CASES}, calendar)
    _count(changes(seen, before, calendar))


def _steps(entries: Iterable[Entry]) -> None:
    rows = [
        StepRow(
            seq=one.seq,
            at=one.recorded_at,
            kind=one.kind.value,
            by=account_of(one.data["by"]) if one.kind is Kind.OBJECTION_REJECTED else one.data["by"],
            signed=name_of(one.data["by"]) if one.kind is Kind.OBJECTION_REJECTED else "",
            case_id=one.data["objection"],
            about=one.data.get("about", ""),
        )
        for one in entries
        if is_step(one) and one.data.get("by")
    ]
    StepRow.objects.bulk_create(rows, batch_size=_AT_ONCE)


def _cases(entries: Iterable[Entry], touched: set[str], calendar: Calendar) -> None:
    if not touched:
        return
    folded = fold_cases(one for one in entries if one.kind in _ABOUT_CASES)
    rows = [row_of(folded[name], calendar) for name in touched if name in folded]
    fields = [one.name for one in CaseRow._meta.fields if not one.primary_key]  # noqa: SLF001 - Django's own way
    CaseRow.objects.bulk_create(
        rows, batch_size=_AT_ONCE, update_conflicts=True, unique_fields=["case_id"], update_fields=fields
    )


def row_of(case: Case, calendar: Calendar) -> CaseRow:
    """A case as a row."""
    due, acknowledge = case.due(calendar), case.acknowledged_by(calendar)
    return CaseRow(
        case_id=case.id,
        subject=case.subject,
        purpose=case.purpose,
        country=case.country,
        state=case.state.value,
        is_open=case.is_open,
        received_at=case.received,
        due_day=due.day,
        due_end=due.end,
        extended=due.extended,
        decided_at=case.decided.at if case.decided else None,
        decided_by=case.decided.by if case.decided else None,
        first_seq=case.entries[0],
        came=case.came or "",
        acknowledge_day=acknowledge,
        acknowledge_end=calendar.end_of(acknowledge) if acknowledge else None,
        acknowledged_at=case.acknowledged,
    )


def _count(found: Counts) -> None:
    rows = [
        DayCount(day=day, what=what, about=about, country=country, change=change)
        for (day, what, about, country), change in found.items()
        if change
    ]
    names = ("day", "what", "about", "country")
    for row in rows:
        same = DayCount.objects.filter(**{name: getattr(row, name) for name in names})
        if not same.update(change=F("change") + row.change):
            row.save(force_insert=True)


def forget(sender: object, members: Sequence[str], **_more: object) -> None:  # noqa: ARG001 - a receiver's signature
    """Remove the rows of somebody who was erased."""
    cases = CaseRow.objects.filter(subject__in=list(members))
    StepRow.objects.filter(case_id__in=list(cases.values_list("case_id", flat=True))).delete()
    cases.delete()
    looks.forget(members)

"""Fold the ledger's entries into the desk's tables, a piece at a time, as far as a request has time for.

A case's row is made from `cases.case.fold_cases` over everything that is recorded about the person, so that there is no
second reading of what a case is. A piece is read and folded first, and then written in one short transaction, by
whoever comes first: the row of `Progress` keeps the others out, and shows them that it was written (docs/adr/0156).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction

from byleave.cases.case import fold_cases
from byleave.cases.record import is_step
from byleave.ledger.entries import OF_AN_OBJECTION, Kind
from byleave.server.deciding import account_of, name_of
from byleave.server.desk import looks
from byleave.server.desk.counting import COUNTED, changes
from byleave.server.desk.models import CaseRow, DayCount, Progress, StepRow, TakenOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from byleave.cases.case import Case
    from byleave.cases.deadlines import Calendar
    from byleave.ledger.entries import Entry
    from byleave.server.desk.counting import Counts
    from byleave.server.service import Service

CHUNK = 1_000
"""Entries of a piece: writing what they come to takes some hundredths of a second."""
REQUEST_SECONDS = 1.0
"""What a page spends on reading on; the rest is for the next one, and the page says that there is more."""
TAKEN_BACK = "taken-back"
"""What a step is about by which an objection ended that the person took back by letter."""
_AT_ONCE = 500
_ABOUT_CASES = OF_AN_OBJECTION | {Kind.OBJECTION_RECEIVED}
_ADD = (
    "INSERT INTO desk_day (day, what, about, country, change) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT (day, what, about, country) DO UPDATE SET change = desk_day.change + excluded.change"
)
"""SQLite and PostgreSQL say it alike."""


class Read(NamedTuple):
    """How far the desk has read."""

    seq: int
    head: int

    @property
    def is_behind(self) -> bool:
        """Whether the ledger has more than the desk shows."""
        return self.seq < self.head


class _Place(NamedTuple):
    """Up to where, of which ledger, and by which days deadlines were counted."""

    epoch: str
    calendar: str
    seq: int


class _Piece(NamedTuple):
    """What some entries come to."""

    after: int
    last: int
    erased: int
    """How many of them say nothing any more."""
    gone: list[int]
    """Entries that they erase."""
    erasures: dict[int, bool]
    """Number of the entry that erases → whether something that it erases was counted before these."""
    steps: list[StepRow]
    cases: list[CaseRow]
    counts: Counts


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
        read = _read_piece(service, calendar, name)
        if not read.is_behind or (until is not None and time.monotonic() >= until):
            return read


def hold() -> Progress:
    """How far the ledger was read, kept from everybody else until the transaction ends."""
    # of two that make it, one waits here for the other
    Progress.objects.bulk_create([Progress(pk=1, epoch="", seq=0, calendar="")], ignore_conflicts=True)
    held: Progress = Progress.objects.select_for_update().get(pk=1)
    return held


def _read_piece(service: Service, calendar: Calendar, name: str) -> Read:
    head = service.head()
    found = Progress.objects.filter(pk=1).first()
    place = _place(found) if found else _Place("", "", 0)
    goes_on = (place.epoch, place.calendar) == (head.epoch, name) and place.seq <= head.seq
    if goes_on and place.seq == head.seq:
        return Read(head.seq, head.seq)
    after = place.seq if goes_on else 0
    piece = _fold(service, calendar, after, min(after + CHUNK, head.seq))
    with transaction.atomic():
        held = hold()
        if _place(held) != place or service.store.reader.erased(after, piece.last) != piece.erased:
            # another reader was quicker, or somebody was erased meanwhile
            return Read(min(held.seq, head.seq - 1), head.seq)
        if not goes_on:
            _wipe()
            held.began = head.seq
        if _is_stale(held, piece):
            _wipe()
            held.epoch = ""
            held.save()
            return Read(0, head.seq)
        _write(piece)
        held.epoch, held.calendar, held.seq = head.epoch, name, piece.last
        held.save()
    return Read(piece.last, head.seq)


def _place(found: Progress) -> _Place:
    return _Place(found.epoch, found.calendar, found.seq)


def _wipe() -> None:
    for table in (CaseRow, StepRow, DayCount, TakenOut):
        table.objects.all().delete()


def _is_stale(held: Progress, piece: _Piece) -> bool:
    """Whether somebody was erased who is still counted; then everything is read anew.

    It happens only where the process died that erased them, or where something else than this server did it.
    """
    told = {seq for seq, counted in piece.erasures.items() if counted and seq > held.began}
    return bool(told - set(TakenOut.objects.filter(seq__in=told).values_list("seq", flat=True)))


def _write(piece: _Piece) -> None:
    for some in _parts(piece.gone):
        cases = CaseRow.objects.filter(first_seq__in=some)
        looks.forget(cases.values_list("subject", flat=True))
        cases.delete()
        StepRow.objects.filter(seq__in=some).delete()
    TakenOut.objects.filter(seq__in=piece.erasures).delete()
    StepRow.objects.bulk_create(piece.steps, batch_size=_AT_ONCE)
    fields = [one.name for one in CaseRow._meta.fields if not one.primary_key]  # noqa: SLF001 - Django's own way
    CaseRow.objects.bulk_create(
        piece.cases, batch_size=_AT_ONCE, update_conflicts=True, unique_fields=["case_id"], update_fields=fields
    )
    add(piece.counts)


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))


def _fold(service: Service, calendar: Calendar, after: int, last: int) -> _Piece:
    """What the entries from `after` (exclusive) to `last` come to; nothing is written."""
    entries = list(service.store.entries(after, last))
    told = [one for one in entries if not one.erased]
    erasing = {one.seq: list(one.data["entries"]) for one in told if one.kind is Kind.MEMBER_ERASED}
    counted = {seq: _was_counted(service, numbers, after) for seq, numbers in erasing.items()}
    subjects = {one.subject for one in told if one.subject}
    known = service.store.reader.person(subjects)[1] if subjects else []
    # what is recorded meanwhile is for the next piece
    seen = [one for one in known if one.seq <= last]
    touched = {one.data["objection"] for one in told if one.kind in _ABOUT_CASES}
    return _Piece(
        after,
        last,
        len(entries) - len(told),
        [seq for numbers in erasing.values() for seq in numbers],
        counted,
        list(_steps(told)),
        list(_cases(seen, touched, calendar)),
        changes(seen, after, calendar),
    )


def _was_counted(service: Service, numbers: Iterable[int], before: int) -> bool:
    old = [seq for seq in numbers if seq <= before]
    return bool(old) and not COUNTED.isdisjoint(service.store.reader.kinds(old))


def _steps(entries: Iterable[Entry]) -> Iterator[StepRow]:
    for one in entries:
        if not is_step(one) or not one.data.get("by"):
            continue
        refused = one.kind is Kind.OBJECTION_REJECTED
        yield StepRow(
            seq=one.seq,
            at=one.recorded_at,
            kind=one.kind.value,
            by=account_of(one.data["by"]) if refused else one.data["by"],
            signed=name_of(one.data["by"]) if refused else "",
            case_id=one.data["objection"],
            about=one.data.get("about") or (TAKEN_BACK if "withdrawn_on" in one.data else ""),
        )


def _cases(entries: Iterable[Entry], touched: set[str], calendar: Calendar) -> Iterator[CaseRow]:
    if touched:
        folded = fold_cases(one for one in entries if one.kind in _ABOUT_CASES)
        yield from (row_of(folded[name], calendar) for name in sorted(touched) if name in folded)


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


def add(counts: Counts) -> None:
    """Add to the numbers of days; one that comes to nothing is not kept."""
    rows = [(day.isoformat(), *rest, change) for (day, *rest), change in sorted(counts.items()) if change]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, rows)
    days = {day for day, *_ in counts}
    DayCount.objects.filter(change=0, day__gte=min(days), day__lte=max(days)).delete()

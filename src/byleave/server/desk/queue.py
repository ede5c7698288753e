"""The list of cases, by deadline: filters, search, pages, and the same as a file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from byleave.cases.case import State
from byleave.cases.deadlines import Standing
from byleave.kernel.instants import format_instant, parse_instant
from byleave.server.accounts.roles import CASE_WORKER, READER, may
from byleave.server.desk.at_hand import EXPORT_SECONDS, calendar, read_on
from byleave.server.desk.frame import as_csv, framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.looks import CASES_SAVED, note
from byleave.server.desk.models import CaseRow
from byleave.server.desk.searching import MOST_CASES, MOST_CHARACTERS, search
from byleave.server.desk.standing import (
    acknowledged,
    rows_that,
    rows_to_acknowledge,
    rows_to_print,
    rows_undelivered,
    standing_of,
    word_of,
)
from byleave.server.desk.telling import told_first
from byleave.server.running import current
from byleave.server.ui.voice import catalogue, country, say
from byleave.text.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from django.http import HttpRequest, HttpResponse

    from byleave.server.desk.standing import Acknowledged, Word

ON_A_PAGE = 50
OPEN, ALL = "open", "all"
SHOWN = (Standing.OVERDUE, Standing.DUE_SOON, Standing.ON_TIME, Standing.ANSWERED_LATE)
ACKNOWLEDGE, PRINT, UNDELIVERED = "acknowledge", "print", "undelivered"
WAITING = (ACKNOWLEDGE, PRINT, UNDELIVERED)
"""What else waits for somebody: to tell that a case has come, a letter for paper, and one that did not arrive."""
OVER = (Standing.ANSWERED, Standing.ANSWERED_LATE, Standing.ENDED, Standing.ENDED_LATE)
COLUMNS = (
    "case", "subject", "purpose", "country", "state", "received", "answer_by", "standing", "decided", "decided_by",
    "acknowledge_by",
)  # fmt: skip
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases somebody wants to see, as the address says it; what it cannot mean is left out."""

    standing: str = ""
    state: str = OPEN
    country: str = ""
    waiting: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """From the address."""
        told = {one.name: request.GET.get(one.name, one.default) for one in fields(cls)}
        if told["standing"] not in set(Standing):
            told["standing"] = ""
        if told["state"] not in {OPEN, ALL, *State}:
            told["state"] = OPEN
        if told["waiting"] not in WAITING:
            told["waiting"] = ""
        if told["state"] == OPEN and (told["standing"] in OVER or told["waiting"] in (PRINT, UNDELIVERED)):
            told["state"] = ALL
        told["country"] = told["country"][:2].upper()
        return cls(**told)

    def address(self, **changed: str) -> str:
        """The address for the same with something else."""
        told = {one.name: getattr(self, one.name) for one in fields(self)} | changed
        return "?" + urlencode({name: value for name, value in told.items() if value})

    def rows(self, now: datetime) -> Any:  # noqa: ANN401 - a query set, which has no type
        """The rows that are meant."""
        found = CaseRow.objects.all()
        if self.standing:
            found = found.filter(rows_that(Standing(self.standing), now))
        if self.waiting:
            found = found.filter(_waits(self.waiting, now))
        if self.state == OPEN:
            found = found.filter(is_open=True)
        elif self.state != ALL:
            found = found.filter(state=self.state)
        return found.filter(country=self.country) if self.country else found


def _waits(name: str, now: datetime) -> Any:  # noqa: ANN401 - a condition, which has no type
    return {
        ACKNOWLEDGE: rows_to_acknowledge(),
        PRINT: rows_to_print(now),
        UNDELIVERED: rows_undelivered(),
    }[name]


class Line(NamedTuple):
    """One case in the list."""

    row: CaseRow
    word: Word
    acknowledged: Acknowledged | None
    received: date
    """Where the answer is given."""
    state: str
    country: str


class Tile(NamedTuple):
    """How many cases stand so, and where they are listed."""

    title: str
    number: str
    to: str
    tone: str
    is_current: bool


@require_safe
@for_role(READER)
def queue(request: HttpRequest) -> HttpResponse:
    """The cases, those first that must be answered first."""
    read, now, asked = read_on(), current().now(), Asked.of(request)
    rows = asked.rows(now)
    found = list(_after(rows, request.GET.get("after", "")).order_by("due_end", "case_id")[: ON_A_PAGE + 1])
    more = len(found) > ON_A_PAGE
    return framed(
        request,
        "queue",
        "desk",
        read=read,
        asked=asked,
        tiles=_tiles(asked, now),
        lines=_lines(found[:ON_A_PAGE], now),
        count=number_text(catalogue(), rows.count()),
        next=asked.address(after=_place(found[ON_A_PAGE - 1])) if more else None,
        first=asked.address() if "after" in request.GET else None,
        csv=asked.address(),
        states=[(OPEN, say("queue-open")), (ALL, say("queue-all")), *((one, say(f"state-{one}")) for one in State)],
        standings=[("", say("queue-any")), *((one, say(f"standing-{one}")) for one in Standing)],
        countries=_countries(),
        works=may(request.user, CASE_WORKER),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(READER)
def searched(request: HttpRequest) -> HttpResponse:
    """The cases that a search means. It comes in the body: what somebody is looked for by stands in no address."""
    text = request.POST.get("q", "").replace("\x00", "").strip()[:MOST_CHARACTERS]
    if request.method != "POST" or not text:
        return HttpResponseRedirect(reverse("desk"))
    read, now, before = read_on(), current().now(), _number(request.POST.get("before", ""))
    found = search(current(), text, before)
    rows = CaseRow.objects.filter(case_id__in=found.cases)
    page = list(_after(rows, request.POST.get("after", "")).order_by("due_end", "case_id")[: ON_A_PAGE + 1])
    return framed(
        request,
        "search",
        "desk",
        read=read,
        q=text,
        lines=_lines(page[:ON_A_PAGE], now),
        count=number_text(catalogue(), rows.count()),
        most=number_text(catalogue(), MOST_CASES),
        before=before,
        older=found.before,
        after=_place(page[ON_A_PAGE - 1]) if len(page) > ON_A_PAGE else None,
        trail=[(say("desk-cases"), reverse("desk"))],
    )


@require_safe
@for_role(READER)
def queue_csv(request: HttpRequest) -> HttpResponse:
    """The same cases, every one, as a file; what the index has not read is read first, as far as there is time."""
    read, now, asked = read_on(EXPORT_SECONDS), current().now(), Asked.of(request)
    note(request, CASES_SAVED, about=[asked.address()])
    rows = asked.rows(now).order_by("due_end", "case_id")
    return as_csv("cases", _table(rows, now), read)


def _table(rows: Any, now: datetime) -> Iterator[tuple[object, ...]]:  # noqa: ANN401 - a query set
    yield COLUMNS
    for one in rows.iterator(chunk_size=2_000):
        standing = standing_of(one, now)
        decided = format_instant(one.decided_at) if one.decided_at else None
        yield (
            one.case_id, one.subject, one.purpose, one.country, one.state, format_instant(one.received_at),
            one.due_day, standing, decided, one.decided_by, one.acknowledge_day,
        )  # fmt: skip


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def _after(rows: Any, place: str) -> Any:  # noqa: ANN401 - query sets
    """The rows after a place in the list; from the first one on where it is none."""
    told, _, name = place.partition(" ")
    end = parse_instant(told)
    if end is None:
        return rows
    return rows.filter(Q(due_end__gt=end) | Q(due_end=end, case_id__gt=name))


def _place(row: CaseRow) -> str:
    return f"{format_instant(row.due_end.astimezone(UTC))} {row.case_id}"


def _lines(rows: Sequence[CaseRow], now: datetime) -> list[Line]:
    told = told_first([one.case_id for one in rows if one.acknowledge_end])
    return [
        Line(
            one,
            word_of(one, now, calendar()),
            acknowledged(one, one.acknowledged_at or told.get(one.case_id), now),
            calendar().day_of(one.received_at),
            say(f"state-{one.state}"),
            country(one.country) if one.country else say("queue-unknown"),
        )
        for one in rows
    ]


def _tiles(asked: Asked, now: datetime) -> list[Tile]:
    counted = CaseRow.objects.aggregate(**{one.name: Count("pk", filter=rows_that(one, now)) for one in SHOWN})
    tones = {Standing.OVERDUE: "late", Standing.DUE_SOON: "care"}
    tiles = [
        Tile(
            say(f"standing-{one}"),
            number_text(catalogue(), counted[one.name]),
            Asked(standing=one, state=ALL if one is Standing.ANSWERED_LATE else OPEN).address(),
            tones.get(one, "") if counted[one.name] else "",
            asked.standing == one,
        )
        for one in SHOWN
    ]
    return [*tiles, *_tiles_of_letters(asked, now)]


def _tiles_of_letters(asked: Asked, now: datetime) -> Iterator[Tile]:
    """What waits for a letter, where there is anything: most places have no law that asks for it."""
    for name in WAITING:
        rows = CaseRow.objects.filter(_waits(name, now))
        several = rows.count()
        if several or asked.waiting == name:
            is_late = name == UNDELIVERED or (name == ACKNOWLEDGE and rows.filter(acknowledge_end__lte=now).exists())
            tone = ("late" if is_late else "care") if several else ""
            to = Asked(waiting=name, state=OPEN if name == ACKNOWLEDGE else ALL).address()
            yield Tile(say(f"waiting-{name}"), number_text(catalogue(), several), to, tone, asked.waiting == name)


def _countries() -> list[tuple[str, str]]:
    codes = CaseRow.objects.exclude(country=None).order_by().values_list("country", flat=True).distinct()
    return sorted(((code, country(code)) for code in codes), key=lambda one: one[1])

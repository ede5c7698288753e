"""The list of cases, by deadline: filters, search, pages, and the same as a file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.views.decorators.http import require_safe

from byleave.cases.case import State
from byleave.cases.deadlines import Standing
from byleave.kernel.instants import format_instant, parse_instant
from byleave.server.accounts.roles import READER
from byleave.server.desk.at_hand import calendar, read_on
from byleave.server.desk.frame import as_csv, framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.models import CaseRow
from byleave.server.desk.searching import MOST_CHARACTERS, cases_given
from byleave.server.desk.standing import rows_that, standing_of, word_of
from byleave.server.running import current
from byleave.server.ui.voice import catalogue, country, say
from byleave.text.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from byleave.server.desk.standing import Word

ON_A_PAGE = 50
OPEN, ALL = "open", "all"
SHOWN = (Standing.OVERDUE, Standing.DUE_SOON, Standing.ON_TIME, Standing.ANSWERED_LATE)
COLUMNS = (
    "case", "subject", "purpose", "country", "state", "received", "answer_by", "standing", "decided", "decided_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases somebody wants to see, as the address says it; what it cannot mean is left out."""

    standing: str = ""
    state: str = OPEN
    country: str = ""
    q: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """From the address."""
        told = {one.name: request.GET.get(one.name, one.default) for one in fields(cls)}
        if told["standing"] not in set(Standing):
            told["standing"] = ""
        if told["state"] not in {OPEN, ALL, *State}:
            told["state"] = OPEN
        if told["standing"] in (Standing.ANSWERED, Standing.ANSWERED_LATE):
            told["state"] = ALL
        told["q"] = told["q"].replace("\x00", "").strip()[:MOST_CHARACTERS]
        told["country"] = told["country"][:2].upper()
        return cls(**told)

    def address(self, **changed: str) -> str:
        """The address for the same with something else."""
        told = {one.name: getattr(self, one.name) for one in fields(self)} | changed
        return "?" + urlencode({name: value for name, value in told.items() if value})

    def rows(self, now: datetime) -> Any:  # noqa: ANN401 - a query set, which has no type
        """The rows that are meant."""
        found = CaseRow.objects.all()
        if self.q:
            named = found.filter(Q(case_id=self.q) | Q(subject=self.q))
            return named if named.exists() else found.filter(case_id__in=cases_given(current(), self.q))
        if self.standing:
            found = found.filter(rows_that(Standing(self.standing), now))
        if self.state == OPEN:
            found = found.filter(is_open=True)
        elif self.state != ALL:
            found = found.filter(state=self.state)
        return found.filter(country=self.country) if self.country else found


class Line(NamedTuple):
    """One case in the list."""

    row: CaseRow
    word: Word
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
        lines=[_line(one, now) for one in found[:ON_A_PAGE]],
        count=number_text(catalogue(), rows.count()),
        next=asked.address(after=_place(found[ON_A_PAGE - 1])) if more else None,
        first=asked.address() if "after" in request.GET else None,
        csv=asked.address(),
        states=[(OPEN, say("queue-open")), (ALL, say("queue-all")), *((one, say(f"state-{one}")) for one in State)],
        countries=_countries(),
    )


@require_safe
@for_role(READER)
def queue_csv(request: HttpRequest) -> HttpResponse:
    """The same cases, every one, as a file; what the index has not read is read first."""
    read_on(None)
    now = current().now()
    rows = Asked.of(request).rows(now).order_by("due_end", "case_id")
    return as_csv("cases", _table(rows, now))


def _table(rows: Any, now: datetime) -> Iterator[tuple[object, ...]]:  # noqa: ANN401 - a query set
    yield COLUMNS
    for one in rows.iterator(chunk_size=2_000):
        standing = standing_of(one, now)
        decided = format_instant(one.decided_at) if one.decided_at else None
        yield (
            one.case_id, one.subject, one.purpose, one.country, one.state, format_instant(one.received_at),
            one.due_day, standing, decided, one.decided_by,
        )  # fmt: skip


def _after(rows: Any, place: str) -> Any:  # noqa: ANN401 - query sets
    """The rows after a place in the list; from the first one on where it is none."""
    told, _, name = place.partition(" ")
    end = parse_instant(told)
    if end is None:
        return rows
    return rows.filter(Q(due_end__gt=end) | Q(due_end=end, case_id__gt=name))


def _place(row: CaseRow) -> str:
    return f"{format_instant(row.due_end.astimezone(UTC))} {row.case_id}"


def _line(row: CaseRow, now: datetime) -> Line:
    where = country(row.country) if row.country else say("queue-unknown")
    return Line(row, word_of(row, now, calendar()), say(f"state-{row.state}"), where)


def _tiles(asked: Asked, now: datetime) -> list[Tile]:
    counted = CaseRow.objects.aggregate(**{one.name: Count("pk", filter=rows_that(one, now)) for one in SHOWN})
    tones = {Standing.OVERDUE: "late", Standing.DUE_SOON: "care"}
    return [
        Tile(
            say(f"standing-{one}"),
            number_text(catalogue(), counted[one.name]),
            Asked(standing=one, state=ALL if one is Standing.ANSWERED_LATE else OPEN).address(),
            tones.get(one, "") if counted[one.name] else "",
            asked.standing == one,
        )
        for one in SHOWN
    ]


def _countries() -> list[tuple[str, str]]:
    codes = CaseRow.objects.exclude(country=None).order_by().values_list("country", flat=True).distinct()
    return sorted(((code, country(code)) for code in codes), key=lambda one: one[1])

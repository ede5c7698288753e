"""The effectiveness report: what was objected, found and left out, how fast, and how often wrongly, on one page."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q
from django.views.decorators.http import require_safe

from byleave.cases.case import State
from byleave.cases.deadlines import Standing
from byleave.kernel.decision import Reason
from byleave.kernel.instants import parse_date
from byleave.server.accounts.roles import READER
from byleave.server.desk.at_hand import calendar, read_on
from byleave.server.desk.effect import builds
from byleave.server.desk.effect import section as effect_section
from byleave.server.desk.frame import framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.models import CaseRow, StepRow
from byleave.server.desk.sheet import Cell, Grid, Section, duration, number, share
from byleave.server.desk.standing import rows_that
from byleave.server.revocations import copies
from byleave.server.running import current
from byleave.server.ui.voice import moment, say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

DAYS = 150
"""Five months: after so long the Irish authority wanted a report on such training (statement of 7 November 2025)."""
MOST_MEDIAN = 100_000
"""Answers of which the middle is looked for."""


@require_safe
@for_role(READER)
def report(request: HttpRequest) -> HttpResponse:
    """One page about a stretch of days."""
    read, service = read_on(), current()
    today = calendar().day_of(service.now())
    until = min(_day(request.GET.get("until")) or today, today)
    since = min(_day(request.GET.get("since")) or until - timedelta(days=DAYS), until)
    zone = calendar().zone
    begins = datetime.combine(since, time(), zone)
    ends = datetime.combine(until + timedelta(days=1), time(), zone)
    found = builds()
    sections = [_objected(begins, ends, service.now()), _excluded(begins, ends), _checked(begins, ends)]
    sections += [effect_section(found)] if found else []
    sections.append(_copies())
    return framed(
        request,
        "sheet",
        "desk-report",
        read=read,
        title=say("desk-report"),
        lead=say("report-lead", since=since, until=until),
        sections=sections,
        dates=[("since", say("report-since"), since), ("until", say("report-until"), until)],
        note=say("report-print"),
    )


def _day(text: str | None) -> date | None:
    return parse_date(text) if text else None


def _grid(title: str, rows: list[tuple[str, Cell]], text: str = "") -> Section:
    cells = [[Cell(say(name)), value] for name, value in rows]
    grid = Grid(say(title), [say("report-what"), say("sheet-number")], cells, frozenset({1}))
    return Section(say(title), text, grid)


def _objected(begins: datetime, ends: datetime, now: datetime) -> Section:
    came = Q(received_at__gte=begins, received_at__lt=ends)
    over = Q(decided_at__gte=begins, decided_at__lt=ends)
    # what was taken back, or lapsed, nobody has answered
    decided = over & Q(state__in=(State.FULFILLED.value, State.REFUSED.value))
    ended = {
        "report-upheld": State.FULFILLED,
        "report-refused": State.REFUSED,
        "report-lapsed": State.LAPSED,
        "report-withdrawn": State.WITHDRAWN,
    }
    asked = {"received": came, "decided": decided, "in_time": decided & rows_that(Standing.ANSWERED, now)}
    asked |= {"open": Q(is_open=True), "overdue": rows_that(Standing.OVERDUE, now)}
    asked |= {state.name: over & Q(state=state.value) for state in ended.values()}
    told = CaseRow.objects.aggregate(**{name: Count("pk", filter=one) for name, one in asked.items()})
    late = Cell(str(number(told["overdue"]).text), tone="late" if told["overdue"] else None)
    return _grid(
        "report-objected",
        [
            ("report-received", number(told["received"])),
            ("report-decided", number(told["decided"])),
            *((name, number(told[state.name])) for name, state in ended.items()),
            ("report-in-time", Cell(share(told["in_time"], told["decided"]))),
            ("report-median", Cell(_median(decided))),
            ("report-open", number(told["open"])),
            ("report-overdue", late),
        ],
    )


def _median(decided: Q) -> str:
    rows = CaseRow.objects.filter(decided).annotate(took=F("decided_at") - F("received_at"))
    took = [one.total_seconds() for one in rows.values_list("took", flat=True)[:MOST_MEDIAN]]
    return duration(median(took)) if took else say("sheet-unknown")


def _excluded(begins: datetime, ends: datetime) -> Section:
    """The newest snapshot of the time for each purpose and recipient: what objections have kept out of it."""
    newest: dict[tuple[Any, Any], Any] = {}
    for one in current().lineage.lineage().snapshots.values():
        if not one.is_replay and begins <= one.recorded_at < ends:
            newest[one.told["purpose"], one.told["recipient"]] = one
    header = [say("effect-build"), say("snapshots-recorded"), say("report-own"), say("report-named")]
    rows = [
        [
            Cell(say("effect-for", purpose=say(f"purpose-{purpose}"), recipient=recipient)),
            Cell(moment(one.recorded_at)),
            number(one.told["counts"].get(str(Reason.OBJECTION), 0)),
            number(one.told["counts"].get(str(Reason.SUBJECT_OBJECTION), 0)),
        ]
        for (purpose, recipient), one in sorted(newest.items())
    ]
    title = say("report-excluded")
    return Section(
        title, "" if rows else say("effect-none"), Grid(title, header, rows, frozenset({2, 3})) if rows else None
    )


def _checked(begins: datetime, ends: datetime) -> Section:
    rows = StepRow.objects.filter(at__gte=begins, at__lt=ends, kind="finding-reviewed")
    told = rows.aggregate(other=Count("pk", filter=Q(about="other")), person=Count("pk", filter=Q(about="person")))
    looked = told["other"] + told["person"]
    return _grid(
        "report-checked",
        [
            ("report-looked", number(looked)),
            ("report-them", number(told["person"])),
            ("report-another", number(told["other"])),
            ("report-false", Cell(share(told["other"], looked))),
        ],
        say("report-false-more"),
    )


def _copies() -> Section:
    found = copies(current().store.reader.artefacts())
    called = [one for one in found if one.published_at is not None]
    done = sum(one.acknowledged_at is not None for one in called)
    return _grid(
        "report-called",
        [
            ("report-copies", number(len(found))),
            ("copies-called", number(sum(one.items for one in called))),
            ("report-acknowledged", number(done)),
            ("report-waiting", number(len(called) - done)),
        ],
    )

"""Which notices went out, whom they reached, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.views.decorators.http import require_safe

from byleave.archive.guide_document import Chart
from byleave.server.accounts.roles import READER
from byleave.server.desk.at_hand import calendar, read_on
from byleave.server.desk.frame import framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.models import DayCount
from byleave.server.desk.sheet import Cell, Grid, Section, drawn, number
from byleave.server.notices.models import Sending
from byleave.server.running import current
from byleave.server.ui.voice import catalogue, markup, plainly, safe, say
from byleave.text.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

DAYS = 30


@require_safe
@for_role(READER)
def notices(request: HttpRequest) -> HttpResponse:
    """Every notice that was sent or has reached somebody."""
    read = read_on()
    return framed(
        request,
        "sheet",
        "desk-notices",
        read=read,
        title=say("desk-notices"),
        lead=say("desk-notices-lead"),
        sections=list(_sections()),
    )


def _sections() -> Iterator[Section]:
    delivered = dict(
        DayCount.objects.filter(what="delivered").order_by().values_list("about").annotate(total=Sum("change"))
    )
    sent = {
        f"{one['notice']}@{one['version']}": one
        for one in Sending.objects.order_by()
        .values("notice", "version")
        .annotate(
            mailed=Count("pk", filter=Q(by_mail=True)),
            waiting=Count("pk", filter=Q(by_mail=False, seen_at=None)),
            reminded=Count("pk", filter=Q(reminded_at__isnull=False)),
            seen=Count("pk", filter=Q(seen_at__isnull=False)),
        )
    }
    for name in sorted({*delivered, *sent}, reverse=True):
        notice, _, version = name.rpartition("@")
        counts = {"delivered": delivered.get(name, 0), **sent.get(name, {})}
        rows = [
            [Cell(say(f"notices-{one}")), number(counts.get(one, 0))]
            for one in ("delivered", "mailed", "waiting", "reminded", "seen")
        ]
        title = say("notices-title", notice=notice, version=version)
        yield Section(title, grid=Grid(title, [say("report-what"), say("sheet-number")], rows, frozenset({1})))
        yield _by_day(name, title)


def _by_day(name: str, title: str) -> Section:
    today = calendar().day_of(current().now())
    days = [today - timedelta(days=DAYS - 1 - one) for one in range(DAYS)]
    rows = DayCount.objects.filter(what="delivered", about=name, day__gte=days[0]).order_by()
    found = dict(rows.values_list("day").annotate(total=Sum("change")))
    counts = [found.get(one, 0) for one in days]
    summary = plainly("notices-summary", count=number_text(catalogue(), sum(counts)))
    chart = Chart(
        caption="",
        header=(plainly("sheet-day"), plainly("notices-delivered")),
        rows=tuple((f"{one:%m-%d}",) for one in days),
        values=tuple((one,) for one in counts),
        totals=(),
        summary=summary,
        upright=True,
    )
    caption = markup("{}: {}", title, say("notices-by-day", days=DAYS))
    grid = Grid(
        caption,
        [say("sheet-day"), say("notices-delivered")],
        [[Cell(one.isoformat()), number(count)] for one, count in zip(days, counts, strict=True) if count],
        frozenset({1}),
    )
    return Section(caption, safe(summary), grid, drawn(chart))

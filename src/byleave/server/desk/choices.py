"""How many members are off: by setting, country and day, as a table, a chart and a file."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django.views.decorators.http import require_safe

from byleave.archive.guide_document import Chart
from byleave.server.accounts.roles import READER
from byleave.server.desk.at_hand import EXPORT_SECONDS, calendar, read_on
from byleave.server.desk.frame import as_csv, framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.looks import CHOICES_SAVED, note
from byleave.server.desk.models import DayCount
from byleave.server.desk.sheet import Cell, Grid, Section, drawn, number, plain_share, share
from byleave.server.running import current
from byleave.server.ui.pack_words import in_own_words
from byleave.server.ui.voice import country, plainly, safe, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from byleave.server.policy_in_force import Switch

DAYS = 30
Days = dict["date", tuple[int, int]]


@require_safe
@for_role(READER)
def choices(request: HttpRequest) -> HttpResponse:
    """The rate now, by country, and over the last days."""
    read = read_on()
    switches = [one for one in current().policy.switches if one.purposes]
    switch = next(
        (one for one in switches if one.name == request.GET.get("setting")), switches[0] if switches else None
    )
    where = request.GET.get("country", "")[:2].upper()
    return framed(
        request,
        "sheet",
        "desk-choices",
        read=read,
        title=say("desk-choices"),
        lead=say("choices-lead"),
        sections=_sections(switch, where) if switch else [],
        fields=[
            ("setting", say("choices-setting"), [(one.name, in_own_words(one.setting.title)) for one in switches]),
            ("country", say("sheet-country"), [("", say("queue-any")), *((code, _name(code)) for code in _codes())]),
        ],
        chosen=[switch.name if switch else "", where],
        csv=f"choices.csv?setting={switch.name}" if switch else None,
        note=say("choices-erased"),
    )


@require_safe
@for_role(READER)
def choices_csv(request: HttpRequest) -> HttpResponse:
    """Every day and country, as a file."""
    read, setting = read_on(EXPORT_SECONDS), request.GET.get("setting", "")[:200].replace("\x00", "")
    note(request, CHOICES_SAVED, about=[setting])
    return as_csv("choices", _table(setting), read)


def _sections(switch: Switch, where: str) -> list[Section]:
    now = _now(switch.name)
    rows = [_country(switch.name, code, *both) for code, both in sorted(now.items(), key=_largest) if any(both)]
    header = [say("sheet-country"), say("sheet-members"), say("choices-off"), say("choices-rate")]
    by_country = Section(say("choices-region"), grid=Grid(say("choices-region"), header, rows, frozenset({1, 2, 3})))
    return [_by_day(_days(switch.name, where)), by_country]


def _largest(one: tuple[str, tuple[int, int]]) -> tuple[int, str]:
    return -one[1][0], one[0]


def _country(setting: str, code: str, members: int, off: int) -> list[Cell]:
    to = f"?setting={setting}&country={code}" if code else ""
    return [Cell(_name(code), to), number(members), number(off), Cell(share(off, members))]


def _by_day(days: Days) -> Section:
    heading = say("choices-by-day", days=DAYS)
    header = [say("sheet-day"), say("choices-off"), say("sheet-members"), say("choices-rate")]
    rows = [
        [Cell(one.isoformat()), number(off), number(members), Cell(share(off, members))]
        for one, (members, off) in days.items()
        if members or off
    ]
    first, last = next(iter(days)), next(reversed(days))
    summary = plainly(
        "choices-summary",
        first=first,
        last=last,
        before=plain_share(days[first][1], days[first][0]),
        now=plain_share(days[last][1], days[last][0]),
    )
    chart = Chart(
        caption="",
        header=(plainly("sheet-day"), plainly("choices-rate")),
        rows=tuple((f"{one:%m-%d}",) for one in days),
        # a tenth of a percent, so that small rates are seen
        values=tuple(((1_000 * off // members if members > 0 else 0),) for members, off in days.values()),
        totals=(),
        summary=summary,
        upright=True,
    )
    grid = Grid(heading, header, list(reversed(rows)), frozenset({1, 2, 3}))
    return Section(heading, safe(summary), grid, drawn(chart))


def _now(setting: str) -> dict[str, tuple[int, int]]:
    """Country → members and those who are off."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for at, rows in enumerate((_rows("members", ""), _rows("off", setting))):
        for code, change in rows.values_list("country").annotate(total=Sum("change")):
            found[code][at] += change
    return {code: (members, off) for code, (members, off) in found.items()}


def _rows(what: str, about: str) -> Any:  # noqa: ANN401 - a query set, which has no type
    return DayCount.objects.filter(what=what, about=about).order_by()


def _days(setting: str, where: str) -> Days:
    """Each of the last days → members and those who were off at its end."""
    today = calendar().day_of(current().now())
    first = today - timedelta(days=DAYS - 1)
    days = [first + timedelta(days=one) for one in range(DAYS)]
    both = []
    for rows in (_rows("members", ""), _rows("off", setting)):
        told = rows.filter(country=where) if where else rows
        before = told.filter(day__lt=first).aggregate(total=Sum("change"))["total"] or 0
        changed = dict(told.filter(day__gte=first).values_list("day").annotate(total=Sum("change")))
        both.append(list(accumulate((changed.get(one, 0) for one in days), initial=before))[1:])
    return dict(zip(days, zip(*both, strict=True), strict=True))


def _table(setting: str) -> Iterator[tuple[object, ...]]:
    yield ("day", "country", "setting", "members", "off", "off_percent")
    standing: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    rows = DayCount.objects.filter(what__in=("members", "off"), about__in=("", setting)).order_by("day", "country")
    day: date | None = None
    touched: set[str] = set()
    for one in rows.iterator(chunk_size=2_000):
        if one.day != day:
            yield from _told(day, setting, standing, touched)
            day, touched = one.day, set()
        standing[one.country][one.what == "off"] += one.change
        touched.add(one.country)
    yield from _told(day, setting, standing, touched)


def _told(
    day: date | None, setting: str, standing: dict[str, list[int]], touched: set[str]
) -> Iterator[tuple[object, ...]]:
    for code in sorted(touched):
        members, off = standing[code]
        yield day, code, setting, members, off, round(100 * off / members, 2) if members > 0 else None


def _codes() -> list[str]:
    found = DayCount.objects.filter(what="members").exclude(country="").order_by()
    return sorted(found.values_list("country", flat=True).distinct(), key=_name)


def _name(code: str) -> str:
    return country(code) if code else say("sheet-unknown")

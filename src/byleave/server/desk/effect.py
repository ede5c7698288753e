"""From a refusal to the first snapshot that has seen it: how long that takes, for each purpose and recipient."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from django.views.decorators.http import require_safe

from byleave.archive.guide_document import Chart
from byleave.ledger.wire import from_microseconds
from byleave.server.accounts.roles import READER
from byleave.server.desk.frame import framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.sheet import DAY, HOUR, Cell, Grid, Section, drawn, duration, number, plain_share
from byleave.server.following import BUCKETS, Following
from byleave.server.running import current
from byleave.server.ui.voice import moment, plainly, safe, say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byleave.server.following import Followed

BOUNDS = (HOUR, DAY, 7 * DAY)


class Build(NamedTuple):
    """The builds for one purpose and recipient."""

    purpose: str
    recipient: str
    followed: Followed
    waiting: int
    oldest_seconds: float

    @property
    def within(self) -> tuple[int, ...]:
        """Refusals that took up to each of `BOUNDS`, and longer."""
        ends = [bisect_left(BUCKETS, bound) + 1 for bound in BOUNDS]
        starts = [0, *ends]
        return tuple(sum(self.followed.counts[a:b]) for a, b in zip(starts, [*ends, None], strict=True))

    @property
    def refusals(self) -> int:
        """All that a snapshot has seen."""
        return sum(self.followed.counts)


@cache
def _following(address: str) -> Following:
    return Following(address)


def builds() -> list[Build]:
    """How far builds follow the ledger now. Raises: LedgerError."""
    service = current()
    following = _following(service.store.address)
    told = {one.name: one for one in following.collect()}
    number_of = {tuple(one.labels.values()): int(one.value) for one in told["byleave_refusals_waiting"].samples}
    age_of = {tuple(one.labels.values()): one.value for one in told["byleave_refusals_waiting_seconds"].samples}
    return [
        Build(*pair, one, number_of.get(pair, 0), age_of.get(pair, 0.0))
        for pair, one in sorted(following.builds.items())
    ]


@require_safe
@for_role(READER)
def effect(request: HttpRequest) -> HttpResponse:
    """How long refusals wait."""
    found = builds()
    return framed(
        request,
        "sheet",
        "desk-effect",
        title=say("desk-effect"),
        lead=say("effect-lead"),
        sections=[section(found)] if found else [],
        nothing=say("effect-none"),
    )


def section(found: list[Build]) -> Section:
    """The builds as a table and a chart."""
    header = [
        say("effect-build"), say("effect-hour"), say("effect-day"), say("effect-week"), say("effect-longer"),
        say("effect-mean"), say("effect-waiting"), say("effect-oldest"), say("effect-last"),
    ]  # fmt: skip
    quick, every = sum(sum(one.within[:2]) for one in found), sum(one.refusals for one in found)
    summary = plainly("effect-summary", share=plain_share(quick, every))
    chart = Chart(
        caption="",
        header=tuple(
            plainly(name) for name in ("effect-build", "effect-hour", "effect-day", "effect-week", "effect-longer")
        ),
        rows=tuple((_plain(one),) for one in found),
        values=tuple(one.within for one in found),
        totals=(),
        summary=summary,
    )
    grid = Grid(say("desk-effect"), header, [_row(one) for one in found], frozenset(range(1, 8)))
    return Section(say("desk-effect"), safe(summary), grid, drawn(chart))


def _plain(one: Build) -> str:
    return plainly("effect-for", purpose=plainly(f"purpose-{one.purpose}"), recipient=one.recipient)


def _row(one: Build) -> list[Cell]:
    mean = duration(one.followed.total_seconds / one.refusals) if one.refusals else say("sheet-unknown")
    oldest = duration(one.oldest_seconds) if one.waiting else say("sheet-none")
    name = say("effect-for", purpose=say(f"purpose-{one.purpose}"), recipient=one.recipient)
    last = moment(from_microseconds(one.followed.last_at))
    return [
        Cell(name), *map(number, one.within), Cell(mean), number(one.waiting),
        Cell(oldest), Cell(last),
    ]  # fmt: skip

"""Snapshots and models: what was built, why items were left out, what was trained, and who has left since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from byleave.kernel.errors import InputError
from byleave.server.accounts.roles import READER
from byleave.server.desk.frame import framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.leaving import leaving
from byleave.server.desk.sheet import Cell, Grid, Section, number
from byleave.server.running import current
from byleave.server.ui.voice import catalogue, moment, phrase, say
from byleave.text.numbers import number_text
from byleave.text.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http import HttpRequest

    from byleave.lineage.records import Lineage, Model, Snapshot
    from byleave.lineage.trace import Left, SnapshotTrace

MOST = 100
"""Rows of a table; the HTTP API has all."""
SHORT = 19
"""Characters of a digest that are shown: its name and twelve digits."""


@require_safe
@for_role(READER)
def snapshots(request: HttpRequest) -> HttpResponse:
    """Every snapshot and model, the newest first."""
    found = current().lineage.lineage()
    return framed(
        request,
        "sheet",
        "desk-snapshots",
        title=say("desk-snapshots"),
        lead=say("snapshots-lead"),
        sections=[
            _snapshots(found, list(found.snapshots.values())),
            _models(list(found.models.values())),
            leaving(found),
        ],
    )


@require_safe
@for_role(READER)
def snapshot(request: HttpRequest, name: str) -> HttpResponse:
    """One snapshot: why items were left out, its models, and who left since."""
    try:
        traced = current().lineage.snapshot(name)
    except InputError as error:
        raise Http404 from error
    one = traced.snapshot
    return framed(
        request,
        "sheet",
        "desk-snapshots",
        title=say("snapshots-one", name=one.manifest[:SHORT]),
        lead="",
        sections=[
            _snapshots(current().lineage.lineage(), [one]),
            _reasons(one),
            _left(traced),
            _models(list(traced.models)),
        ],
        trail=[(say("desk-snapshots"), reverse("desk-snapshots"))],
    )


def _snapshots(found: Lineage, several: Sequence[Snapshot]) -> Section:
    header = [
        say("snapshots-snapshot"), say("snapshots-recorded"), say("policies-purpose"), say("copies-holder"),
        say("snapshots-items"), say("snapshots-models"),
    ]  # fmt: skip
    rows = [
        [
            Cell(one.manifest[:SHORT], reverse("desk-snapshot", args=[one.manifest])),
            Cell(moment(one.recorded_at)),
            Cell(say(f"purpose-{one.told['purpose']}")),
            Cell(str(one.told["recipient"])),
            number(one.told["counts"].get("eligible", 0)),
            number(len(found.models_of([one.manifest]))),
        ]
        for one in list(reversed(several))[:MOST]
    ]
    return Section(say("desk-snapshots"), grid=Grid(say("desk-snapshots"), header, rows, frozenset({4, 5})))


def _models(several: Sequence[Model]) -> Section:
    header = [
        say("snapshots-model"), say("snapshots-trained"), say("policies-purpose"), say("snapshots-forgotten"),
        say("snapshots-destroyed"),
    ]  # fmt: skip
    rows = [
        [
            Cell(one.name or one.model),
            Cell(moment(one.trained_at) if one.trained_at else say("sheet-unknown")),
            Cell(say(f"purpose-{one.purpose}")),
            number(len(one.forgotten)),
            Cell(say("sheet-none") if one.retired_by is None else _destroyed(one)),
        ]
        for one in list(reversed(several))[:MOST]
    ]
    return Section(say("snapshots-models"), grid=Grid(say("snapshots-models"), header, rows, frozenset({3})))


def _destroyed(one: Model) -> str:
    """When a model was destroyed, or somebody said so."""
    at = moment(one.told_at[one.retired_by or 0])
    return at if one.destroyed == "here" else say("snapshots-destroyed-told", at=at)


def _reasons(one: Snapshot) -> Section:
    counts = {name: rows for name, rows in one.told["counts"].items() if name != "eligible" and rows}
    words = {str(reason): phrase(message) for reason, message in REASONS.items()}
    rows = [[Cell(words.get(name, name)), number(several)] for name, several in sorted(counts.items(), key=_most)]
    header = [say("snapshots-reason"), say("snapshots-items")]
    return Section(say("snapshots-reasons"), grid=Grid(say("snapshots-reasons"), header, rows, frozenset({1})))


def _most(one: tuple[str, int]) -> tuple[int, str]:
    return -one[1], one[0]


def _left(traced: SnapshotTrace) -> Section:
    left = traced.left
    if left is None:
        return Section(say("snapshots-left"), say("snapshots-left-unknown"))
    rows = list(_leavers(left))
    told = catalogue()
    text = say("snapshots-left-more", count=number_text(told, len(rows)), erased=number_text(told, left.erased))
    header = [say("snapshots-member"), say("snapshots-why"), say("snapshots-items")]
    grid = Grid(say("snapshots-left"), header, rows[:MOST], frozenset({2}))
    return Section(say("snapshots-left"), text, grid if rows else None)


def _leavers(left: Left) -> Iterator[list[Cell]]:
    for why, several in (("refused", left.refused), ("closed", left.closed)):
        yield from ([Cell(name), Cell(say(f"left-{why}")), number(items)] for name, items in sorted(several.items()))
    for name, held in sorted(left.withheld.items()):
        yield [Cell(name), Cell(say("left-withheld")), number(len(held))]

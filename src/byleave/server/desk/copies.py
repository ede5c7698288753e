"""Copies of snapshots that were given away: what was called back, and who has said that it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.views.decorators.http import require_safe

from byleave.server.accounts.roles import READER
from byleave.server.desk.built import SHORT
from byleave.server.desk.frame import framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.sheet import Cell, Grid, Section, number
from byleave.server.revocation_feed import lists
from byleave.server.revocations import copies as copies_of
from byleave.server.running import current
from byleave.server.ui.voice import moment, say

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from byleave.server.revocations import Copy


@require_safe
@for_role(READER)
def copies(request: HttpRequest) -> HttpResponse:
    """Every copy, those that wait first."""
    service = current()
    now, found = service.now(), copies_of(service.store.reader.artefacts())
    found.sort(key=lambda one: (one.acknowledged_at is not None, one.published_at or one.given_at, one.holder))
    served = {one.name for one in lists().every()}
    header = [
        say("copies-holder"), say("copies-stands"), say("copies-called"), say("copies-list"), say("copies-given"),
        say("snapshots-snapshot"),
    ]  # fmt: skip
    rows = [_row(one, now, served) for one in found]
    missing = any(one.published_at and one.file not in served for one in found)
    return framed(
        request,
        "sheet",
        "desk-copies",
        title=say("desk-copies"),
        lead=say("copies-lead"),
        sections=[Section(say("desk-copies"), grid=Grid(say("desk-copies"), header, rows, frozenset({2})))],
        links=[(reverse("revocation-feed"), say("copies-feed"))],
        note=say("copies-not-served") if missing else "",
    )


def _row(one: Copy, now: datetime, served: set[str]) -> list[Cell]:
    if one.published_at is None:
        stands = Cell(say("copies-none"), tone="none")
    elif one.acknowledged_at is None:
        stands = Cell(say("copies-waits", days=(now - one.published_at).days), tone="care")
    else:
        stands = Cell(say("copies-done"), tone="")
    to = reverse("revocation-list", args=[one.file]) if one.file in served else ""
    return [
        Cell(one.holder),
        stands,
        number(one.items),
        Cell(moment(one.published_at) if one.published_at else say("sheet-never"), to),
        Cell(moment(one.given_at)),
        Cell(one.manifest[:SHORT], reverse("desk-snapshot", args=[one.manifest])),
    ]

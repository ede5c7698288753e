"""The audit trail: what staff did, from the ledger, with a signed record of each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from byleave.kernel.errors import UnknownError
from byleave.kernel.instants import format_instant
from byleave.server.accounts.roles import READER
from byleave.server.desk.at_hand import read_on
from byleave.server.desk.frame import as_csv, framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.models import StepRow
from byleave.server.running import current
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

ON_A_PAGE = 50
_NAME = 200


class Line(NamedTuple):
    """One step."""

    row: StepRow
    what: str


@require_safe
@for_role(READER)
def trail(request: HttpRequest) -> HttpResponse:
    """What was done, the newest first; of one person, where the address names one."""
    read, by = read_on(), request.GET.get("by", "")[:_NAME].replace("\x00", "")
    rows = _rows(by)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:  # noqa: PLR2004 - what a number of an entry may have
        rows = rows.filter(seq__lt=int(before))
    found = list(rows[: ON_A_PAGE + 1])
    shown = found[:ON_A_PAGE]
    return framed(
        request,
        "trail",
        "desk-trail",
        read=read,
        lines=[Line(one, say(f"step-{one.kind}{f'-{one.about}' if one.about else ''}")) for one in shown],
        by=by,
        people=list(StepRow.objects.order_by("by").values_list("by", flat=True).distinct()[:_NAME]),
        next=shown[-1].seq if len(found) > ON_A_PAGE else None,
    )


@require_safe
@for_role(READER)
def trail_csv(request: HttpRequest) -> HttpResponse:
    """The same, every step, as a file; what the index has not read is read first."""
    read_on(None)
    rows = _rows(request.GET.get("by", "")[:_NAME].replace("\x00", ""))
    return as_csv("audit-trail", _table(rows))


@require_safe
@for_role(READER)
def record(request: HttpRequest, seq: int) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The signed record of one step, as a file."""
    try:
        text = current().step_record(seq)
    except UnknownError as error:
        raise Http404 from error
    headers = {"Content-Disposition": f'attachment; filename="byleave-step-{seq}.json"'}
    return HttpResponse(text, content_type="application/json", headers=headers)


def _rows(by: str) -> Any:  # noqa: ANN401 - a query set
    rows = StepRow.objects.order_by("-seq")
    return rows.filter(by=by) if by else rows


def _table(rows: Any) -> Iterator[tuple[object, ...]]:  # noqa: ANN401 - a query set
    yield ("entry", "at", "by", "signed", "what", "case", "about")
    for one in rows.iterator(chunk_size=2_000):
        yield one.seq, format_instant(one.at), one.by, one.signed, one.kind, one.case_id, one.about

"""The audit trail: what staff did, from the ledger, with a signed record of each step; and what they looked at."""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from byleave.kernel.errors import UnknownError
from byleave.kernel.instants import format_instant, parse_instant
from byleave.server.accounts.roles import READER
from byleave.server.desk.at_hand import EXPORT_SECONDS, read_on
from byleave.server.desk.frame import as_csv, framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.looks import TRAIL_SAVED, note
from byleave.server.desk.models import LookRow, StepRow
from byleave.server.objections.contacts import kept_for
from byleave.server.running import current
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.http import HttpRequest

ON_A_PAGE = 50
STEPS, LOOKS = "steps", "looks"
_NAME = 200
_AT_ONCE = 2_000
_DIGITS = 18


class Asked(NamedTuple):
    """What somebody wants to see, as the address says it."""

    by: str
    """The account; blank: anybody."""
    what: str
    """`steps` or `looks`; blank: both."""

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """From the address; what it cannot mean is left out."""
        what = request.GET.get("what", "")
        return cls(request.GET.get("by", "")[:_NAME].replace("\x00", ""), what if what in (STEPS, LOOKS) else "")


class Place(NamedTuple):
    """Where a line stands; a later one stands before an earlier one."""

    at: datetime
    is_step: bool
    number: int
    """Of the entry, or of the row."""

    @classmethod
    def read(cls, text: str) -> Place | None:
        """As a page before told it; None where that is none."""
        at, _, rest = text.partition(" ")
        what, _, number = rest.partition(" ")
        found = parse_instant(at)
        if found is None or what not in (STEPS, LOOKS) or not number.isascii() or not number.isdigit():
            return None
        return cls(found, what == STEPS, int(number[:_DIGITS]))

    def __str__(self) -> str:
        """As an address holds it."""
        return f"{format_instant(self.at)} {STEPS if self.is_step else LOOKS} {self.number}"


class Line(NamedTuple):
    """One step, or one look."""

    place: Place
    by: str
    signed: str
    what: str
    """The kind of an entry, or one of `desk.looks.WHAT`."""
    case: str
    about: str

    @property
    def words(self) -> str:
        """What was done, for a page."""
        return say(f"step-{self.what}{f'-{self.about}' if self.place.is_step and self.about else ''}")


@require_safe
@for_role(READER)
def trail(request: HttpRequest) -> HttpResponse:
    """What was done and looked at, the newest first; of one person, where the address names one."""
    read, asked = read_on(), Asked.of(request)
    after = Place.read(request.GET.get("before", ""))
    found = list(islice(_lines(asked, after, ON_A_PAGE + 1), ON_A_PAGE + 1))
    shown = found[:ON_A_PAGE]
    return framed(
        request,
        "trail",
        "desk-trail",
        read=read,
        lines=shown,
        asked=asked,
        people=_people(),
        kinds=[("", say("queue-any")), (STEPS, say("trail-steps")), (LOOKS, say("trail-looks"))],
        kept_days=kept_for().days,
        first=after is not None,
        next=str(shown[-1].place) if len(found) > ON_A_PAGE else None,
    )


@require_safe
@for_role(READER)
def trail_csv(request: HttpRequest) -> HttpResponse:
    """The same, every line, as a file; what the index has not read is read first, as far as there is time."""
    read, asked = read_on(EXPORT_SECONDS), Asked.of(request)
    note(request, TRAIL_SAVED, about=[" ".join(one for one in asked if one)])
    return as_csv("audit-trail", _table(asked), read)


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


def _people() -> list[str]:
    rows: Any = StepRow.objects.order_by("by").values_list("by", flat=True)
    looks: Any = LookRow.objects.order_by("by").values_list("by", flat=True)
    return sorted({*rows.distinct()[:_NAME], *looks.distinct()[:_NAME]})


def _lines(asked: Asked, after: Place | None, most: int | None = None) -> Iterator[Line]:
    """Steps and looks in one order, the newest first; `most` of each."""
    # an entry is recorded after every one before it, so that their numbers are in the order of time
    steps, looks = StepRow.objects.order_by("-seq"), LookRow.objects.order_by("-at", "-pk")
    if after is not None:
        steps = steps.filter(at__lt=after.at) if not after.is_step else steps.filter(seq__lt=after.number)
        same = Q(at=after.at) if after.is_step else Q(at=after.at, pk__lt=after.number)
        looks = looks.filter(Q(at__lt=after.at) | same)
    both = []
    if asked.what != LOOKS:
        both.append(map(_step, _rows(steps, asked, most)))
    if asked.what != STEPS:
        both.append(map(_look, _rows(looks, asked, most)))
    return merge(*both, key=lambda one: one.place, reverse=True)


def _rows(rows: Any, asked: Asked, most: int | None) -> Iterator[Any]:  # noqa: ANN401 - query sets
    told = rows.filter(by=asked.by) if asked.by else rows
    return iter(told.iterator(chunk_size=_AT_ONCE) if most is None else told[:most])


def _step(row: StepRow) -> Line:
    return Line(Place(row.at, is_step=True, number=row.seq), row.by, row.signed, row.kind, row.case_id, row.about)


def _look(row: LookRow) -> Line:
    return Line(Place(row.at, is_step=False, number=row.pk), row.by, "", row.what, row.case_id, row.about)


def _table(asked: Asked) -> Iterator[tuple[object, ...]]:
    yield ("entry", "at", "by", "signed", "what", "case", "about")
    for one in _lines(asked, None):
        entry = one.place.number if one.place.is_step else None
        yield entry, format_instant(one.place.at), one.by, one.signed, one.what, one.case, one.about

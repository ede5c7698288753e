"""The page of one case: who, by when, what was found, what each decision would do, the letter, and what happened."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from byleave.cases.case import State
from byleave.cases.deadlines import terms_for
from byleave.cases.record import is_step
from byleave.kernel.errors import UnknownError
from byleave.ledger.entries import Kind
from byleave.ledger.fields import CAME
from byleave.server.accounts.roles import CASE_WORKER, LEAD, READER, may
from byleave.server.desk import looks
from byleave.server.desk.appeals import last_day_by_post
from byleave.server.desk.at_hand import calendar, deciding
from byleave.server.desk.found_view import found, given
from byleave.server.desk.frame import framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.index import row_of
from byleave.server.desk.letters import Letter, letter, letters_for
from byleave.server.desk.standing import acknowledged, word_of
from byleave.server.desk.telling import (
    acknowledged_at,
    answered,
    is_late,
    is_member,
    link_of,
    may_be_printed,
    open_until,
)
from byleave.server.objections.contacts import is_over
from byleave.server.running import current
from byleave.server.ui.context import OWN_NAMES
from byleave.server.ui.voice import country, say
from byleave.text.catalogue import LANGUAGES, Catalogue, language_of
from byleave.text.dates import date_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from django.http import HttpRequest

    from byleave.cases.case import Case
    from byleave.ledger.entries import Entry

DONE = ("take-up", "extend", "uphold", "refuse", "review", "send", "written-down", "readdress", "take-back")

KEPT = "desk-refusal"
"""In the session: what was written in the form of a refusal, while its writer shows the second factor again."""
_WITH_CARE = frozenset({Kind.OBJECTION_REJECTED, Kind.OBJECTION_EXTENDED, Kind.OBJECTION_READDRESSED})


class Event(NamedTuple):
    """One line of the history."""

    text: str
    at: datetime
    note: str
    to: str | None
    action: str
    tone: str
    download: bool = True


@require_safe
@for_role(READER)
def case(request: HttpRequest, case: str) -> HttpResponse:
    """One case."""
    return shown(request, case)


@require_safe
@for_role(READER)
def letter_text(request: HttpRequest, case: str) -> HttpResponse:
    """A letter as a file of plain text."""
    one = _known(case)[case]
    what = _letter(request.GET, one, deciding().entries(case))
    headers = {"Content-Disposition": 'attachment; filename="letter.txt"'}
    text = letter(one, what, calendar())
    looks.note(request, looks.LETTER_SAVED, case)
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


@require_POST
@for_role(CASE_WORKER)
def printed(request: HttpRequest, case: str) -> HttpResponse:
    """A letter for paper, with the address of the person's page where that may stand there."""
    one = _known(case)[case]
    what = _letter(request.POST, one, deciding().entries(case))
    link = link_of(request, one) if may_be_printed(one) else None
    text = letter(one, what._replace(link=link), calendar())
    looks.note(request, looks.LETTER_PRINTED, case)
    today = date_text(Catalogue(what.language), calendar().day_of(current().now()))
    trail = [(say("desk-cases"), reverse("desk")), (say("case", case=case), reverse("desk-case", args=[case]))]
    told: dict[str, Any] = {"letter": text, "language": what.language, "link": link, "today": today}
    return framed(request, "letter", "desk", case=one, trail=trail, **told)


def shown(
    request: HttpRequest,
    name: str,
    *,
    status: int = 200,
    whole: bool = False,
    **more: Any,  # noqa: ANN401 - the context of a template
) -> HttpResponse:
    """The page, also after something that could not be done; `whole`: with the whole address of the person."""
    cases = _known(name)
    one, entries = cases[name], deciding().entries(name)
    now, row = current().now(), row_of(one, calendar())
    context = {
        "case": one,
        "word": word_of(row, now, calendar()),
        "acknowledged": acknowledged(row, acknowledged_at(one), now),
        "due": one.due(calendar()),
        "received": calendar().day_of(one.received) if one.came else one.received,
        "came": say("case-came", how=say(f"by-post-{one.came}"), by=one.written_by) if one.came else "",
        "state": say(f"state-{one.state}"),
        "is_member": is_member(entries),
        "about": say(f"purpose-{one.purpose}") if one.purpose else say("case-every-purpose"),
        "country": country(one.country) if one.country else None,
        "language": OWN_NAMES.get(language_of(one.language)) if one.language else None,
        "others": [other for other in cases.values() if other.id != name],
        "given": list(given(one)),
        **found(request, one, entries),
        **_may(request, one, entries),
        **_told(request, one, entries, whole=whole),
        "events": list(_events([entry for entry in entries if entry.data.get("objection") == name])),
        "done": _done(request, one, entries),
        "trail": [(say("desk-cases"), reverse("desk"))],
    }
    kept = request.session.get(KEPT)
    if kept and kept["case"] == name:
        context["kept"] = request.session.pop(KEPT)
    return framed(request, "case", "desk", status=status, **{**context, **more})


def _known(name: str) -> Mapping[str, Case]:
    try:
        return deciding().cases(name)
    except UnknownError as error:
        raise Http404 from error


def _may(request: HttpRequest, case: Case, entries: Sequence[Entry]) -> dict[str, Any]:
    terms, last = terms_for(case.country), last_day_by_post(case, entries)
    works, now = may(request.user, CASE_WORKER), current().now()
    today = calendar().day_of(now)
    return {
        "works": works,
        "may_take_up": works and case.is_open and case.state is not State.IN_REVIEW,
        "may_extend": works
        and case.is_open
        and not case.extended
        and bool(terms.further_months)
        and now < case.due(calendar()).end,
        "may_decide": works and case.is_open,
        "may_readdress": works and not is_over(case, now),
        "may_appeal": works and case.can_be_appealed and not case.appealed_by,
        "by_letter": case.is_open and (case.came is not None or bool(case.readdressed)),
        "cames": [(one, say(f"by-post-{one}")) for one in CAME],
        "appeals_until": last,
        "last_day": min(today, last or today).isoformat(),
        "decided_on": calendar().day_of(case.decided.at).isoformat() if case.decided else "",
        "is_lead": may(request.user, LEAD),
        "never_refused": terms.never_refused,
    }


def _told(request: HttpRequest, case: Case, entries: Sequence[Entry], *, whole: bool) -> dict[str, Any]:
    """How the person is answered, and the letter that is chosen."""
    what = _letter(request.GET, case, entries)
    return {
        "answered": answered(case, whole=whole),
        "is_whole": whole,
        "letter": letter(case, what, calendar()),
        "letter_kind": what.kind,
        "letter_language": what.language,
        "letters": [(other, say(f"letter-{other}")) for other in letters_for(case)],
        "letter_languages": [(code, OWN_NAMES[code]) for code in LANGUAGES],
        "has_link": may_be_printed(case),
    }


def _letter(told: Mapping[str, str], case: Case, entries: Sequence[Entry]) -> Letter:
    fits = letters_for(case)
    kind, language = told.get("letter", ""), told.get("language", "")
    spoken = language if language in LANGUAGES else language_of(case.language)
    now = current().now()
    late, until = is_late(case, now), open_until(case, entries, now)
    kind = kind if kind in fits else fits[0]
    return Letter(kind, spoken, is_member(entries), is_late=late, appeals_until=until)


def _done(request: HttpRequest, case: Case, entries: Sequence[Entry]) -> tuple[str, int | None] | None:
    """What was just recorded, where the address names the last entry about this case, and which has a record."""
    what, _, seq = request.GET.get("done", "").partition(" ")
    own = [one for one in entries if one.data.get("objection") == case.id]
    if what not in DONE or not seq.isascii() or not seq.isdigit() or not own or own[-1].seq != int(seq[:18]):
        return None
    return say(f"decided-{what}"), next((one.seq for one in reversed(own) if is_step(one)), None)


def _events(entries: Sequence[Entry]) -> Iterator[Event]:
    for one in reversed(entries):
        to = reverse("desk-record", args=[one.seq]) if is_step(one) else None
        tone = "care" if one.kind in _WITH_CARE else ""
        at = one.recorded_at if is_step(one) else min(one.at, one.recorded_at)
        yield Event(_words(one), at, say("event-entry", seq=one.seq), to, say("event-record"), tone)


def _words(entry: Entry) -> str:
    data = entry.data
    by, grounds = data.get("by") or say("somebody"), data.get("grounds", "")
    if entry.kind is Kind.OBJECTION_RECEIVED and data.get("came"):
        return say("event-written-down", by=by, on=calendar().day_of(entry.at))
    if entry.kind is Kind.FINDING_REVIEWED:
        return say(f"event-finding-{data['about']}", by=by, item=data["item"], grounds=grounds)
    if entry.kind is Kind.OBJECTION_READDRESSED:
        return say("event-objection-readdressed", by=by, how=say(f"by-post-{data['came']}"), grounds=grounds)
    if data.get("withdrawn_on"):
        return say("event-objection-taken-back", by=by, on=date.fromisoformat(data["withdrawn_on"]), grounds=grounds)
    kind = "objection-lapsed" if data.get("lapsed") else entry.kind.value
    return say(f"event-{kind}", by=by, grounds=grounds)

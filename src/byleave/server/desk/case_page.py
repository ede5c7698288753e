"""The page of one case: who, by when, what was found, what each decision would do, the letter, and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from byleave.cases.case import State
from byleave.cases.deadlines import terms_for
from byleave.cases.record import RECORDED
from byleave.finding.identifiers import IN_WORDS, MARK, Identifier
from byleave.kernel.errors import InputError, LedgerError, MissingExtraError, UnknownError
from byleave.ledger.entries import Kind
from byleave.server.accounts.roles import CASE_WORKER, LEAD, READER, may
from byleave.server.desk.at_hand import calendar, deciding
from byleave.server.desk.found import OtherKeyError, look
from byleave.server.desk.frame import framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.index import row_of
from byleave.server.desk.letters import Letter, letter, letters_for
from byleave.server.desk.standing import word_of
from byleave.server.desk.telling import answered, is_member
from byleave.server.running import current
from byleave.server.ui.context import OWN_NAMES
from byleave.server.ui.voice import catalogue, country, say
from byleave.text.catalogue import LANGUAGES, language_of
from byleave.text.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from django.http import HttpRequest

    from byleave.cases.case import Case
    from byleave.ledger.entries import Entry
    from byleave.server.desk.found import Looked

DONE = ("take-up", "extend", "uphold", "refuse", "review", "send")

KEPT = "desk-refusal"
"""In the session: what was written in the form of a refusal, while its writer shows the second factor again."""
NOT_LOOKED = (InputError, LedgerError, MissingExtraError)
"""What is raised where nothing can be looked for."""


class Event(NamedTuple):
    """One line of the history."""

    text: str
    at: datetime
    note: str
    to: str | None
    action: str
    tone: str
    download: bool = True


class Given(NamedTuple):
    """Something by which the person can be found."""

    kind: str
    words: str
    """Blank where only a hash is kept."""


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
    what = _letter(request, one, deciding().entries(case))
    headers = {"Content-Disposition": 'attachment; filename="letter.txt"'}
    text = letter(one, what, calendar())
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


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
    what = _letter(request, one, entries)
    context = {
        "case": one,
        "word": word_of(row_of(one, calendar()), current().now(), calendar()),
        "due": one.due(calendar()),
        "state": say(f"state-{one.state}"),
        "is_member": what.is_member,
        "about": say(f"purpose-{one.purpose}") if one.purpose else say("case-every-purpose"),
        "country": country(one.country) if one.country else None,
        "language": OWN_NAMES.get(language_of(one.language)) if one.language else None,
        "others": [other for other in cases.values() if other.id != name],
        "given": list(given(one)),
        **_found(request, one, entries),
        **_may(request, one),
        "answered": answered(one, whole=whole),
        "is_whole": whole,
        "letter": letter(one, what, calendar()),
        "letter_kind": what.kind,
        "letter_language": what.language,
        "letters": [(other, say(f"letter-{other}")) for other in letters_for(one)],
        "letter_languages": [(code, OWN_NAMES[code]) for code in LANGUAGES],
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


def given(case: Case) -> Iterator[Given]:
    """What the person gave; what is kept as a hash is told by its kind alone."""
    for text in case.identifiers:
        one = Identifier.read(text)
        if one.kind != MARK:
            words = one.value if one.kind in (*IN_WORDS, "item") else ""
            yield Given(say(f"given-{one.kind}"), words)


def why_not(error: Exception) -> str:
    """The name of the sentence that says why nothing can be looked for."""
    if isinstance(error, OtherKeyError):
        return "case-found-wrong-key"
    return "case-found-no-search" if isinstance(error, MissingExtraError) else "case-found-unreachable"


def _found(request: HttpRequest, case: Case, entries: Sequence[Entry]) -> dict[str, Any]:
    after = request.GET.get("after", "").replace("\x00", "") or None
    try:
        looked = look(current(), case, entries, after)
    except NOT_LOOKED as error:
        return {"looked": None, "not_looked": say(why_not(error))}
    told = catalogue()
    found = [(one, ", ".join(say(f"given-{kind}") for kind in one.kinds)) for one in looked.found]
    return {
        "looked": looked,
        "found": found,
        "items": number_text(told, looked.items),
        "own": {name: number_text(told, value) for name, value in _own(looked).items()},
        "out_now": number_text(told, sum(one.is_out for one in looked.found)),
        "freed": number_text(told, freed(looked)),
        "is_continued": after is not None,
    }


def _own(looked: Looked) -> dict[str, int]:
    return {"count": looked.own, "looked": looked.own_looked_at, "freed": looked.own_freed}


def freed(looked: Looked) -> int:
    """How many of the items that were looked at a refusal would free."""
    return sum(one.freed for one in looked.found) + looked.own_freed


def _may(request: HttpRequest, case: Case) -> dict[str, bool]:
    terms = terms_for(case.country)
    works = may(request.user, CASE_WORKER)
    in_time = current().now() < case.due(calendar()).end
    return {
        "works": works,
        "may_take_up": works and case.is_open and case.state is not State.IN_REVIEW,
        "may_extend": works and case.is_open and not case.extended and bool(terms.further_months) and in_time,
        "may_decide": works and case.is_open,
        "is_lead": may(request.user, LEAD),
        "never_refused": terms.never_refused,
    }


def _letter(request: HttpRequest, case: Case, entries: Sequence[Entry]) -> Letter:
    fits = letters_for(case)
    kind, language = request.GET.get("letter", ""), request.GET.get("language", "")
    spoken = language if language in LANGUAGES else language_of(case.language)
    return Letter(kind if kind in fits else fits[0], spoken, is_member(entries))


def _done(request: HttpRequest, case: Case, entries: Sequence[Entry]) -> tuple[str, int] | None:
    """What was just recorded, where the address names the last step about this case."""
    what, _, seq = request.GET.get("done", "").partition(" ")
    own = [one.seq for one in entries if one.data.get("objection") == case.id]
    if what not in DONE or not seq.isascii() or not seq.isdigit() or not own or own[-1] != int(seq[:18]):
        return None
    return say(f"decided-{what}"), own[-1]


def _events(entries: Sequence[Entry]) -> Iterator[Event]:
    for one in reversed(entries):
        to = reverse("desk-record", args=[one.seq]) if one.kind in RECORDED else None
        tone = "care" if one.kind in (Kind.OBJECTION_REJECTED, Kind.OBJECTION_EXTENDED) else ""
        yield Event(
            _told(one), min(one.at, one.recorded_at), say("event-entry", seq=one.seq), to, say("event-record"), tone
        )


def _told(entry: Entry) -> str:
    data = entry.data
    by, grounds = data.get("by") or say("somebody"), data.get("grounds", "")
    if entry.kind is Kind.FINDING_REVIEWED:
        return say(f"event-finding-{data['about']}", by=by, item=data["item"], grounds=grounds)
    kind = "objection-lapsed" if data.get("lapsed") else entry.kind.value
    return say(f"event-{kind}", by=by, grounds=grounds)

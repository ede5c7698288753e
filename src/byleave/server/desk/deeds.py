"""What staff do on the page of a case: each is one POST, recorded before it is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from byleave.cases import steps
from byleave.cases.case import State
from byleave.cases.deadlines import terms_for
from byleave.kernel.errors import ConflictError, InputError, LedgerError, UnknownError
from byleave.ledger.fields import ABOUT
from byleave.server.accounts.people import second_factor_lately
from byleave.server.accounts.roles import CASE_WORKER, LEAD
from byleave.server.deciding import LONGEST_NAME, MOST_GROUNDS, Finding
from byleave.server.desk.at_hand import deciding
from byleave.server.desk.case_form import prove_first, word_of_conflict
from byleave.server.desk.case_page import KEPT, shown
from byleave.server.desk.found import MOST_COUNTED, SECONDS_BEFORE_A_REFUSAL, look, readable, waits_for_review
from byleave.server.desk.found_view import NOT_LOOKED, freed, why_not
from byleave.server.desk.frame import framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.looks import ADDRESS_SHOWN, TEXT_READ, note
from byleave.server.desk.telling import answered, ask_again, tell
from byleave.server.running import current
from byleave.server.ui.voice import catalogue, say
from byleave.text.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from byleave.ledger.entries import Entry

_DIGITS = 18
MOST_OPENED = 200
"""Texts that are opened at once; a page shows fewer."""
TOLD = ("extend", "uphold", "refuse")
"""Steps of which the person gets a letter."""


@require_POST
@for_role(CASE_WORKER)
def take_up(request: HttpRequest, case: str) -> HttpResponse:
    """Begin to look at it."""
    return _do(request, case, "take-up", lambda: deciding().take_up(case, _by(request), seen_of(request)))


@require_POST
@for_role(CASE_WORKER)
def extend(request: HttpRequest, case: str) -> HttpResponse:
    """Put the answer off."""
    grounds = request.POST.get("grounds", "")
    return _do(request, case, "extend", lambda: deciding().extend(case, _by(request), grounds, seen_of(request)))


@require_POST
@for_role(CASE_WORKER)
def uphold(request: HttpRequest, case: str) -> HttpResponse:
    """Grant it."""
    return _do(request, case, "uphold", lambda: deciding().uphold(case, _by(request), seen_of(request)))


@require_POST
@for_role(CASE_WORKER)
def review(request: HttpRequest, case: str) -> HttpResponse:
    """Say whether a name that was found is the person's."""
    about = request.POST.get("about", "")
    if about not in ABOUT:
        return _problem(request, case, "wrong-values", 400)
    item, text = request.POST.get("item", ""), request.POST.get("text", "")
    finding = Finding(item, text, about, request.POST.get("grounds", ""))
    if not finding.grounds.strip():
        return _problem(request, case, "case-grounds-blank", 422)
    try:
        if not waits_for_review(current(), deciding().entries(case), item, text):
            return _problem(request, case, "case-text-changed", 409)
    except UnknownError as error:
        raise Http404 from error
    except NOT_LOOKED as error:
        return _problem(request, case, why_not(error), 503)
    return _do(request, case, "review", lambda: deciding().review(case, _by(request), finding, seen_of(request)))


@require_POST
@for_role(CASE_WORKER)
def send(request: HttpRequest, case: str) -> HttpResponse:
    """Write the letter that was not written when something was decided, or the one anew that could not be delivered."""
    try:
        one = deciding().case(case)
        at = answered(one, whole=False)
        if at.failed and at.written[-1].kind == "confirm" and one.state is State.RECEIVED:
            ask_again(request, case)
        elif at.is_untold or (at.failed and at.address):
            tell(request, case)
    except UnknownError as error:
        raise Http404 from error
    to = reverse("desk-case", args=[case])
    return HttpResponseRedirect(f"{to}?done={quote(f'send {one.entries[-1]}')}#letter", status=303)


@require_POST
@for_role(CASE_WORKER)
def address(request: HttpRequest, case: str) -> HttpResponse:
    """The page with the whole address of the person."""
    page = shown(request, case, whole=True)
    note(request, ADDRESS_SHOWN, case)
    return page


@require_POST
@for_role(CASE_WORKER)
def texts(request: HttpRequest, case: str) -> HttpResponse:
    """Open the texts of items that were found. That somebody reads them is noted first."""
    try:
        asked = [one for one in request.POST.getlist("item") if one and "\x00" not in one]
        items = readable(current(), deciding().entries(case), asked[:MOST_OPENED])
    except UnknownError as error:
        raise Http404 from error
    except NOT_LOOKED as error:
        return _problem(request, case, why_not(error), 503)
    if not items:
        return _problem(request, case, "case-not-read", 409)
    note(request, TEXT_READ, case, items)
    to, here = reverse("desk-case", args=[case]), request.GET.urlencode()
    return HttpResponseRedirect(f"{to}{'?' if here else ''}{here}#found", status=303)


@require_http_methods(["POST"])
@for_role(LEAD)
def refuse(request: HttpRequest, case: str) -> HttpResponse:
    """Refuse it, in two steps: what it would do is shown first, and only who confirms that is recorded."""
    grounds, name = request.POST.get("grounds", "").strip(), " ".join(request.POST.get("name", "").split())
    wrong = _wrong(grounds, name)
    if wrong:
        return _problem(request, case, wrong, 422)
    if not second_factor_lately(request):
        # whoever finds an open browser shall end nobody's objection
        request.session[KEPT] = {"case": case, "grounds": grounds, "name": name}
        return prove_first(reverse("desk-case", args=[case]))
    if request.POST.get("step") != "confirmed":
        return _check(request, case, grounds, name)
    if request.POST.get("answers") != "yes":
        return _check(request, case, grounds, name, status=422, errors=[("answers", say("refuse-confirm-missing"))])
    do = deciding()
    return _do(request, case, "refuse", lambda: do.refuse(case, _by(request), name, grounds, seen_of(request)))


def _check(  # noqa: PLR0913 - what the second page shows
    request: HttpRequest,
    case: str,
    grounds: str,
    name: str,
    *,
    status: int = 200,
    errors: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    """The page between: what the refusal would do, and the letter as the person would get it."""
    try:
        one = deciding().case(case)
        steps.refuse(one, name, grounds)
    except UnknownError as error:
        raise Http404 from error
    except (ConflictError, InputError):
        return _problem(request, case, "case-cannot", 409)
    if one.entries[-1] != seen_of(request):
        return _problem(request, case, "case-changed", 409)
    try:
        looked = look(
            current(), one, deciding().entries(case), None, seconds=SECONDS_BEFORE_A_REFUSAL, most=MOST_COUNTED
        )
    except NOT_LOOKED as error:
        return _problem(request, case, why_not(error), 503)
    return framed(
        request,
        "refuse",
        "desk",
        status=status,
        errors=errors,
        case=one,
        grounds=grounds,
        name=name,
        seen=one.entries[-1],
        looked=looked,
        freed=number_text(catalogue(), freed(looked)),
        items=number_text(catalogue(), looked.items),
        may_refuse=not terms_for(one.country).never_refused,
        trail=[(say("desk-cases"), reverse("desk")), (say("case", case=case), reverse("desk-case", args=[case]))],
    )


def _wrong(grounds: str, name: str) -> str | None:
    """Which message says what is wrong with the form; None where nothing is."""
    if not grounds:
        return "case-grounds-blank"
    if not name:
        return "case-name-blank"
    if len(grounds) > MOST_GROUNDS or len(name) > LONGEST_NAME:
        return "case-too-long"
    return None


def _do(request: HttpRequest, case: str, what: str, act: Callable[[], Entry]) -> HttpResponse:
    """Record a step, and lead back to the page, which says so."""
    try:
        entry = act()
    except UnknownError as error:
        raise Http404 from error
    except LedgerError:
        return _problem(request, case, "case-failed", 503)
    except ConflictError as error:
        return _problem(request, case, word_of_conflict(error), 409)
    except InputError as error:
        return _problem(request, case, _WORDS.get(error.message, "case-too-long"), 422)
    if what in TOLD:
        tell(request, case)
    to = reverse("desk-case", args=[case])
    return HttpResponseRedirect(f"{to}?done={quote(f'{what} {entry.seq}')}", status=303)


_WORDS = {
    "the grounds are blank": "case-grounds-blank",
    "who decides is blank": "case-name-blank",
    "the grounds hold a character that cannot be printed": "case-unprintable",
}
"""Message of an error → the name of the sentence that says so on a page."""


def _problem(request: HttpRequest, case: str, name: str, status: int) -> HttpResponse:
    """The page of the case with what is wrong above it; what was written stays in the form."""
    kept = {field: request.POST.get(field, "")[:MOST_GROUNDS] for field in ("grounds", "name")}
    return shown(request, case, status=status, errors=[("", say(name))], kept=kept)


def _by(request: HttpRequest) -> str:
    return str(request.user.username)


def seen_of(request: HttpRequest) -> int:
    """The last entry that they saw; 0, which no case ends with, where the form does not say."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0

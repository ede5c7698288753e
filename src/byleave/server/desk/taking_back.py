"""An objection that its person takes back by letter, because they cannot do so online: a lead writes that down.

It ends what keeps data out, so that it is held as a refusal is: by a lead, who has shown the second factor, signs with
their name and answers for it. The person is told, and can appeal if it was not them.
"""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from byleave.cases import steps
from byleave.kernel.errors import ConflictError, InputError, LedgerError, UnknownError
from byleave.server.accounts.people import second_factor_lately
from byleave.server.accounts.roles import LEAD
from byleave.server.deciding import LONGEST_NAME, MOST_GROUNDS
from byleave.server.desk.at_hand import calendar, deciding
from byleave.server.desk.case_form import form, problem, prove_first, word_of_conflict, wrong_grounds
from byleave.server.desk.deeds import seen_of
from byleave.server.desk.guard import for_role
from byleave.server.desk.telling import tell
from byleave.server.running import current
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from byleave.cases.case import Case

_LONGEST = {"day": 40, "grounds": MOST_GROUNDS + 1, "name": LONGEST_NAME + 1, "answers": 3}
"""Field → how much of it is read: a sign more than it may have."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(LEAD)
def take_back(request: HttpRequest, case: str) -> HttpResponse:
    """The form, and the record."""
    try:
        one = deciding().case(case)
        steps.take_back_by_letter(one, "somebody", "something", calendar().day_of(current().now()))
    except UnknownError as error:
        raise Http404 from error
    except ConflictError:
        return problem(request, case, "case-cannot", HTTPStatus.CONFLICT)
    if not second_factor_lately(request):
        # whoever finds an open browser shall end nobody's objection
        return prove_first(reverse("desk-take-back", args=[case]))
    if request.method != "POST":
        return _form(request, one, {}, {})
    values = {name: request.POST.get(name, "").strip()[:most] for name, most in _LONGEST.items()}
    wrong = _wrong(one, values)
    if wrong:
        return _form(request, one, values, wrong, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _record(request, one, values)


def _wrong(case: Case, values: Mapping[str, str]) -> dict[str, str]:
    """Field → the sentence that says what is wrong with it."""
    found = {}
    day = _day(values["day"])
    if day is None:
        found["day"] = say("by-post-day-none")
    elif not calendar().day_of(case.received) <= day <= calendar().day_of(current().now()):
        found["day"] = say("take-back-day-wrong")
    grounds = wrong_grounds(values["grounds"], "case-grounds-blank")
    if grounds:
        found["grounds"] = grounds
    if not values["name"]:
        found["name"] = say("case-name-blank")
    elif len(values["name"]) > LONGEST_NAME:
        found["name"] = say("case-too-long")
    if values["answers"] != "yes":
        found["answers"] = say("refuse-confirm-missing")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _record(request: HttpRequest, case: Case, values: Mapping[str, str]) -> HttpResponse:
    by, day = str(request.user.username), date.fromisoformat(values["day"])
    try:
        entry = deciding().take_back(case.id, by, values["name"], values["grounds"], day=day, seen=seen_of(request))
    except UnknownError as error:
        raise Http404 from error
    except LedgerError:
        return problem(request, case.id, "case-failed", HTTPStatus.SERVICE_UNAVAILABLE)
    except ConflictError as error:
        return problem(request, case.id, word_of_conflict(error), HTTPStatus.CONFLICT)
    except InputError:
        return problem(request, case.id, "wrong-values", HTTPStatus.UNPROCESSABLE_ENTITY)
    tell(request, case.id)
    to = reverse("desk-case", args=[case.id])
    return HttpResponseRedirect(f"{to}?done={quote(f'take-back {entry.seq}')}", status=303)


def _form(
    request: HttpRequest, case: Case, values: Mapping[str, str], wrong: Mapping[str, str], status: int = HTTPStatus.OK
) -> HttpResponse:
    days = {
        "first_day": calendar().day_of(case.received).isoformat(),
        "today": calendar().day_of(current().now()).isoformat(),
    }
    return form(request, "take_back", case, values, wrong, status=status, **days)

"""Another e-mail address for the answer to a case: one that was typed wrongly, or that was given later.

Whoever reads mail there follows the case from then on. So staff show their second factor, say how they know that it is
the person's, and that stands on the page of the case, on the person's, and in the trail. What was sent before opens
nothing any more, and nothing that is sent afterwards takes the objection back: staff chose where it goes.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.db import DatabaseError, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from byleave.cases.case import State
from byleave.kernel.errors import ConflictError, InputError, LedgerError, UnknownError
from byleave.ledger.fields import CAME
from byleave.server.accounts.people import second_factor_lately
from byleave.server.accounts.roles import CASE_WORKER
from byleave.server.deciding import MOST_GROUNDS
from byleave.server.desk.at_hand import deciding
from byleave.server.desk.case_form import form, problem, prove_first, wrong_grounds
from byleave.server.desk.deeds import seen_of
from byleave.server.desk.guard import for_role
from byleave.server.desk.telling import ask_again, tell
from byleave.server.objecting import Readdressed
from byleave.server.objections import contacts, letters
from byleave.server.objections.form import LONGEST_ADDRESS, is_address
from byleave.server.running import current
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from byleave.cases.case import Case

_LONGEST = {"address": LONGEST_ADDRESS + 1, "again": LONGEST_ADDRESS + 1, "came": 20, "grounds": MOST_GROUNDS + 1}
"""Field → how much of it is read: a sign more than it may have."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(CASE_WORKER)
def readdress(request: HttpRequest, case: str) -> HttpResponse:
    """The form, and the record."""
    try:
        one = deciding().case(case)
    except UnknownError as error:
        raise Http404 from error
    if contacts.is_over(one, current().now()):
        return problem(request, case, "case-cannot", HTTPStatus.CONFLICT)
    if not second_factor_lately(request):
        # whoever finds an open browser shall not have a case led to themselves
        return prove_first(reverse("desk-readdress", args=[case]))
    if request.method != "POST":
        return _form(request, one, {"came": CAME[0]}, {})
    values = {name: request.POST.get(name, "").strip()[:most] for name, most in _LONGEST.items()}
    wrong = _wrong(values)
    if wrong:
        return _form(request, one, values, wrong, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _record(request, one, values)


def _wrong(values: Mapping[str, str]) -> dict[str, str]:
    """Field → the sentence that says what is wrong with it."""
    found = {}
    if not values["address"]:
        found["address"] = say("readdress-address-none")
    elif not is_address(values["address"]) or not values["address"].isprintable():
        found["address"] = say("object-wrong-email", value=values["address"][:60])
    elif values["address"].lower() != values["again"].lower():
        found["again"] = say("readdress-again-wrong")
    if values["came"] not in CAME:
        found["came"] = say("by-post-came-wrong")
    grounds = wrong_grounds(values["grounds"], "readdress-grounds-none")
    if grounds:
        found["grounds"] = grounds
    return found


def _record(request: HttpRequest, case: Case, values: Mapping[str, str]) -> HttpResponse:
    """Void what opened the cases, keep the address in place of the one before, and write anew: in this order."""
    told = Readdressed(str(request.user.username), values["came"], values["grounds"], values["address"])
    try:
        names = deciding().readdress(case.id, told, seen_of(request))
        with transaction.atomic():
            for name in names:
                _answer_at(request, name, values["address"], is_first=name == case.id)
    except UnknownError as error:
        raise Http404 from error
    except (LedgerError, DatabaseError):
        return problem(request, case.id, "case-failed", HTTPStatus.SERVICE_UNAVAILABLE)
    except ConflictError:
        return problem(request, case.id, "case-changed", HTTPStatus.CONFLICT)
    except InputError:
        wrong = {"address": say("object-wrong-email", value=values["address"][:60])}
        return _form(request, case, values, wrong, HTTPStatus.UNPROCESSABLE_ENTITY)
    letters.soon(current())
    done = quote(f"readdress {deciding().case(case.id).entries[-1]}")
    return HttpResponseRedirect(f"{reverse('desk-case', args=[case.id])}?done={done}#letter", status=303)


def _answer_at(request: HttpRequest, name: str, address: str, *, is_first: bool) -> None:
    """Answer one case at an address, and write there what it waits for: the confirmation, or how it stands."""
    one, now, before = deciding().case(name), current().now(), contacts.contact(name)
    if contacts.is_over(one, now):
        return
    if before is not None and before.address != address.lower():
        letters.say_moved(name, now)
    contacts.correct(one, address)
    if one.state is State.RECEIVED and one.language is not None:
        ask_again(request, name)
    elif is_first or one.is_open:
        tell(request, name)


def _form(
    request: HttpRequest, case: Case, values: Mapping[str, str], wrong: Mapping[str, str], status: int = HTTPStatus.OK
) -> HttpResponse:
    cames = [(one, say(f"by-post-{one}")) for one in CAME]
    return form(request, "readdress", case, values, wrong, status=status, cames=cames)

"""A member's own objections among the settings: every one that was made under their account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from byleave.kernel.errors import ConflictError, LedgerError
from byleave.server.accounts.people import signed_in_lately
from byleave.server.centre.frame import framed, trail
from byleave.server.objections import contacts
from byleave.server.objections.showing import own_receipt_page, show
from byleave.server.running import current
from byleave.server.ui.guard import for_member
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byleave.cases.case import Case


@require_safe
@for_member
def every(request: HttpRequest, member: str) -> HttpResponse:
    """All of them, the newest first."""
    service = current()
    entries, now = service.person(member).entries, service.now()
    cases = reversed(service.cases(member).values())
    found = [show(one, entries, own_receipt_page(), now, own=True) for one in cases]
    return framed(request, "objections/every", cases=found)


@require_safe
@for_member
def case(request: HttpRequest, member: str, reference: str) -> HttpResponse:
    """One of them."""
    return _page(request, member, _own(member, reference))


@require_POST
@for_member
def take_back(request: HttpRequest, member: str, reference: str) -> HttpResponse:
    """Withdraw it. Nobody who finds an open browser gives leave in somebody's name."""
    found = _own(member, reference)
    if not signed_in_lately(request):
        to = reverse("own-objection", args=[reference])
        return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': to})}", status=303)
    try:
        current().take_back(reference)
    except ConflictError:
        return _back(reference, "")
    except LedgerError:
        return _page(request, member, found, errors=[("", say("saved-failed"))], status=503)
    return _back(reference, "withdrawn")


@require_POST
@for_member
def appeal(request: HttpRequest, member: str, reference: str) -> HttpResponse:
    """Do not accept a refusal."""
    found = _own(member, reference)
    if not found.appealed_by and not contacts.may_appeal(found, current().now(), own=True):
        return _back(reference, "")
    try:
        new = current().appeal(reference).case
    except ConflictError:
        return _back(reference, "")
    except LedgerError:
        return _page(request, member, found, errors=[("", say("saved-failed"))], status=503)
    contacts.follow(found, new)
    return _back(new.id, "")


def _own(member: str, reference: str) -> Case:
    """The member's case; somebody else's is as if it were not there."""
    found = current().cases(member).get(reference)
    if found is None:
        raise Http404
    return found


def _back(reference: str, said: str) -> HttpResponseRedirect:
    to = reverse("own-objection", args=[reference])
    return HttpResponseRedirect(f"{to}?said={said}" if said else to, status=303)


def _page(request: HttpRequest, member: str, found: Case, *, status: int = 200, **context: Any) -> HttpResponse:  # noqa: ANN401
    other = found.appealed_by[-1] if found.appealed_by else ""
    service = current()
    return framed(
        request,
        "objections/own",
        status=status,
        trail=[*trail(), (say("objections"), reverse("objections"))],
        case=show(found, service.person(member).entries, own_receipt_page(), service.now(), own=True),
        said=request.GET.get("said", ""),
        kept_days=contacts.kept_for().days,
        to_take_back=reverse("own-objection-take-back", args=[found.id]),
        to_appeal=reverse("own-objection-appeal", args=[found.id]),
        to_other=reverse("own-objection", args=[other]) if other else "",
        **context,
    )

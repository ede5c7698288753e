"""The pages of a case for whoever has its secret address: no account, no sign-in, and nothing for anybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byleave.kernel.errors import ConflictError, LedgerError, UnknownError
from byleave.server.objecting import CONFIRM, FOLLOW
from byleave.server.objections import contacts, letters
from byleave.server.objections.showing import receipt_page, show
from byleave.server.objections.views import server_of
from byleave.server.running import current
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from django.http import HttpRequest

    from byleave.cases.case import Case


@require_safe
def case(request: HttpRequest, reference: str, secret: str) -> HttpResponse:
    """The case as it stands."""
    return _page(request, _opened(reference, secret), secret)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, reference: str, secret: str) -> HttpResponse:
    """The page that the letter leads to. Opening it confirms nothing: programs open the links of letters, too."""
    found, service = _opened(reference, secret, CONFIRM), current()
    to = reverse("objection-case", args=[reference, secret])
    if request.method == "POST":
        try:
            service.confirm(reference)
        except ConflictError:
            return HttpResponseRedirect(to, status=303)
        except LedgerError:
            return render(request, "objections/confirm.html", {"errors": [("", say("saved-failed"))]}, status=503)
        return HttpResponseRedirect(f"{to}?said=confirmed", status=303)
    if found.confirmed is not None or not found.is_open:
        return HttpResponseRedirect(to, status=303)
    return render(request, "objections/confirm.html", {"reference": reference})


@require_POST
def again(request: HttpRequest, reference: str, secret: str) -> HttpResponse:
    """Send the letter with the link once more."""
    found, service = _opened(reference, secret), current()
    if found.confirmed is None and found.is_open and contacts.contact(reference) is not None:
        letters.ask_to_confirm(reference, server_of(request), service.now())
        letters.soon(service)
    return _back(reference, secret, "again")


@require_POST
def take_back(request: HttpRequest, reference: str, secret: str) -> HttpResponse:
    """Withdraw the objection. Once its person has confirmed it, only the link that they alone got does that."""
    found = _opened(reference, secret)
    if not _may_take_back(found, secret):
        why = "case-take-back-changed" if found.readdressed else "case-take-back-mail"
        return _page(request, found, secret, errors=[("", say(why))], status=403)
    try:
        current().take_back(reference)
    except ConflictError:
        return _back(reference, secret, "")
    except LedgerError:
        return _page(request, found, secret, errors=[("", say("saved-failed"))], status=503)
    return _back(reference, secret, "withdrawn")


@require_POST
def appeal(request: HttpRequest, reference: str, secret: str) -> HttpResponse:
    """Do not accept a refusal: a case of its own, whose page comes next."""
    found, service = _opened(reference, secret), current()
    if not found.appealed_by and not contacts.may_appeal(found, service.now(), own=False):
        return _back(reference, secret, "")
    try:
        new = service.appeal(reference).case
    except ConflictError:
        return _back(reference, secret, "")
    except LedgerError:
        return _page(request, found, secret, errors=[("", say("saved-failed"))], status=503)
    contacts.follow(found, new)
    if new.confirmed is None and contacts.contact(new.id) is not None:
        letters.ask_to_confirm(new.id, server_of(request), service.now())
        letters.soon(service)
    return _back(new.id, _secret_like(secret, found, new), "")


@require_safe
def receipt(request: HttpRequest, reference: str, secret: str, seq: int) -> HttpResponse:  # noqa: ARG001 - Django's
    """The signed receipt of one act of the case, as a file."""
    found = _opened(reference, secret)
    if seq not in found.entries:
        raise Http404
    try:
        text = current().receipt(found.subject, seq)
    except UnknownError as error:
        raise Http404 from error
    file = f'attachment; filename="byleave-receipt-{seq}.json"'
    return HttpResponse(text, content_type="application/json", headers={"Content-Disposition": file})


def _opened(reference: str, secret: str, *uses: str) -> Case:
    """The case, for whoever has a secret of it, of any use or of these; a wrong one and no case are the same."""
    service = current()
    try:
        # nothing that anybody types reaches a database unless it could be a number
        found = service.case(reference if reference.isprintable() else "")
    except UnknownError as error:
        raise Http404 from error
    if not any(service.opens(use, found, secret) for use in uses or (FOLLOW, CONFIRM)):
        raise Http404
    return found


def _may_take_back(case: Case, secret: str) -> bool:
    """Whether who has this secret may end what keeps data out; not where staff chose to whom the secret goes."""
    return not case.readdressed and (case.confirmed is None or current().opens(CONFIRM, case, secret))


def _secret_like(secret: str, case: Case, other: Case) -> str:
    """The secret of another case of the person that can do as much as this one."""
    service = current()
    confirms = service.opens(CONFIRM, case, secret) and not case.readdressed
    return service.address_secret(CONFIRM if confirms else FOLLOW, other)


def _back(reference: str, secret: str, said: str) -> HttpResponseRedirect:
    to = reverse("objection-case", args=[reference, secret])
    return HttpResponseRedirect(f"{to}?said={said}" if said else to, status=303)


def _page(request: HttpRequest, found: Case, secret: str, *, status: int = 200, **context: Any) -> HttpResponse:  # noqa: ANN401
    service, reference = current(), found.id
    may_take_back = _may_take_back(found, secret)
    arguments = [reference, secret]
    other = service.case(found.appealed_by[-1]) if found.appealed_by else None
    told = {
        "case": show(found, service.person(found.subject).entries, receipt_page(reference, secret), service.now()),
        "said": request.GET.get("said", ""),
        "kept_days": contacts.kept_for().days,
        "to_again": reverse("objection-again", args=arguments),
        "to_take_back": reverse("objection-take-back", args=arguments) if may_take_back else "",
        "to_appeal": reverse("objection-appeal", args=arguments),
        "to_other": reverse("objection-case", args=[other.id, _secret_like(secret, found, other)]) if other else "",
    }
    return render(request, "objections/case.html", {**told, **context}, status=status)

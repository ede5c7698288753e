"""The form: fill it in, check the answers, send it. Three steps at one address, each a page that needs no script.

The answers travel in the pages and are kept nowhere before they are sent. What is answered does not depend on whether
somebody is known: nothing is looked up.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods

from byleave.cases.steps import LAPSES_AFTER
from byleave.kernel.errors import ConflictError, InputError, LedgerError
from byleave.kernel.vocabulary import PURPOSES
from byleave.server.acknowledging import RequestKey
from byleave.server.objecting import FOLLOW
from byleave.server.objections import contacts, letters
from byleave.server.objections.form import ABOUT, ACCOUNT, FIELDS, FOUND_BY, MOST_CHARACTERS, MOST_REASON, blank, read
from byleave.server.objections.showing import answers
from byleave.server.running import current
from byleave.server.ui.context import OWN_NAMES
from byleave.server.ui.people import member_of, shown
from byleave.server.ui.voice import catalogue, say
from byleave.text.catalogue import LANGUAGES
from byleave.text.countries import country_names

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byleave.server.objecting import Received
    from byleave.server.objections.form import Asked

LONGEST_NONCE = 64
_CALLER = "objection form"


@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest) -> HttpResponse:
    """One of the three steps."""
    member = member_of(request)
    if request.method != "POST":
        return _form(request, _prefilled(request, member))
    signed_in, step = member is not None, request.POST.get("step", "")
    asked = read(request.POST, catalogue().language, links_of(request), signed_in=signed_in)
    if asked.errors:
        return _form(request, asked, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if step == "change":
        return _form(request, asked)
    nonce = request.POST.get("nonce", "")
    if step != "send" or not 0 < len(nonce) <= LONGEST_NONCE:
        return _check(request, asked)
    return _send(request, asked, member, nonce)


def _send(request: HttpRequest, asked: Asked, member: str | None, nonce: str) -> HttpResponse:
    """Record it, keep where it is answered, and lead to its page: in this order, so that what was lost is sent again.

    The same page sent twice is recorded once.
    """
    service = current()
    try:
        done = service.receive(asked.given(member), RequestKey(_CALLER, f"{nonce} {asked.digest} {member or ''}"))
        _answered_at(request, asked, done)
    except (LedgerError, DatabaseError):
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return _check(request, asked, errors=[("", say("object-not-saved"))], status=status, nonce=nonce)
    except (InputError, ConflictError):
        return _check(request, asked, errors=[("", say("wrong-values"))], status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if member is not None:
        return HttpResponseRedirect(reverse("own-objection", args=[done.case.id]), status=303)
    to = reverse("objection-case", args=[done.case.id, service.address_secret(FOLLOW, done.case)])
    return HttpResponseRedirect(to, status=303)


def _answered_at(request: HttpRequest, asked: Asked, done: Received) -> None:
    """Keep the address, and write the letter that asks to confirm. Raises: DatabaseError."""
    service, address = current(), asked.values["address"]
    asks = bool(address) and done.case.confirmed is None
    with transaction.atomic():  # one flush of the disk for both
        contacts.keep(done.case, address, asked.values["reason"])
        if asks:
            letters.ask_to_confirm(done.case.id, server_of(request), service.now())
    if asks:
        letters.soon(service)


def server_of(request: HttpRequest) -> str:
    """The address under which the pages are reached, for links in letters."""
    return settings.CONFIGURATION.url or f"{request.scheme}://{request.get_host()}"


def links_of(request: HttpRequest) -> tuple[str, ...]:
    """How links to posts are written: as configured, or as the small platform writes them."""
    configured: tuple[str, ...] = settings.CONFIGURATION.post_links
    if configured:
        return configured
    try:
        path = reverse("one-post", args=["-"])
    except NoReverseMatch:
        return ()
    return (f"{server_of(request)}{path.removesuffix('-')}{{item}}",)


def _prefilled(request: HttpRequest, member: str | None) -> Asked:
    """The form with what the platform shows of a member anyway."""
    language = catalogue().language
    if member is None:
        return blank(language)
    person = shown(member)
    named = person.name if len(person.name.split()) > 1 else ""
    home = current().member(member).country or ""
    return blank(language, names=named, address=request.user.email, country=home)


def _form(request: HttpRequest, asked: Asked, *, status: int = HTTPStatus.OK) -> HttpResponse:
    wrong = {name: say(told.name, **told.values) for name, told in asked.errors.items()}
    return _page(
        request,
        "form",
        asked,
        status=status,
        countries=country_names(catalogue().language),
        languages_of_answers=[(code, OWN_NAMES.get(code, code)) for code in LANGUAGES],
        wrong=wrong,
        errors=[(_ids().get(name, f"object-{name}"), told) for name, told in wrong.items()],
        abouts=[(one, say(f"object-about-{one}"), say(f"object-about-{one}-more")) for one in ABOUT],
        accounts=[(one, say(f"object-account-{one}")) for one in ACCOUNT],
        most_characters=MOST_CHARACTERS,
        most_reason=MOST_REASON,
        purposes=PURPOSES,
    )


def _ids() -> dict[str, str]:
    """Fields that are several buttons: where a link to the field leads."""
    return {"account": f"object-account-{ACCOUNT[0]}", "about": f"object-about-{ABOUT[0]}"}


def _check(
    request: HttpRequest,
    asked: Asked,
    *,
    errors: list[tuple[str, str]] | None = None,
    status: int = HTTPStatus.OK,
    nonce: str | None = None,
) -> HttpResponse:
    return _page(
        request,
        "check",
        asked,
        status=status,
        errors=errors,
        rows=answers(asked),
        notes=[say(told.name, **told.values) for told in asked.notes],
        nonce=nonce or secrets.token_urlsafe(16),
    )


def _page(request: HttpRequest, name: str, asked: Asked, *, status: int, **context: Any) -> HttpResponse:  # noqa: ANN401
    told = {
        "asked": asked,
        "values": asked.values,
        "hidden": [(field, asked.values[field]) for field in FIELDS],
        "found_by": FOUND_BY,
        "signed_in": member_of(request) is not None,
        "days": LAPSES_AFTER.days,
        "kept_days": contacts.kept_for().days,
    }
    return render(request, f"objections/{name}.html", {**told, **context}, status=status)

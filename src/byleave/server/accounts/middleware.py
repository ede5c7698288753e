"""Headers that every answer carries, and signals that a member's requests bring."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpResponseRedirect
from django.urls import reverse

from byleave.server.accounts.people import has_shown_second_factor
from byleave.server.accounts.signals import record_signals, signals_in
from byleave.server.running import current

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    Answer = Callable[[HttpRequest], HttpResponse]

_FREE_OF_SECOND_FACTOR = ("/account/", "/api/", "/static/", "/.well-known/", "/revocations/", "/language")
"""Where one signs in, sets the factor up and signs out; and what tells nothing about anybody."""
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def headers(get_response: Answer) -> Answer:
    """Say what a page may do, and keep what is about a person out of shared caches."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Cache-Control", "no-store")
        return response

    return answer


def second_factor(get_response: Answer) -> Answer:
    """Let staff see no page before they have shown a second factor; calls of the API look themselves."""

    def answer(request: HttpRequest) -> HttpResponse:
        free = request.path.startswith(_FREE_OF_SECOND_FACTOR)
        if free or not request.user.is_authenticated or not request.user.is_staff or has_shown_second_factor(request):
            return get_response(request)
        page = "mfa_reauthenticate" if is_mfa_enabled(request.user) else "mfa_activate_totp"
        return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': request.path})}", status=303)

    return answer


def signals(get_response: Answer) -> Answer:
    """Record the signals that come with the requests of a member who has signed in."""

    def answer(request: HttpRequest) -> HttpResponse:
        found = signals_in(request.headers)
        if found and request.user.is_authenticated and request.user.member_id:
            record_signals(request.user.member_id, found, current().now())
        return get_response(request)

    return answer

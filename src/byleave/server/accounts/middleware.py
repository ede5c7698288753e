"""Headers that every answer carries, and signals that a member's requests bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.server.accounts.signals import record_signals, signals_in
from byleave.server.running import current

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    Answer = Callable[[HttpRequest], HttpResponse]

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


def signals(get_response: Answer) -> Answer:
    """Record the signals that come with the requests of a member who has signed in."""

    def answer(request: HttpRequest) -> HttpResponse:
        found = signals_in(request.headers)
        if found and request.user.is_authenticated and request.user.member_id:
            record_signals(request.user.member_id, found, current().now())
        return get_response(request)

    return answer

"""The short way for calls of services: what a browser needs costs as much as the rest of such a call.

A call with a token and without a cookie has no session, no language, no form and no message, and is answered with JSON.
It passes what observes, secures and checks every request, and goes to the same views. All else goes the long way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.middleware.security import SecurityMiddleware

from byleave.server.accounts.middleware import headers
from byleave.server.observing import observed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    Answer = Callable[[HttpRequest], HttpResponse]


class Direct(WSGIHandler):  # type: ignore[misc]
    """The framework's own handler, with the few layers that such a call needs."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - as the framework has it
        """Put the layers together, the outermost last."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        view = convert_exception_to_response(self._get_response)
        known = convert_exception_to_response(_known_host(view))
        self._middleware_chain = observed(convert_exception_to_response(SecurityMiddleware(headers(_plain(known)))))


def _known_host(get_response: Answer) -> Answer:
    """Hold a request to the names of this server."""

    def answer(request: HttpRequest) -> HttpResponse:
        # what looks for a person, such as the page for an error, finds nobody
        request.user = AnonymousUser()
        request.get_host()
        return get_response(request)

    return answer


def _plain(get_response: Answer) -> Answer:
    """Say of an answer how long it is, and that it is no page."""
    policy = build_policy()
    frames = settings.X_FRAME_OPTIONS

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Frame-Options", frames)
        if not response.streaming and "Content-Length" not in response.headers:
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return answer

"""The short way for calls of services: what a browser needs costs as much as the rest of such a call.

A call with a token and without a cookie has no session, no language, no form and no message, and is answered with JSON.
It passes what observes, secures and checks every request, and goes to the same views. All else goes the long way.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler, get_script_name
from django.db import close_old_connections
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, URLResolver, get_resolver, set_script_prefix
from django.urls.converters import StringConverter
from django.urls.resolvers import RegexPattern

from byleave.server.accounts.middleware import headers
from byleave.server.observing import observed
from byleave.server.operations import API

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.core.handlers.wsgi import WSGIRequest
    from django.http import HttpRequest, HttpResponse
    from django.urls import ResolverMatch

    from byleave.server.operations import Begin, Environ

    Answer = Callable[[HttpRequest], HttpResponse]

_FIRST = API.count("/") - 1


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

    def __call__(self, environ: Environ, begin: Begin) -> Iterable[bytes]:
        """One call. What the framework does by signals at the end of a request is done at the beginning of the next."""
        close_old_connections()
        set_script_prefix(get_script_name(environ))
        request = self.request_class(environ)
        response = self.get_response(request)
        begin(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        request.close()
        answered: Iterable[bytes] = response
        return answered

    def resolve_request(self, request: WSGIRequest) -> ResolverMatch:
        """The view for an address, as the framework finds it; only patterns of the address's own shape are tried."""
        path = request.path_info
        resolver = self._by_shape.get(_shape(path.removeprefix("/")))
        try:
            found = resolver.resolve(path) if resolver else None
        except Resolver404:
            found = None
        # the framework's own way also says what there is instead
        request.resolver_match = found or get_resolver().resolve(path)
        return request.resolver_match

    @cached_property
    def _by_shape(self) -> dict[tuple[int, str], URLResolver]:
        """The patterns of the API by their shape, each with the framework's own resolver of those patterns alone."""
        patterns: dict[tuple[int, str], list[Any]] = defaultdict(list)
        api = next(one for one in get_resolver().url_patterns if f"/{one.pattern}" == API)
        for one in api.url_patterns:
            if all(type(each) is StringConverter for each in one.pattern.converters.values()):
                patterns[_shape(f"{api.pattern}{one.pattern}")].append(one)
        return {
            shape: URLResolver(RegexPattern(r"^/"), [URLResolver(api.pattern, some, None, api.app_name, api.namespace)])
            for shape, some in patterns.items()
        }


def _shape(path: str) -> tuple[int, str]:
    """How many parts an address has, and the first one below that of the API."""
    parts = path.split("/")
    return len(parts), parts[_FIRST] if len(parts) > _FIRST else ""


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

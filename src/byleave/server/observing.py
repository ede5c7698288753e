"""What is observed of every request: how long it took by its route, and a number that finds it in the logs."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING

import structlog
from django.conf import settings

from byleave.server import metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_log = structlog.get_logger("byleave.requests")


def observed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Stand outermost, so that nothing escapes.

    The number of a request is always drawn here: one that a caller sends might tell something. A route is the pattern
    of an address, so that no id is told.
    """
    logs_requests = settings.CONFIGURATION.log_requests

    def answer(request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        number = secrets.token_hex(8)
        structlog.contextvars.bind_contextvars(request=number)
        metrics.IN_FLIGHT.inc()
        try:
            response = get_response(request)
        finally:
            metrics.IN_FLIGHT.dec()
            structlog.contextvars.clear_contextvars()
        seconds = perf_counter() - began
        method = request.method if request.method in _METHODS else "other"
        route = request.resolver_match.route if request.resolver_match else "none"
        metrics.REQUEST_SECONDS.labels(method, route, response.status_code).observe(seconds)
        if logs_requests or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            told = {"request": number, "method": method, "route": route, "status": response.status_code}
            _log.info("answered", **told, seconds=round(seconds, 4))
        response["X-Request-ID"] = number
        return response

    return answer

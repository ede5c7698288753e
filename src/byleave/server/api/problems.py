"""Errors as problem details (RFC 9457), with our own code, message and hint.

`detail` is the message of the command line, word for word; `type` tells programs the same as `code`.
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from byleave.kernel.errors import ByleaveError, ConflictError, InputError, LedgerError, UnknownError, UsageError

if TYPE_CHECKING:
    from django.http import HttpRequest
    from ninja import NinjaAPI

MEDIA_TYPE = "application/problem+json"
STATUSES: tuple[tuple[type[ByleaveError], HTTPStatus], ...] = (
    (UnknownError, HTTPStatus.NOT_FOUND),
    (ConflictError, HTTPStatus.CONFLICT),
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UsageError, HTTPStatus.BAD_REQUEST),
    (LedgerError, HTTPStatus.SERVICE_UNAVAILABLE),
)
"""The first class that an error is of gives its status; every other is our own fault, 500."""
_log = logging.getLogger(__name__)


class ProblemError(Exception):
    """An error of the API alone: who calls, and how they ask."""

    def __init__(self, status: HTTPStatus, code: str, message: str, hint: str | None = None) -> None:
        """Keep the parts of the answer."""
        super().__init__(message)
        self.status, self.code, self.message, self.hint = status, code, message, hint


def problem(status: HTTPStatus, code: str, message: str, hint: str | None = None, **more: Any) -> HttpResponse:  # noqa: ANN401
    """One problem as an answer; `more` are further members that this kind of problem has."""
    told: dict[str, Any] = {
        "type": f"urn:byleave:problem:{code}",
        "title": status.phrase,
        "status": status.value,
        "detail": message,
        "code": code,
        "hint": hint,
        **more,
    }
    response = HttpResponse(json.dumps(told, ensure_ascii=False), content_type=MEDIA_TYPE, status=status)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def handle_problems(api: NinjaAPI) -> None:
    """Let the API answer every error as a problem."""
    handlers: dict[type[Exception], Any] = {
        ByleaveError: _ours,
        ProblemError: _callers,
        ValidationError: _malformed,
        AuthenticationError: _nobody,
        Throttled: _too_often,
        HttpError: _http,
        RequestDataTooBig: _too_big,
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _callers(request: HttpRequest, error: ProblemError) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    return problem(error.status, error.code, error.message, error.hint)


def _ours(request: HttpRequest, error: ByleaveError) -> HttpResponse:  # noqa: ARG001
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s: %s", error.code, type(error).__name__)
    return problem(status, error.code, error.message, error.hint)


def _too_often(request: HttpRequest, error: Throttled) -> HttpResponse:  # noqa: ARG001
    wait = max(1, int(error.wait or 1))
    message = "too many calls of this kind in a short time"
    response = problem(HTTPStatus.TOO_MANY_REQUESTS, "too-often", message, f"try again in {wait} seconds")
    response["Retry-After"] = str(wait)
    return response


def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001
    message = f"the body is longer than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes"
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-big", message, "send it in parts")


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:  # noqa: ARG001
    """What nobody foresaw: told without any detail, which might be about a person."""
    _log.error("an error that was not foreseen: %s", type(error).__name__, exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "the server has made a mistake")


def not_found(request: HttpRequest) -> HttpResponse:
    """Answer a call to an address that there is not."""
    return problem(HTTPStatus.NOT_FOUND, "no-such-address", f"there is nothing at `{request.path}`")


def _nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    return problem(
        HTTPStatus.UNAUTHORIZED, "not-signed-in", "nobody is signed in", "sign in, or send a service's token"
    )


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001
    status = HTTPStatus(error.status_code)
    message = error.message[:1].lower() + error.message[1:].rstrip(".")
    return problem(status, "request", message)


def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001
    """What does not fit the schema: the first field in words, and each of them for a machine."""
    fields = [{"field": ".".join(map(str, one["loc"][1:])), "message": _words(one)} for one in error.errors]
    first = fields[0]
    message = f"`{first['field']}`: {first['message']}" if first["field"] else first["message"]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "malformed", message, "see /api/v1/openapi.json", errors=fields)


def _words(one: dict[str, Any]) -> str:
    """One error of pydantic as we write errors."""
    told = {"missing": "it is missing", "extra_forbidden": "there is no such field"}.get(one["type"])
    message = told or str(one["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:].replace("'", "`").rstrip(".")


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a request that changes something in a session, and lacks the token against forgery."""
    hint = "send the value of the cookie `csrf` in the header `X-CSRFToken`, from a page of this server"
    return problem(HTTPStatus.FORBIDDEN, "forged", "the request does not show that it comes from our own page", hint)

"""Pages that belong to no subject: the choice of a language, and what is said when something is wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from byleave.server.api import problems
from byleave.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_YEAR_SECONDS = 365 * 24 * 3600


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language in which somebody reads, in a cookie that holds nothing else."""
    code = request.POST.get("language", "")
    if code not in LANGUAGES:
        return HttpResponseBadRequest()
    to = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(to if safe else "/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=_YEAR_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def problem(request: HttpRequest, name: str, status: int) -> HttpResponse:
    """A page that says what is wrong and what was not changed."""
    return render(request, "ui/problem.html", {"title": name, "more": f"{name}-more"}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What cannot be understood, or is more than anybody needs to send."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return problem(request, "error-413", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return problem(request, "error-400", 400)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """What is somebody else's."""
    return problem(request, "error-403", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """What is not there; a program is told so as the API tells it."""
    if request.path.startswith("/api/"):
        return problems.not_found(request)
    return problem(request, "error-404", 404)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token, or with an old one; a program is told so as the API tells it."""
    if request.path.startswith("/api/"):
        return problems.forged(request, reason)
    return problem(request, "error-csrf", 403)

"""Who calls: a member in a session, or a service with a token. Nobody is both, and staff are neither."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from byleave.server.accounts.people import has_shown_second_factor, signed_in_lately
from byleave.server.accounts.tokens import find_token
from byleave.server.acknowledging import RequestKey
from byleave.server.api.problems import ProblemError
from byleave.server.api.schemas import ACTORS
from byleave.server.running import current

MOST_KEY_CHARACTERS = 200
OWN = "acts:own"


class Caller(NamedTuple):
    """Who has shown that they are."""

    name: str
    """`member:ID` or `service:NAME`."""
    member: str
    """The member; blank for a service."""
    scopes: frozenset[str] = frozenset()
    """What a service may do."""


class MemberSession(APIKeyCookie):
    """A member who has signed in. The member is the one of the session, and nothing in the request can name another."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Caller | None:
        """The member; None when nobody is signed in. Raises: ProblemError for staff, or a forged request."""
        if not request.user.is_authenticated:
            return None
        if request.content_type.startswith("multipart/"):
            # the check below would read it as a form, also where it is none
            message = "a body is JSON, and not a form with files"
            raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "no-json", message, "Content-Type: application/json")
        if check_csrf(request):
            hint = "send the token of one of our pages in the header `X-CSRFToken`"
            message = "the request does not show that it comes from our own page"
            raise ProblemError(HTTPStatus.FORBIDDEN, "forged", message, hint)
        member = request.user.member_id
        if member is None:
            message = "this account is of no member"
            raise ProblemError(HTTPStatus.FORBIDDEN, "no-member", message, "sign in as the member")
        return Caller(f"member:{member}", member)

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:  # noqa: ARG002 - ninja's signature
        """As a call."""
        return self(request)


class StaffSession(MemberSession):
    """Somebody of the staff who has signed in, with the second factor."""

    def __call__(self, request: HttpRequest) -> Caller | None:
        """The account; None when nobody is signed in. Raises: ProblemError for a member, or without the factor."""
        if not request.user.is_authenticated:
            return None
        if not request.user.is_staff:
            raise ProblemError(HTTPStatus.FORBIDDEN, "no-staff", "this call is for staff and services", "ask for yours")
        hold_to_second_factor(request)
        return Caller(f"staff:{request.user.pk}", "")


class ServiceToken(HttpBearer):
    """A service whose token has a scope."""

    def __init__(self, scope: str) -> None:
        """Ask for a scope."""
        self.scope = scope
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:  # noqa: ARG002 - ninja's signature
        """The service; None for a token that nobody has. Raises: ProblemError without the scope."""
        found = find_token(token, current().now())
        if found is None:
            return None
        caller = Caller(f"service:{found.name}", "", frozenset(found.scopes))
        need(caller, self.scope)
        return caller


def need(caller: Caller, scope: str) -> None:
    """Hold a service to a scope. Raises: ProblemError without it."""
    if scope not in caller.scopes:
        message = f"the token of `{caller.name.removeprefix('service:')}` lacks the scope `{scope}`"
        raise ProblemError(HTTPStatus.FORBIDDEN, "no-scope", message, "`byleave token new` makes one with it")


def caller_of(request: HttpRequest) -> Caller:
    """Who calls."""
    caller: Caller = request.auth
    return caller


def actor_of(caller: Caller, act: str) -> str:
    """Whose act a service hands in. Raises: ProblemError for the person's own without the scope."""
    if act == "own":
        need(caller, OWN)
    return ACTORS[act]


def hold_to_lately(request: HttpRequest) -> None:
    """Hold a member who ends a refusal to a sign-in a short while ago. Raises: ProblemError."""
    if not signed_in_lately(request):
        message = "to allow training again, sign in again first"
        raise ProblemError(HTTPStatus.FORBIDDEN, "sign-in-again", message, "switching off never needs it")


def hold_to_second_factor(request: HttpRequest) -> None:
    """Hold somebody of the staff to a session in which the second factor was shown. Raises: ProblemError."""
    if not has_shown_second_factor(request):
        message = "staff need a second factor"
        raise ProblemError(HTTPStatus.FORBIDDEN, "second-factor", message, "set it up under /account/2fa/, and sign in")


def request_key(request: HttpRequest) -> RequestKey | None:
    """The key of the request, for this caller and this call alone.

    Source: draft-ietf-httpapi-idempotency-key-header-07; the quotes of a structured field may be there or not.

    Raises: ProblemError when it is blank or too long.
    """
    text = request.headers.get("Idempotency-Key")
    if text is None:
        return None
    bare = text.strip().removeprefix('"').removesuffix('"')
    if not bare or len(bare) > MOST_KEY_CHARACTERS or not bare.isprintable():
        hint = f"1 to {MOST_KEY_CHARACTERS} characters, such as a UUID"
        raise ProblemError(HTTPStatus.BAD_REQUEST, "request-key", "the `Idempotency-Key` cannot be one", hint)
    return RequestKey(caller_of(request).name, bare)

"""Who calls: a member in a session, or a service with a token. Nobody is both, and staff are neither."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from byleave.server.accounts.tokens import find_token
from byleave.server.acts import RequestKey
from byleave.server.api.problems import ProblemError
from byleave.server.running import current

if TYPE_CHECKING:
    from django.http import HttpRequest

    from byleave.server.accounts.models import ServiceToken

MOST_KEY_CHARACTERS = 200


class Caller(NamedTuple):
    """Who has made sure that they are."""

    name: str
    """`member:ID` or `service:NAME`."""
    member: str
    """The member; blank for a service."""


class MemberSession(APIKeyCookie):
    """A member who has signed in. The member is the one of the session, and nothing in the request can name another."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Caller | None:
        """The member; None when nobody is signed in. Raises: ProblemError for staff, or a forged request."""
        if not request.user.is_authenticated:
            return None
        if check_csrf(request):
            hint = "send the value of the cookie `csrf` in the header `X-CSRFToken`"
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


class Service(HttpBearer):
    """A service whose token has a scope."""

    openapi_name = "service"

    def __init__(self, scope: str) -> None:
        """Ask for a scope."""
        self.scope = scope
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:  # noqa: ARG002 - ninja's signature
        """The service; None for a token that nobody has. Raises: ProblemError without the scope."""
        found: ServiceToken | None = find_token(token, current().now())
        if found is None:
            return None
        if self.scope not in found.scopes:
            message = f"the token of `{found.name}` lacks the scope `{self.scope}`"
            raise ProblemError(HTTPStatus.FORBIDDEN, "no-scope", message, "make one: byleave token new")
        return Caller(f"service:{found.name}", "")


def request_key(request: HttpRequest, caller: Caller) -> RequestKey | None:
    """The key of the request, for this caller alone. Raises: ProblemError when it is blank or too long.

    Source: draft-ietf-httpapi-idempotency-key-header-07; the quotes of a structured field may be there or not.
    """
    text = request.headers.get("Idempotency-Key")
    if text is None:
        return None
    bare = text.strip().removeprefix('"').removesuffix('"')
    if not bare or len(bare) > MOST_KEY_CHARACTERS or not bare.isprintable():
        hint = f"1 to {MOST_KEY_CHARACTERS} characters, such as a UUID"
        raise ProblemError(HTTPStatus.BAD_REQUEST, "request-key", "the `Idempotency-Key` cannot be one", hint)
    return RequestKey(caller.name, bare)

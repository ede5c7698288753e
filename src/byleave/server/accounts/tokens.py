"""Tokens of services: made, found, rotated with an overlap, and revoked. The secret is shown once and never kept.

A token is `byl_`, twelve characters that find it, `_`, and 256 random bits.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Q

from byleave.kernel.errors import ConflictError, UnknownError, UsageError
from byleave.policy.problems import did_you_mean
from byleave.server.accounts.models import ServiceToken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

SCOPES = {
    "acts:own": "hand in what the person did themselves, such as on the platform's own page of settings",
    "decisions:read": "decide about items",
    "history:read": "read what is recorded about a member, and receipts",
    "ledger:read": "read how far the ledger goes",
    "lineage:read": "read snapshots and models, and who is in them",
    "members:erase": "erase a person",
    "members:read": "read how a member's settings stand",
    "members:write": "register, move, close, reopen and merge accounts",
    "models:forget": "read who must leave a model that you trained elsewhere, and say that it is done",
    "notices:write": "record that a notice has reached a member",
    "objections:write": "hand in objections",
    "preferences:write": "set preferences, one or many, and hold items back",
    "revocations:acknowledge": "say, as the holder of the token's name, that a list of revocations was obeyed",
}
"""Scope → what it allows."""
PATTERN = re.compile(r"byl_([A-Za-z0-9]{12})_([A-Za-z0-9_-]{43})")
MOST_KNOWN = 1_000
LAST_USE_EVERY = timedelta(minutes=1)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class NewToken(NamedTuple):
    """A token, and its text, which nobody can show again."""

    token: ServiceToken
    text: str


def new_token(
    name: str, scopes: Sequence[str], now: datetime, choose: Callable[[int], bytes] = secrets.token_bytes
) -> NewToken:
    """Make the first token of a service.

    Raises: UsageError for a scope that there is not, or a name that is none; ConflictError when the service has one.
    """
    for scope in scopes:
        if scope not in SCOPES:
            raise UsageError(f"there is no scope `{scope}`{did_you_mean(scope, SCOPES)}", hint=", ".join(SCOPES))
    if not scopes:
        raise UsageError("a token without scopes opens nothing", hint=f"name some of {', '.join(SCOPES)}")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        raise UsageError(f"`{name}` cannot be the name of a service", hint="letters, digits, `.`, `_` and `-`")
    with transaction.atomic():
        if _usable(now).filter(name=name).exists():
            raise ConflictError(f"`{name}` has a token", hint="byleave token rotate makes another, with an overlap")
        return _make(name, sorted(set(scopes)), now, choose)


def rotate_token(
    name: str, overlap: timedelta, now: datetime, choose: Callable[[int], bytes] = secrets.token_bytes
) -> NewToken:
    """Make a token that replaces those of a service; these end after the overlap, or earlier as before.

    Raises: UnknownError when the service has none that can be used.
    """
    with transaction.atomic():
        usable = list(_usable(now).filter(name=name))
        if not usable:
            raise UnknownError(f"`{name}` has no token that can be used", hint="byleave token new makes one")
        end = now + overlap
        for one in usable:
            if one.expires_at is None or one.expires_at > end:
                one.expires_at = end
                one.save(update_fields=["expires_at"])
        return _make(name, usable[-1].scopes, now, choose)


def revoke_tokens(name: str, now: datetime) -> int:
    """End every token of a service at once; how many. Raises: UnknownError when it has none that can be used."""
    ended = int(_usable(now).filter(name=name).update(revoked_at=now))
    if not ended:
        raise UnknownError(f"`{name}` has no token that can be used")
    return ended


class Known(NamedTuple):
    """A token that was found, and the state of its row at that time."""

    token: ServiceToken
    state: tuple[Any, ...]
    at: datetime


_BY_IDENTIFIER = f"SELECT digest, scopes, expires_at, revoked_at FROM {ServiceToken._meta.db_table} WHERE identifier = "  # noqa: S608, SLF001
_STATE = {"sqlite": f"{_BY_IDENTIFIER}?", "postgresql": f"{_BY_IDENTIFIER}%s"}
_known: dict[bytes, Known] = {}


def find_token(text: str, now: datetime) -> ServiceToken | None:
    """The token whose text this is, if it can be used; its last use is kept, to the minute.

    A token that was found is not made from its row again while the row is as it was: one short question is asked for
    each call, so that a token is refused from the moment on in which it is revoked.
    """
    match = PATTERN.fullmatch(text)
    if match is None:
        return None
    key, state = hashlib.sha256(text.encode()).digest(), _state(match[1])
    known = _known.get(key)
    if known is None or known.state != state or not timedelta(0) <= now - known.at < LAST_USE_EVERY:
        found = _look_up(match[1], match[2], now)
        _known.pop(key, None)
        if found is None:
            return None
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        known = _known[key] = Known(found, state, now)
    ends = known.token.expires_at
    return known.token if ends is None or now < ends else None


def _state(identifier: str) -> tuple[Any, ...]:
    """What decides whether a token can be used, as the database has it; asked past the layers of the framework."""
    # each look through the framework's `connection` costs as much as the question itself
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    with database.wrap_database_errors:
        return tuple(database.connection.execute(_STATE[database.vendor], [identifier]).fetchone() or ())


def _look_up(identifier: str, secret: str, now: datetime) -> ServiceToken | None:
    found: ServiceToken | None = ServiceToken.objects.filter(identifier=identifier).first()
    if found is None or not hmac.compare_digest(found.digest, _digest(secret)):
        return None
    if found.revoked_at is not None or (found.expires_at is not None and found.expires_at <= now):
        return None
    if found.last_used_at is None or now - found.last_used_at >= LAST_USE_EVERY:
        ServiceToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def _make(name: str, scopes: list[str], now: datetime, choose: Callable[[int], bytes]) -> NewToken:
    identifier = "".join(_LETTERS[byte % len(_LETTERS)] for byte in choose(12))
    secret = base64.urlsafe_b64encode(choose(32)).rstrip(b"=").decode()
    token = ServiceToken.objects.create(
        identifier=identifier, digest=_digest(secret), name=name, scopes=scopes, created_at=now
    )
    return NewToken(token, f"byl_{identifier}_{secret}")


def _usable(now: datetime) -> Any:  # noqa: ANN401 - a query set, which has no type
    return ServiceToken.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

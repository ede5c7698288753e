"""The API described: its OpenAPI document, and every call in a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from byleave.server.api.callers import MemberSession, ServiceToken
from byleave.server.api.root import api

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "/api/v1"


class Call(NamedTuple):
    """One call."""

    method: str
    path: str
    allowed: tuple[str, ...]
    """Scopes of services, and `member` for a member who has signed in."""
    summary: str
    """Its first sentence."""


def openapi_text() -> str:
    """The OpenAPI document, as `/api/v1/openapi.json` answers it, laid out for a file."""
    return json.dumps(api.get_openapi_schema(path_prefix=f"{PREFIX}/"), ensure_ascii=False, indent=1) + "\n"


def calls() -> Iterator[Call]:
    """Every call, in the order of the document."""
    for prefix, router in api._routers:  # noqa: SLF001 - ninja has no other list of them
        for path, view in router.path_operations.items():
            for one in view.operations:
                allowed = tuple(_allowed(kind) for kind in one.auth_callbacks or [router.auth])
                summary = " ".join((one.description or "").split(".")[0].split())
                address = f"{PREFIX}/{prefix.strip('/')}{path}".replace("//", "/")
                yield from (Call(method, address, allowed, summary) for method in one.methods)


def _allowed(kind: object) -> str:
    if isinstance(kind, MemberSession):
        return "member"
    return kind.scope if isinstance(kind, ServiceToken) else "unknown"

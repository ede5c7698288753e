"""How far the ledger goes."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from byleave.server.answers import Head
from byleave.server.api.callers import MemberSession, Service
from byleave.server.api.schemas import Problem
from byleave.server.running import current

router = Router(tags=["ledger"])


@router.get(
    "/head",
    response={200: Head, frozenset({401, 403, 503}): Problem},
    auth=[Service("ledger:read"), MemberSession()],
    operation_id="head",
)
def head(request: HttpRequest) -> Head:  # noqa: ARG001 - ninja's signature
    """The last entry that can be read: the watermark of whoever reads now."""
    return current().head()

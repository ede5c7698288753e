"""How far the ledger goes."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from byleave.server.answers import Head
from byleave.server.api.callers import MemberSession, ServiceToken
from byleave.server.api.schemas import PROBLEMS
from byleave.server.running import current

router = Router(tags=["ledger"])


@router.get(
    "/head",
    response={200: Head, **PROBLEMS},
    auth=[ServiceToken("ledger:read"), MemberSession()],
    operation_id="head",
)
def head(request: HttpRequest) -> Head:  # noqa: ARG001 - ninja's signature
    """The last entry that can be read: the watermark of whoever reads now. Numbers of two epochs do not compare."""
    return current().head()

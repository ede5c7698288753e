"""A holder of a snapshot says that it has done what its newest list of revocations says."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from byleave.server.api.callers import ServiceToken, caller_of
from byleave.server.api.schemas import PROBLEMS, EntryOut
from byleave.server.revocations import acknowledge
from byleave.server.running import current

router = Router(tags=["revocations"])
Sha256 = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class AcknowledgementIn(Schema):
    """Which list was obeyed."""

    model_config = ConfigDict(extra="forbid")

    manifest: Sha256
    """The digest of the snapshot's manifest."""
    digest: Sha256
    """The digest of the list, as the feed tells it."""


@router.post(
    "/acknowledgements",
    response={201: EntryOut, **PROBLEMS},
    auth=ServiceToken("revocations:acknowledge"),
    operation_id="acknowledge_revocations",
)
def acknowledge_revocations(request: HttpRequest, body: AcknowledgementIn) -> tuple[int, EntryOut]:
    """Hand in, as the holder after whom the token is named, that everything called back was taken out."""
    holder = caller_of(request).name.removeprefix("service:")
    return 201, EntryOut.of(acknowledge(current(), holder, body.manifest, body.digest))

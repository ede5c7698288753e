"""Which snapshots and models there are, and who is in them. Of anybody but the caller, for staff and services alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router

from byleave.kernel.errors import InputError, UnknownError
from byleave.server.api.callers import ServiceToken, StaffSession
from byleave.server.api.limits import Reads
from byleave.server.api.schemas import PROBLEMS, Id
from byleave.server.running import current

router = Router(tags=["lineage"])
SCOPE = "lineage:read"
_WHO = [ServiceToken(SCOPE), StaffSession()]
_ONE: Any = {200: dict[str, Any], **PROBLEMS}
_MANY: Any = {200: list[dict[str, Any]], **PROBLEMS}


@router.get("/snapshots", response=_MANY, auth=_WHO, operation_id="snapshots")
def snapshots(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - ninja's signature
    """Every snapshot that was recorded, in the order of recording."""
    return [one.as_json() for one in current().lineage.lineage().snapshots.values()]


@router.get("/snapshots/{snapshot}", response=_ONE, auth=_WHO, operation_id="snapshot")
def snapshot(request: HttpRequest, snapshot: Path[Id]) -> dict[str, Any]:  # noqa: ARG001 - ninja's signature
    """One snapshot by the digest of its manifest: which models were trained on it, and who left since."""
    reader = current().lineage
    _known(lambda: reader.lineage().snapshot(snapshot))
    return reader.snapshot(snapshot).as_json()


@router.get("/models", response=_MANY, auth=_WHO, operation_id="models")
def models(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - ninja's signature
    """Every model that was recorded, in the order of recording."""
    return [one.as_json() for one in current().lineage.lineage().models.values()]


@router.get("/models/{model}", response=_ONE, auth=_WHO, operation_id="model")
def model(request: HttpRequest, model: Path[Id]) -> dict[str, Any]:  # noqa: ARG001 - ninja's signature
    """One model by its id, its name or its digest: what it has seen, and who left since."""
    reader = current().lineage
    _known(lambda: reader.lineage().model(model))
    return reader.model(model).as_json()


@router.get("/traces/{member_id}", response=_ONE, auth=_WHO, operation_id="trace", throttle=[Reads()])
def trace(request: HttpRequest, member_id: Path[Id]) -> dict[str, Any]:  # noqa: ARG001 - ninja's signature
    """Which snapshots and models saw a member, and what must be rebuilt if the member goes."""
    return current().lineage.member(member_id).as_json()


def _known(look: Any) -> None:  # noqa: ANN401 - a question about what was recorded
    """Answer that something is not there as for everything else. Raises: UnknownError."""
    try:
        look()
    except InputError as error:
        raise UnknownError(error.message) from error

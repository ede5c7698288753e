"""Who must leave which model, how far that is, and the word of whoever trained a model elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import Path, Router
from pydantic import Field

from byleave.kernel.errors import InputError, UnknownError
from byleave.ledger.fields import MOST_KEYS
from byleave.server.api.callers import ServiceToken, StaffSession, caller_of
from byleave.server.api.schemas import PROBLEMS, Body, EntryOut, Id
from byleave.server.forgetting.elsewhere import acknowledge, retire
from byleave.server.forgetting.telling import Told, tasks_of
from byleave.server.running import current

if TYPE_CHECKING:
    from byleave.lineage.records import Model

router = Router(tags=["forgetting"])
SCOPE, READ = "models:forget", "lineage:read"
_MANY: Any = {200: list[dict[str, Any]], **PROBLEMS}


class AcknowledgedIn(Body):
    """What whoever trained a model elsewhere has done."""

    keys: list[str] = Field(min_length=1, max_length=MOST_KEYS)
    """Of the accounts, as the tasks name them."""
    how: Literal["retrained", "retired"]
    """Trained anew without them, or destroyed; a model that is merely not used any more still holds them."""


@router.get("/forgetting", response=_MANY, auth=[ServiceToken(READ), StaffSession()], operation_id="forgetting")
def forgetting(request: HttpRequest, state: Literal["open", "all"] = "open") -> list[dict[str, Any]]:  # noqa: ARG001
    """Every account that a model must forget, and how far that is: what is not done, or all."""
    return [one.as_json() for one in _tasks(undone=state == "open")]


@router.get("/models/{model}/forgetting", response=_MANY, auth=ServiceToken(SCOPE), operation_id="model_forgetting")
def model_forgetting(request: HttpRequest, model: Path[Id]) -> list[dict[str, Any]]:  # noqa: ARG001
    """Who must leave one model and has not: for whoever trained it elsewhere."""
    return [one.as_json() for one in _tasks(undone=True, model=_found(model).model)]


@router.post(
    "/models/{model}/forgetting",
    response={201: EntryOut, **PROBLEMS},
    auth=ServiceToken(SCOPE),
    operation_id="acknowledge_forgetting",
)
def acknowledge_forgetting(request: HttpRequest, model: Path[Id], body: AcknowledgedIn) -> tuple[int, EntryOut]:
    """Say that a model which was trained elsewhere is without these accounts. It is recorded as your word."""
    by = caller_of(request).name
    append, lineage = current().store.append, current().lineage.lineage()
    return 201, EntryOut.of(acknowledge(append, lineage, _found(model).model, body.keys, body.how, by))


@router.post(
    "/models/{model}/retirement",
    response={201: EntryOut, **PROBLEMS},
    auth=ServiceToken(SCOPE),
    operation_id="retire_model",
)
def retire_model(request: HttpRequest, model: Path[Id]) -> tuple[int, EntryOut]:
    """Say that a model which was trained elsewhere is destroyed, with every copy. It is recorded as your word.

    Nobody has to leave it afterwards. One that is merely not used any more is not destroyed: do not say it of that.
    """
    append, lineage = current().store.append, current().lineage.lineage()
    return 201, EntryOut.of(retire(append, lineage, _found(model).model, caller_of(request).name))


def _found(name: str) -> Model:
    """A model by its id, its name or its digest. Raises: UnknownError."""
    try:
        return current().lineage.lineage().model(name)
    except InputError as error:
        raise UnknownError(error.message) from error


def _tasks(*, undone: bool, model: str | None = None) -> list[Told]:
    service, days = current(), settings.CONFIGURATION.forget_days
    return tasks_of(service.lineage, service.now(), days, undone=undone, model=model)

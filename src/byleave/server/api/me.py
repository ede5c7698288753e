"""What a member reads and does. The member is the one of the session: no address here names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from ninja import Path, Router

from byleave.kernel.errors import UnknownError
from byleave.server.answers import MemberState, SettingState
from byleave.server.api.callers import MemberSession, request_key
from byleave.server.api.schemas import Acknowledged, Id, PreferenceIn, Problem
from byleave.server.running import current

if TYPE_CHECKING:
    from byleave.server.api.callers import Caller

router = Router(tags=["me"], auth=MemberSession())
PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 422, 429, 503}): Problem}


@router.get("", response={200: MemberState, **PROBLEMS}, operation_id="me")
def me(request: HttpRequest) -> MemberState:
    """Everything that is recorded about the member, and what it means now."""
    return current().member(_caller(request).member)


@router.get("/preferences/{setting}", response={200: SettingState, **PROBLEMS}, operation_id="my_preference")
def preference(request: HttpRequest, setting: Path[Id]) -> SettingState:
    """How one setting stands, whose act that is, by which rule, and how far switching off reaches."""
    service = current()
    name = service.policy.switch(setting).name
    found = next((one for one in service.member(_caller(request).member).settings if one.setting == name), None)
    if found is None:
        raise UnknownError("the platform has not registered this member")
    return found


@router.put("/preferences/{setting}", response={200: Acknowledged, **PROBLEMS}, operation_id="set_my_preference")
def set_preference(request: HttpRequest, setting: Path[Id], body: PreferenceIn) -> Acknowledged:
    """Switch a setting. It is durable when the answer comes; the answer carries the receipt."""
    caller = _caller(request)
    key = request_key(request, caller)
    return Acknowledged.of(current().set_preference(caller.member, setting, body.value, key=key))


def _caller(request: HttpRequest) -> Caller:
    caller: Caller = request.auth
    return caller

"""What a service of the platform reads and hands in about members. Every call asks for a scope."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from byleave.server.accounts.people import erase_person
from byleave.server.answers import MemberState, SettingState
from byleave.server.api.callers import OWN, ServiceToken, actor_of, caller_of, request_key
from byleave.server.api.me import receipt_file
from byleave.server.api.schemas import (
    PROBLEMS,
    Acknowledged,
    EntryOut,
    HistoryOut,
    Id,
    MemberIn,
    MergeIn,
    MoveIn,
    RelayedActIn,
    RelayedPreferenceIn,
    Seq,
    acknowledged,
    told,
)
from byleave.server.running import current

router = Router(tags=["members"])
_READ, _WRITE = ServiceToken("members:read"), ServiceToken("members:write")
_ENTRY: Any = {201: EntryOut, **PROBLEMS}


@router.post("", response={201: list[EntryOut], **PROBLEMS}, auth=_WRITE, operation_id="register")
def register(request: HttpRequest, body: MemberIn) -> tuple[int, list[EntryOut]]:
    """Register a member. Whoever was erased and comes back is off again at once: those entries follow the first."""
    made = current().register(body.member_id, body.country, body.birth_date, key=request_key(request))
    return 201, [EntryOut.of(one) for one in made]


@router.get("/{member_id}", response={200: MemberState, **PROBLEMS}, auth=_READ, operation_id="member")
def member(request: HttpRequest, member_id: Path[Id]) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Everything that is recorded about a member, and what it means now."""
    return told(current().member(member_id))


@router.delete(
    "/{member_id}", response={200: EntryOut, **PROBLEMS}, auth=ServiceToken("members:erase"), operation_id="erase"
)
def erase(request: HttpRequest, member_id: Path[Id]) -> EntryOut:  # noqa: ARG001 - ninja's signature
    """Erase what is recorded about a person, accounts and signals too. That they refused is kept under a key."""
    return EntryOut.of(erase_person(current(), member_id))


@router.post("/{member_id}/moves", response=_ENTRY, auth=_WRITE, operation_id="move")
def move(request: HttpRequest, member_id: Path[Id], body: MoveIn) -> tuple[int, EntryOut]:
    """Record where a member lives. It turns no refusal into leave."""
    return 201, EntryOut.of(current().move(member_id, body.country, body.since, key=request_key(request)))


@router.post("/{member_id}/closing", response=_ENTRY, auth=_WRITE, operation_id="close")
def close(request: HttpRequest, member_id: Path[Id]) -> tuple[int, EntryOut]:
    """Record that the account was closed; what was refused under it outlives it."""
    return 201, EntryOut.of(current().close_account(member_id, key=request_key(request)))


@router.post("/{member_id}/reopening", response=_ENTRY, auth=_WRITE, operation_id="reopen")
def reopen(request: HttpRequest, member_id: Path[Id]) -> tuple[int, EntryOut]:
    """Record that the account was opened again."""
    return 201, EntryOut.of(current().reopen_account(member_id, key=request_key(request)))


@router.post("/{member_id}/merge", response=_ENTRY, auth=_WRITE, operation_id="merge")
def merge(request: HttpRequest, member_id: Path[Id], body: MergeIn) -> tuple[int, EntryOut]:
    """Record that two accounts are of one person; what either refused stays refused for both."""
    return 201, EntryOut.of(current().merge(member_id, body.into, key=request_key(request)))


@router.get(
    "/{member_id}/preferences/{setting}",
    response={200: SettingState, **PROBLEMS},
    auth=_READ,
    operation_id="preference",
)
def preference(request: HttpRequest, member_id: Path[Id], setting: Path[Id]) -> HttpResponse:  # noqa: ARG001
    """How one setting of a member stands, and by whose act."""
    return told(current().setting(member_id, setting))


@router.put(
    "/{member_id}/preferences/{setting}",
    response={200: Acknowledged, **PROBLEMS},
    auth=ServiceToken("preferences:write"),
    operation_id="set_preference",
)
def set_preference(
    request: HttpRequest, member_id: Path[Id], setting: Path[Id], body: RelayedPreferenceIn
) -> HttpResponse:
    """Hand in what a member chose. What is not the member's own act never turns off into on."""
    actor = actor_of(caller_of(request), body.act)
    key = request_key(request)
    made = current().set_preference(
        member_id, setting, body.value, actor=actor, at=body.at, key=key, shown=body.shown_text()
    )
    return acknowledged(made)


@router.get(
    "/{member_id}/history",
    response={200: list[HistoryOut], **PROBLEMS},
    auth=ServiceToken("history:read"),
    operation_id="history",
)
def history(request: HttpRequest, member_id: Path[Id]) -> list[HistoryOut]:  # noqa: ARG001 - ninja's signature
    """What was recorded about a member, the newest first."""
    return [HistoryOut.of_history(one) for one in current().history(member_id)]


@router.get(
    "/{member_id}/receipts/{seq}",
    response={200: dict[str, Any], **PROBLEMS},
    auth=ServiceToken("history:read"),
    operation_id="receipt",
)
def receipt(request: HttpRequest, member_id: Path[Id], seq: Path[Seq]) -> HttpResponse:  # noqa: ARG001
    """The receipt of one of a member's acts, to hand on."""
    return receipt_file(current().receipt(member_id, seq), seq)


@router.put(
    "/{member_id}/withheld/{item_id}",
    response={200: Acknowledged, **PROBLEMS},
    auth=ServiceToken("preferences:write"),
    operation_id="withhold",
)
def withhold(request: HttpRequest, member_id: Path[Id], item_id: Path[Id], body: RelayedActIn) -> Acknowledged:
    """Hold one item of a member back from all training."""
    actor = actor_of(caller_of(request), body.act)
    return Acknowledged.of(current().withhold(member_id, item_id, actor=actor, key=request_key(request)))


@router.delete(
    "/{member_id}/withheld/{item_id}",
    response={200: Acknowledged, **PROBLEMS},
    auth=ServiceToken(OWN),
    operation_id="release",
)
def release(request: HttpRequest, member_id: Path[Id], item_id: Path[Id]) -> Acknowledged:
    """Stop holding an item back: the member's own act alone."""
    return Acknowledged.of(current().release(member_id, item_id, key=request_key(request)))

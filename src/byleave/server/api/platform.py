"""Calls of services about many people, about objections of anybody, and about items."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Path, Router

from byleave.server.acts import Choice, Delivery
from byleave.server.answers import ObjectionState
from byleave.server.api.callers import OWN, ServiceToken, actor_of, caller_of, request_key
from byleave.server.api.schemas import (
    PROBLEMS,
    Acknowledged,
    DecisionOut,
    DecisionsIn,
    DeliveriesIn,
    EntryOut,
    Id,
    PreferencesIn,
    RelayedObjectionIn,
    WithdrawalIn,
)
from byleave.server.running import current

router = Router(tags=["platform"])


@router.post(
    "/preferences",
    response={201: list[Acknowledged], **PROBLEMS},
    auth=ServiceToken("preferences:write"),
    operation_id="set_preferences",
)
def set_preferences(request: HttpRequest, body: PreferencesIn) -> tuple[int, list[Acknowledged]]:
    """Hand in many settings of many members: all are recorded, or none."""
    caller = caller_of(request)
    rows = [
        Choice(one.member_id, one.setting, one.value, actor_of(caller, one.act), one.at, one.shown_text())
        for one in body.preferences
    ]
    return 201, [Acknowledged.of(one) for one in current().set_preferences(rows, request_key(request))]


@router.post(
    "/objections",
    response={201: Acknowledged, **PROBLEMS},
    auth=ServiceToken("objections:write"),
    operation_id="receive_objection",
)
def receive_objection(request: HttpRequest, body: RelayedObjectionIn) -> tuple[int, Acknowledged]:
    """Hand in an objection, of a member or of somebody without an account. It stands at once."""
    actor, key = actor_of(caller_of(request), body.act), request_key(request)
    made = current().object(body.subject, body.purpose, body.objection, actor=actor, at=body.at, key=key)
    return 201, Acknowledged.of(made)


@router.post(
    "/objections/{objection}/withdrawal",
    response={201: Acknowledged, **PROBLEMS},
    auth=ServiceToken(OWN),
    operation_id="withdraw",
)
def withdraw(request: HttpRequest, objection: Path[Id], body: WithdrawalIn) -> tuple[int, Acknowledged]:
    """Hand in that somebody takes an objection back: the person's own act alone."""
    return 201, Acknowledged.of(current().withdraw(body.subject, objection, key=request_key(request)))


@router.get(
    "/subjects/{subject}/objections",
    response={200: list[ObjectionState], **PROBLEMS},
    auth=ServiceToken("members:read"),
    operation_id="objections",
)
def objections(request: HttpRequest, subject: Path[Id]) -> list[ObjectionState]:  # noqa: ARG001 - ninja's signature
    """The objections of a member or of anybody else, and what became of each."""
    return list(current().person(subject).objections())


@router.post(
    "/notices/deliveries",
    response={201: list[EntryOut], **PROBLEMS},
    auth=ServiceToken("notices:write"),
    operation_id="deliver_notices",
)
def deliver(request: HttpRequest, body: DeliveriesIn) -> tuple[int, list[EntryOut]]:
    """Record that notices have reached members: all are recorded, or none."""
    rows = [Delivery(one.member_id, one.notice, one.version, one.delivered_at) for one in body.deliveries]
    return 201, [EntryOut.of(one) for one in current().deliver(rows, request_key(request))]


@router.post(
    "/decisions",
    response={200: list[DecisionOut], **PROBLEMS},
    auth=ServiceToken("decisions:read"),
    operation_id="decide",
)
def decide(request: HttpRequest, body: DecisionsIn) -> list[DecisionOut]:  # noqa: ARG001 - ninja's signature
    """Whether items may be used now, in the order in which they were sent.

    A snapshot for training is made by the gate.
    """
    service = current()
    if body.item_ids is not None:
        states = service.decide_by_id(body.item_ids, body.purpose, body.recipient)
    else:
        states = service.decide([one.content() for one in body.items or ()], body.purpose, body.recipient)
    return [DecisionOut(item_id=one.item.item_id, outcomes=list(one.outcomes)) for one in states]

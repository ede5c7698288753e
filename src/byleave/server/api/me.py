"""What a member reads and does. The member is the one of the session: no address here names one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from byleave.kernel.errors import UnknownError
from byleave.server.accounts.signals import SignalState, signals_of
from byleave.server.answers import DeliveryState, MemberState, ObjectionState, SettingState, WithheldState
from byleave.server.api.callers import MemberSession, caller_of, hold_to_lately, request_key
from byleave.server.api.limits import EndsRefusals, Reads
from byleave.server.api.schemas import (
    PROBLEMS,
    Acknowledged,
    HistoryOut,
    Id,
    ItemOut,
    ItemsOut,
    ObjectionIn,
    PreferenceIn,
    Purpose,
    Seq,
)
from byleave.server.content import MOST_ITEMS
from byleave.server.running import current

router = Router(tags=["me"], auth=MemberSession())


@router.get("", response={200: MemberState, **PROBLEMS}, operation_id="me")
def me(request: HttpRequest) -> MemberState:
    """Everything that is recorded about the member, and what it means now."""
    return current().member(caller_of(request).member)


@router.get("/preferences/{setting}", response={200: SettingState, **PROBLEMS}, operation_id="my_preference")
def preference(request: HttpRequest, setting: Path[Id]) -> SettingState:
    """How one setting stands, whose act that is, by which rule, and how far switching off reaches."""
    return current().setting(caller_of(request).member, setting)


@router.put(
    "/preferences/{setting}",
    response={200: Acknowledged, **PROBLEMS},
    operation_id="set_my_preference",
    throttle=[EndsRefusals()],
)
def set_preference(request: HttpRequest, setting: Path[Id], body: PreferenceIn) -> Acknowledged:
    """Switch a setting. It is durable when the answer comes; the answer carries the receipt.

    Switching on needs a sign-in in the last quarter of an hour. Switching off never does.
    """
    if body.value == "on":
        hold_to_lately(request)
    member = caller_of(request).member
    key, shown = request_key(request), body.shown_text()
    return Acknowledged.of(current().set_preference(member, setting, body.value, key=key, shown=shown))


@router.get("/history", response={200: list[HistoryOut], **PROBLEMS}, operation_id="my_history")
def history(request: HttpRequest) -> list[HistoryOut]:
    """What was recorded about the member, the newest first."""
    return [HistoryOut.of_history(one) for one in current().history(caller_of(request).member)]


@router.get("/receipts/{seq}", response={200: dict[str, Any], **PROBLEMS}, operation_id="my_receipt")
def receipt(request: HttpRequest, seq: Path[Seq]) -> HttpResponse:
    """The receipt of one of the member's acts, as a file to keep."""
    return receipt_file(current().receipt(caller_of(request).member, seq), seq)


def receipt_file(text: str, seq: int) -> HttpResponse:
    """A receipt byte for byte."""
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="receipt-{seq}.json"'
    return response


@router.get("/items", response={200: ItemsOut, **PROBLEMS}, operation_id="my_items", throttle=[Reads()])
def items(
    request: HttpRequest,
    after: Query[str | None] = None,
    limit: Query[int] = 50,
    purpose: Query[Purpose | None] = None,
    recipient: Query[Id | None] = None,
) -> ItemsOut:
    """The member's items, newest first, each with whether it may be used now: for which purpose, by whom."""
    member = caller_of(request).member
    kept = max(1, min(limit, MOST_ITEMS))
    page = current().items(member, after=after, limit=kept, purpose=purpose, recipient=recipient)
    return ItemsOut(items=[ItemOut.of(one) for one in page.items], after=page.after)


@router.get("/items/{item_id}", response={200: ItemOut, **PROBLEMS}, operation_id="my_item")
def item(request: HttpRequest, item_id: Path[Id]) -> ItemOut:
    """One item of the member with its live decisions."""
    return ItemOut.of(current().item(caller_of(request).member, item_id))


@router.get(
    "/items/{item_id}/explanation",
    response={200: dict[str, Any], **PROBLEMS},
    operation_id="my_item_explained",
    throttle=[Reads()],
)
def explanation(
    request: HttpRequest, item_id: Path[Id], purpose: Query[Purpose], recipient: Query[Id]
) -> dict[str, Any]:
    """Why one item is in or left out: what decided it, what else failed, other readings, what would change it."""
    return current().explain(caller_of(request).member, item_id, purpose, recipient).as_json()


@router.get("/withheld", response={200: list[WithheldState], **PROBLEMS}, operation_id="my_withheld_items")
def withheld(request: HttpRequest) -> list[WithheldState]:
    """The items that the member holds back."""
    return list(current().member(caller_of(request).member).withheld)


@router.put("/withheld/{item_id}", response={200: Acknowledged, **PROBLEMS}, operation_id="withhold_my_item")
def withhold(request: HttpRequest, item_id: Path[Id]) -> Acknowledged:
    """Hold one item back from all training."""
    member, service = caller_of(request).member, current()
    service.item(member, item_id)
    return Acknowledged.of(service.withhold(member, item_id, key=request_key(request)))


@router.delete(
    "/withheld/{item_id}",
    response={200: Acknowledged, **PROBLEMS},
    operation_id="release_my_item",
    throttle=[EndsRefusals()],
)
def release(request: HttpRequest, item_id: Path[Id]) -> Acknowledged:
    """Stop holding an item back. Needs a sign-in in the last quarter of an hour."""
    hold_to_lately(request)
    return Acknowledged.of(current().release(caller_of(request).member, item_id, key=request_key(request)))


@router.get("/objections", response={200: list[ObjectionState], **PROBLEMS}, operation_id="my_objections")
def objections(request: HttpRequest) -> list[ObjectionState]:
    """The member's objections, and what became of each."""
    return list(current().member(caller_of(request).member).objections)


@router.post("/objections", response={201: Acknowledged, **PROBLEMS}, operation_id="object")
def object_(request: HttpRequest, body: ObjectionIn) -> tuple[int, Acknowledged]:
    """Object. It stands from now on, and needs no reason."""
    member = caller_of(request).member
    return 201, Acknowledged.of(current().object(member, body.purpose, key=request_key(request)))


@router.get("/objections/{objection}", response={200: ObjectionState, **PROBLEMS}, operation_id="my_objection")
def objection(request: HttpRequest, objection: Path[Id]) -> ObjectionState:
    """One objection, and what became of it."""
    every = current().member(caller_of(request).member).objections
    found = next((one for one in every if one.objection == objection), None)
    if found is None:
        raise UnknownError(f"there is no objection `{objection}`")
    return found


@router.post(
    "/objections/{objection}/withdrawal",
    response={201: Acknowledged, **PROBLEMS},
    operation_id="withdraw_my_objection",
    throttle=[EndsRefusals()],
)
def withdraw(request: HttpRequest, objection: Path[Id]) -> tuple[int, Acknowledged]:
    """Take an objection back. Needs a sign-in in the last quarter of an hour."""
    hold_to_lately(request)
    member = caller_of(request).member
    return 201, Acknowledged.of(current().withdraw(member, objection, key=request_key(request)))


@router.get("/notices", response={200: list[DeliveryState], **PROBLEMS}, operation_id="my_notices")
def notices(request: HttpRequest) -> list[DeliveryState]:
    """The notices that reached the member."""
    return list(current().member(caller_of(request).member).notices)


@router.get("/trace", response={200: dict[str, Any], **PROBLEMS}, operation_id="my_trace", throttle=[Reads()])
def trace(request: HttpRequest) -> dict[str, Any]:
    """Which snapshots and models saw the member, and which must be rebuilt if the member goes."""
    return current().lineage.member(caller_of(request).member).as_json()


@router.get("/signals", response={200: list[SignalState], **PROBLEMS}, operation_id="my_signals")
def signals(request: HttpRequest) -> list[SignalState]:
    """Signals that the member's browser has sent (`Sec-GPC`, `Content-Usage`): recorded, and no act on a setting."""
    return list(signals_of(current().person(caller_of(request).member).ids))

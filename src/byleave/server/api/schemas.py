"""What the API takes, and the few answers that are not those of the service as they are."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args

from django.http import HttpResponse
from ninja import Schema
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)

from byleave.kernel.errors import InputError
from byleave.kernel.instants import parse_date, parse_instant
from byleave.kernel.vocabulary import PURPOSES
from byleave.ledger.entries import PLATFORM, Entry
from byleave.ledger.wire import MOST_BYTES_OF_ID, check_text, line
from byleave.policy.facts import IMPORT, MEMBER, Item
from byleave.server.acts import Shown
from byleave.server.answers import Acknowledgement, HistoryEntry, ItemState, MemberState, Outcome, SettingState
from byleave.server.content import ContentItem

MOST_ROWS = 1000
"""In one call; a longer list is sent in parts, each with a key of its own."""
MOST_ITEMS = 500
JSON = "application/json; charset=utf-8"


def _keepable(text: str) -> str:
    """An id that a database can keep."""
    try:
        check_text("item", text)
    except InputError as error:
        message = error.message.replace("`item`", "the id")
        raise ValueError(message) from None
    return text


def _instant(value: object) -> object:
    read = parse_instant(value) if isinstance(value, str) else None
    if read is None:
        message = "expected an instant with its zone, such as `2025-11-03T00:00:00Z`"
        raise ValueError(message)
    return read


def _day(value: object) -> object:
    read = parse_date(value) if isinstance(value, str) else None
    if read is None:
        message = "expected a day, such as `2000-02-29`"
        raise ValueError(message)
    return read


Id = Annotated[str, StringConstraints(min_length=1, max_length=MOST_BYTES_OF_ID), AfterValidator(_keepable)]
Instant = Annotated[datetime, BeforeValidator(_instant, json_schema_input_type=datetime)]
Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]
Seq = Annotated[int, Field(ge=1, le=2**53 - 1)]
Purpose = Literal["generative-ai", "other-ai"]
assert get_args(Purpose) == PURPOSES  # noqa: S101 - Literal needs text
Act = Literal["own", "imported", "platform"]
ACTORS = {"own": MEMBER, "imported": IMPORT, "platform": PLATFORM}


class Body(Schema):
    """Base of what is sent: a field that is not known is an error, since it might limit what the others say."""

    model_config = ConfigDict(extra="forbid")


class ShownIn(Body):
    """A notice that the person was shown before they chose; the platform has recorded that it was published."""

    notice: Id
    version: Id
    language: Id


class PreferenceIn(Body):
    """A setting as the person wants it."""

    value: Literal["on", "off"]
    shown: ShownIn | None = None
    """The notice that they were shown, if any."""

    def shown_text(self) -> Shown | None:
        """The notice as the service takes it."""
        return Shown(self.shown.notice, self.shown.version, self.shown.language) if self.shown else None


class RelayedPreferenceIn(PreferenceIn):
    """A setting, handed in by a service."""

    act: Act
    """Whose act it is: `own` needs the scope `acts:own`; what is not the person's own act never turns off into on."""
    at: Instant | None = None
    """When the person acted; without it, now."""


class PreferenceRow(RelayedPreferenceIn):
    """One row of many."""

    member_id: Id
    setting: Id


class PreferencesIn(Body):
    """Many settings, taken whole or not at all."""

    preferences: Annotated[list[PreferenceRow], Field(min_length=1, max_length=MOST_ROWS)]


class ObjectionIn(Body):
    """An objection of the member who is signed in."""

    purpose: Purpose | None = None
    """Without it, about every training."""


class RelayedObjectionIn(ObjectionIn):
    """An objection, handed in by a service, of a member or of anybody else."""

    subject: Id
    act: Act
    objection: Id | None = None
    """Its id; without one, one is made."""
    at: Instant | None = None


class WithdrawalIn(Body):
    """Whose objection is taken back."""

    subject: Id


class RelayedActIn(Body):
    """Whose act it is."""

    act: Act


class MemberIn(Body):
    """A member who is registered."""

    member_id: Id
    country: str | None = None
    """ISO 3166-1 alpha-2; without it, not known, and nothing is used."""
    birth_date: Day | None = None


class MoveIn(Body):
    """Where a member lives."""

    country: str | None
    since: Instant | None = None
    """Without it, from now on."""


class MergeIn(Body):
    """The other account of the same person."""

    into: Id


class DeliveryIn(Body):
    """A notice that has reached a member."""

    member_id: Id
    notice: Id
    version: str | None = None
    delivered_at: Instant | None = None


class DeliveriesIn(Body):
    """Many, taken whole or not at all."""

    deliveries: Annotated[list[DeliveryIn], Field(min_length=1, max_length=MOST_ROWS)]


class ItemIn(Body):
    """An item to be decided that the content source does not have."""

    item_id: Id
    member_id: Id | None
    category: str | None
    visibility: str | None
    created_at: Instant | None
    changed_at: Instant | None = None
    public_since: Instant | None = None
    withheld: bool | None = None
    subjects: Annotated[list[Id], Field(max_length=MOST_ROWS)] | None = None
    ai_written: bool | None = None

    def content(self) -> ContentItem:
        """As a decision reads it; blank text is none."""
        told: dict[str, Any] = {name: None if value == "" else value for name, value in self}
        told["subjects"] = None if self.subjects is None else tuple(self.subjects)
        return ContentItem(Item(**told))


class DecisionsIn(Body):
    """Items to be decided: by id, from the content source, or as they are."""

    item_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    items: Annotated[list[ItemIn], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    purpose: Purpose | None = None
    recipient: Id | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> DecisionsIn:
        if (self.item_ids is None) is (self.items is None):
            message = "give `item_ids` or `items`"
            raise ValueError(message)
        return self


class EntryOut(Schema):
    """An entry of the ledger."""

    seq: int
    kind: str
    recorded_at: datetime
    subject: str
    actor: str
    at: datetime
    data: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> EntryOut:
        """As the ledger writes it down."""
        return cls.model_validate(line(entry))


class HistoryOut(EntryOut):
    """An entry about a member."""

    has_receipt: bool

    @classmethod
    def of_history(cls, one: HistoryEntry) -> HistoryOut:
        """The entry, and whether it has a receipt."""
        return cls.model_validate({**line(one.entry), "has_receipt": one.has_receipt})


class Acknowledged(Schema):
    """An act that is durable."""

    entry: EntryOut
    receipt: str
    """The receipt as a file: keep it byte for byte; `byleave verify` reads it."""

    @classmethod
    def of(cls, one: Acknowledgement) -> Acknowledged:
        """The entry and its receipt."""
        return cls(entry=EntryOut.of(one.entry), receipt=one.receipt)


def acknowledged(one: Acknowledgement) -> HttpResponse:
    """The answer to the calls that are made most, as `Acknowledged` has it, without being checked once more."""
    told = line(one.entry)
    entry = {name: told[name] for name in EntryOut.model_fields}
    return HttpResponse(json.dumps({"entry": entry, "receipt": one.receipt}), content_type=JSON)


_WRITING: dict[type, TypeAdapter[Any]] = {one: TypeAdapter(one) for one in (MemberState, SettingState)}


def told(state: MemberState | SettingState) -> HttpResponse:
    """A state as an answer, as the schema of its class has it, written in one go and not checked once more."""
    return HttpResponse(_WRITING[type(state)].dump_json(state), content_type=JSON)


class ItemOut(Schema):
    """An item with its live decisions."""

    item_id: str
    member_id: str | None
    category: str | None
    visibility: str | None
    created_at: datetime | None
    language: str | None
    text: str | None
    withheld: bool
    outcomes: list[Outcome]

    @classmethod
    def of(cls, one: ItemState) -> ItemOut:
        """What its owner sees."""
        facts = one.item.facts
        return cls(
            item_id=one.item.item_id,
            member_id=facts.member_id,
            category=facts.category,
            visibility=facts.visibility,
            created_at=facts.created_at,
            language=one.item.language,
            text=one.item.text,
            withheld=one.withheld,
            outcomes=list(one.outcomes),
        )


class ItemsOut(Schema):
    """Some items, newest first."""

    items: list[ItemOut]
    after: str | None
    """What to ask with for the next ones; null: these are the last."""


class DecisionOut(Schema):
    """The live decisions about one item."""

    item_id: str
    outcomes: list[Outcome]


class Problem(Schema):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str | None
    errors: list[dict[str, str]] | None = None
    """Every field that does not fit, where there are several."""


PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 414, 415, 422, 429, 503}): Problem}
"""What every call may answer beside its own."""

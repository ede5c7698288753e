"""What the API takes, and the few answers that are not those of the service as they are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from byleave.kernel.errors import InputError
from byleave.kernel.instants import format_instant
from byleave.ledger.wire import MOST_BYTES_OF_ID, check_text, line

if TYPE_CHECKING:
    from byleave.ledger.entries import Entry
    from byleave.server.answers import Acknowledgement


def _keepable(text: str) -> str:
    """An id that a database can keep."""
    try:
        check_text("item", text)
    except InputError as error:
        message = f"{error.message.replace('`item`', 'the id')}"
        raise ValueError(message) from None
    return text


Id = Annotated[str, Field(min_length=1, max_length=MOST_BYTES_OF_ID), AfterValidator(_keepable)]


class Body(Schema):
    """Base of what is sent: a field that is not known is an error, since it might limit what the others say."""

    model_config = ConfigDict(extra="forbid")


class PreferenceIn(Body):
    """A setting as the person wants it."""

    value: Literal["on", "off"]


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


class Acknowledged(Schema):
    """An act that is durable."""

    entry: EntryOut
    receipt: str
    """The receipt as a file: keep it byte for byte; `byleave verify` reads it."""

    @classmethod
    def of(cls, one: Acknowledgement) -> Acknowledged:
        """The entry and its receipt."""
        return cls(entry=EntryOut.of(one.entry), receipt=one.receipt)


class Problem(Schema):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str | None


def written(instant: datetime) -> str:
    """An instant as the API writes it."""
    return format_instant(instant)

"""Who of a snapshot's members has left since it was taken, from what is recorded about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.ledger.entries import Kind
from byleave.ledger.suppression import refusals

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from byleave.ledger.entries import Entry

LEAVING = frozenset(
    {Kind.PREFERENCE_SET, Kind.OBJECTION_RECEIVED, Kind.ITEM_WITHHELD, Kind.MEMBER_CLOSED, Kind.MEMBERS_MERGED}
)
"""Kinds of entries by which somebody may leave; by a merge, what one account refuses holds for the other."""


def refuses_since(entries: Iterable[Entry], after: int, now: datetime) -> bool:
    """Whether a person, of whom these are all entries in order, refuses now what they did not refuse at `after`."""
    told = list(entries)
    merged = any(entry.kind is Kind.MEMBERS_MERGED and entry.seq > after for entry in told)
    return any(merged or one.seq > after for one in refusals(told, now))


def is_closed_since(entries: Iterable[Entry], after: int) -> bool:
    """Whether the account was closed after an entry and not opened again."""
    turns = [entry for entry in entries if entry.kind in (Kind.MEMBER_CLOSED, Kind.MEMBER_REOPENED)]
    return bool(turns) and turns[-1].kind is Kind.MEMBER_CLOSED and turns[-1].seq > after


def withheld_since(entries: Iterable[Entry], after: int) -> tuple[str, ...]:
    """The items that somebody began to hold back after an entry, and still does."""
    held: dict[str, int] = {}
    for entry in entries:
        if entry.kind is Kind.ITEM_WITHHELD:
            held.setdefault(entry.data["item"], entry.seq)
        elif entry.kind is Kind.ITEM_RELEASED:
            held.pop(entry.data["item"], None)
    return tuple(item for item, seq in held.items() if seq > after)

"""Which pack the ledger says is in force, for each purpose and at an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from byleave.ledger.entries import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from byleave.ledger.entries import Entry


class Activated(NamedTuple):
    """A pack that was activated for a purpose."""

    begins: datetime
    seq: int
    purpose: str
    pack: str
    digest: str


def activations(entries: Iterable[Entry]) -> list[Activated]:
    """Every activation among some entries, one for each purpose that it names."""
    return [
        Activated(one.data["from"], one.seq, purpose, one.data["pack"], one.data["digest"])
        for one in entries
        if one.kind is Kind.POLICY_ACTIVATED
        for purpose in one.data["purposes"]
    ]


def activated_at(found: Iterable[Activated], now: datetime) -> dict[str, Activated]:
    """Purpose → the pack that is in force: the one that began last, and of two at one instant the later entry."""
    in_force: dict[str, Activated] = {}
    for one in sorted(found):
        if one.begins <= now:
            in_force[one.purpose] = one
    return in_force

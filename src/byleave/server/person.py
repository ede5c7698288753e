"""One person as the ledger knows them: every id that was ever theirs, their entries, and the register of them alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, cast

from byleave.ledger.entries import Kind
from byleave.ledger.fold import fold_some
from byleave.policy.facts import Member, Moment
from byleave.policy.semantics import residence_at
from byleave.server.answers import DeliveryState, Head, ObjectionState, WithheldState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from byleave.ledger.entries import Entry
    from byleave.policy.facts import Register

_ENDED = {
    Kind.OBJECTION_UPHELD: "upheld",
    Kind.OBJECTION_REJECTED: "rejected",
    Kind.OBJECTION_WITHDRAWN: "withdrawn",
}
Status = Literal["open", "upheld", "rejected", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Person:
    """What is recorded about one person up to a head."""

    name: str
    ids: tuple[str, ...]
    entries: tuple[Entry, ...]
    register: Register
    moment: Moment
    head: Head

    @property
    def member(self) -> Member | None:
        """What a decision reads about them; None when they were never registered."""
        return self.register.members.get(self.name)

    @property
    def country(self) -> str | None:
        """Where they live at the moment, if that is known."""
        residence = residence_at(self.member, self.moment.as_of) if self.member else None
        return residence.country if residence else None

    @property
    def is_open(self) -> bool:
        """Whether the account is, as its last opening or closing says."""
        turns = {Kind.MEMBER_REGISTERED: True, Kind.MEMBER_REOPENED: True, Kind.MEMBER_CLOSED: False}
        own = [turns[one.kind] for one in self.entries if one.subject == self.name and one.kind in turns]
        return bool(own) and own[-1]

    def as_(self, name: str) -> Person:
        """The same, asked for by another id."""
        return replace(self, name=name)

    def until(self, seq: int) -> Person:
        """The same as it was right after an entry."""
        entries = tuple(one for one in self.entries if one.seq <= seq)
        last = entries[-1].recorded_at if entries else self.moment.as_of
        return Person(self.name, self.ids, entries, fold_some(entries), Moment(last, replay=False), self.head)

    def objections(self) -> tuple[ObjectionState, ...]:
        """Every objection, in the order of receipt."""
        found: dict[str, ObjectionState] = {}
        for one in self.entries:
            name = str(one.data.get("objection"))
            if one.kind is Kind.OBJECTION_RECEIVED:
                received = min(one.at, one.recorded_at)
                found[name] = ObjectionState(
                    name, one.subject, one.data["purpose"], received, "open", None, None, one.seq, stands=True
                )
            elif one.kind in _ENDED and name in found:
                old, status = found[name], cast("Status", _ENDED[one.kind])
                found[name] = ObjectionState(
                    name,
                    old.subject,
                    old.purpose,
                    old.received_at,
                    status,
                    one.recorded_at,
                    one.data.get("grounds"),
                    old.seq,
                    stands=status == "upheld",
                )
        return tuple(found.values())

    def deliveries(self) -> tuple[DeliveryState, ...]:
        """Every notice that reached them, in the order of recording."""
        return tuple(
            DeliveryState(one.data["notice"], one.data["version"], one.at, one.seq)
            for one in self.entries
            if one.kind is Kind.NOTICE_DELIVERED
        )

    def withheld(self) -> tuple[WithheldState, ...]:
        """The items that they hold back now, the last one first."""
        held: dict[str, WithheldState] = {}
        for one in self.entries:
            if one.kind is Kind.ITEM_WITHHELD and one.data["item"] in self.register.withheld:
                held[one.data["item"]] = WithheldState(one.data["item"], one.at, one.seq)
        return tuple(sorted(held.values(), key=lambda one: -one.seq))


def person(name: str, ids: Iterable[str], entries: Sequence[Entry], head: Head, now: datetime) -> Person:
    """Fold the entries of one person.

    Args:
        name: the id by which they are asked for.
        ids: every id of theirs.
        entries: everything about these ids up to the head, in order.
        head: how far was read.
        now: the present. Where the ledger's last entry is later, that one counts: what is recorded has happened.
    """
    as_of = max(now, head.recorded_at or datetime.min.replace(tzinfo=UTC))
    return Person(name, tuple(sorted(ids)), tuple(entries), fold_some(entries), Moment(as_of, replay=False), head)

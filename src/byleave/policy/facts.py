"""The facts that a decision reads: one item, and what the register holds about people.

All instants are UTC; blank text has become None before it gets here; countries are ISO 3166-1 alpha-2 codes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

MEMBER = "member"
"""Actor of an act: the person."""
IMPORT = "import"
"""Actor of an act: the person, as another record tells it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of a decision.

    In a replay, acts dated after it have not happened; at the present, refusals hold whatever date they carry.
    """

    as_of: datetime
    replay: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of content with one owner."""

    item_id: str | None
    member_id: str | None
    category: str | None
    visibility: str | None
    created_at: datetime | None
    changed_at: datetime | None = None
    public_since: datetime | None = None
    withheld: bool | None = None
    subjects: tuple[str, ...] | None = None
    ai_written: bool | None = None
    unreadable: bool = False
    """A value in a column that the decision reads could not be read."""
    named: tuple[str, ...] | None = None
    """Subjects whom the text names, found by what they gave to be found by (`finding/`), beside `subjects`."""
    possibly_named: frozenset[str] = frozenset()
    """Those of `named` of whom no more than a name was found: somebody has yet to look whether it is theirs."""

    @property
    def since(self) -> datetime | None:
        """`p`: what is read today exists, and is public, since this instant."""
        known = [at for at in (self.created_at, self.changed_at, self.public_since) if at is not None]
        return max(known) if self.created_at is not None else None


@dataclass(frozen=True, slots=True)
class Residence:
    """Where a member lives from `since` on (None = always); `recorded_at` None = not known when it was recorded."""

    country: str | None
    since: datetime | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One recorded act on a setting."""

    setting: str
    on: bool
    at: datetime
    seq: int | None = None
    recorded_at: datetime | None = None
    actor: str = MEMBER
    covers: frozenset[str] | None = None
    """The purposes that the setting governed when the act was recorded; None = not known."""
    reaches: str | None = None
    """How far an opt-out reached when the act was recorded (a pack's `opt_out.reaches`); None = not known."""
    frees: str | None = None
    """What an *on* freed when it was recorded (a pack's `opt_in.frees`); None = not known."""
    unused_since: frozenset[tuple[str, str, datetime]] = frozenset()
    """For an *off*: purpose, recipient, and since when nothing had been collected for them when it was recorded."""

    def unused(self, purpose: str, recipient: str) -> list[datetime]:
        """Since when nothing had been collected for a purpose and a recipient; nothing where that is not recorded."""
        return [at for one, whom, at in self.unused_since if (one, whom) == (purpose, recipient)]


@dataclass(frozen=True, slots=True)
class Objection:
    """A formal request to stop; `purpose` None or unknown means all, `status` None counts as open."""

    purpose: str | None
    received_at: datetime
    status: str | None = "open"
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoticeDelivery:
    """A notice that reached a member."""

    notice: str
    delivered_at: datetime
    version: str | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """What the register holds about one member."""

    residences: tuple[Residence, ...]
    birth_dates: tuple[date, ...] = ()
    acts: tuple[Act, ...] = ()
    notices: tuple[NoticeDelivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """What the register holds: members by id, objections by subject id, withheld item ids with their instants."""

    members: Mapping[str, Member] = field(default_factory=dict)
    objections: Mapping[str, tuple[Objection, ...]] = field(default_factory=dict)
    withheld: Mapping[str, tuple[datetime | None, ...]] = field(default_factory=dict)
    """Item id → when its owner withheld it; None where only the item's own flag says so."""

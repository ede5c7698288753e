"""Fold entries to what a decision reads: the register at a watermark.

Accounts that were merged share acts and objections and keep their own items, residences and notices. A closed account
keeps everything that was refused under it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byleave.kernel.errors import InputError
from byleave.ledger.artefacts import Artefacts
from byleave.ledger.builds import Builds
from byleave.ledger.covering import read_unused
from byleave.ledger.entries import ARTEFACTS, BUILDS, SEARCH, TOLD, Entry, Kind, in_order
from byleave.ledger.merging import merge_acts
from byleave.policy.facts import Act, Member, NoticeDelivery, Objection, Register, Residence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime


@dataclass(slots=True)
class _Person:
    """What is recorded under one id; acts and objections are shared by the ids of a merged account."""

    acts: list[Act]
    objections: dict[str, Objection]
    ids: list[str]
    """Every id of the person."""
    first: int
    """`seq` of the first entry about this id."""
    homes: list[Residence] = field(default_factory=list)
    births: list[date] = field(default_factory=list)
    notices: list[NoticeDelivery] = field(default_factory=list)
    is_member: bool = False
    is_open: bool = False


class State:
    """The fold of a ledger up to its last entry. Entries are applied one after the other, never out of order."""

    def __init__(self) -> None:
        """Begin before the first entry."""
        self._people: dict[str, _Person] = {}
        self._objection_ids: set[str] = set()
        self._withheld: dict[str, dict[str, datetime]] = {}
        self._artefacts = Artefacts()
        self.builds = Builds()
        """Whether gates may read."""
        self._last: Entry | None = None

    @property
    def watermark(self) -> int:
        """`seq` of the last entry; 0 before the first."""
        return self._last.seq if self._last else 0

    def apply(self, entries: Iterable[Entry]) -> None:
        """Fold the entries that follow.

        Raises: InputError at an entry that breaks the order or contradicts what was recorded; those before it count.
        """
        for entry in in_order(entries, self._last):
            self.apply_one(entry)

    def apply_one(self, entry: Entry) -> None:
        """Fold one entry, wherever it stands: for who has picked the entries of some people out of a whole ledger."""
        if not entry.erased:
            _APPLY[entry.kind](self, entry)
        self._last = entry

    def register(self) -> Register:
        """What a decision reads at this watermark."""
        members = {name: _member(person) for name, person in self._people.items() if person.is_member}
        objections = {name: tuple(person.objections.values()) for name, person in self._people.items()}
        withheld = {item: tuple(owners.values()) for item, owners in self._withheld.items() if owners}
        return Register(members, {name: several for name, several in objections.items() if several}, withheld)

    def _person(self, entry: Entry) -> _Person:
        name = entry.subject
        if name not in self._people:
            self._people[name] = _Person([], {}, [name], entry.seq)
        return self._people[name]

    def _known(self, entry: Entry) -> _Person:
        person = self._people.get(entry.subject)
        if person is None or not person.is_member:
            raise InputError(f"entry {entry.seq} (`{entry.kind}`): `{entry.subject}` was never registered")
        return person

    def _registered(self, entry: Entry) -> None:
        person = self._person(entry)
        if person.is_member:
            raise InputError(f"entry {entry.seq}: `{entry.subject}` is registered already", hint="reopen the account")
        person.is_member = person.is_open = True
        person.homes.append(Residence(entry.data["country"], None, entry.recorded_at))
        if entry.data["birth_date"] is not None:
            person.births.append(entry.data["birth_date"])

    def _moved(self, entry: Entry) -> None:
        since = entry.data["since"] or entry.at
        self._known(entry).homes.append(Residence(entry.data["country"], since, entry.recorded_at))

    def _chose_elsewhere(self, entry: Entry) -> None:
        """A member's choice about something else than training."""
        self._known(entry)

    def _closed(self, entry: Entry) -> None:
        self._known(entry).is_open = False

    def _reopened(self, entry: Entry) -> None:
        self._known(entry).is_open = True

    def _merged(self, entry: Entry) -> None:
        """Let two accounts share acts and objections. A stricter age counts for both."""
        one, other = self._known(entry), self._people.get(entry.data["into"])
        if other is None or not other.is_member:
            raise InputError(f"entry {entry.seq}: `{entry.data['into']}` was never registered")
        if one.acts is other.acts:
            return
        acts = merge_acts(one.acts, other.acts, entry.seq)
        objections = {**one.objections, **other.objections}
        ids, births = sorted({*one.ids, *other.ids}), [*one.births, *other.births]
        for name in ids:
            person = self._people[name]
            person.acts, person.objections, person.ids, person.births = acts, objections, ids, births

    def _preference(self, entry: Entry) -> None:
        on = entry.data["value"] == "on"
        covers, reaches = entry.data.get("covers"), entry.data.get("reaches")
        act = Act(
            entry.data["setting"],
            on,
            entry.at,
            entry.seq,
            entry.recorded_at,
            entry.actor,
            None if covers is None else frozenset(covers),
            reaches,
            entry.data.get("frees"),
            read_unused(entry.data.get("unused_since")),
        )
        self._known(entry).acts.append(act)

    def _objected(self, entry: Entry) -> None:
        """An objection stands from the earlier of the person's instant and the recording; anybody may object."""
        name = entry.data["objection"]
        if name in self._objection_ids:
            # under a used id it would take the place of one that stands
            raise InputError(
                f"entry {entry.seq}: there is an objection `{name}` already", hint="every objection has its own id"
            )
        self._objection_ids.add(name)
        received = min(entry.at, entry.recorded_at)
        self._person(entry).objections[name] = Objection(entry.data["purpose"], received)

    def _ended(self, entry: Entry) -> None:
        objections = self._person(entry).objections
        name = entry.data["objection"]
        if name not in objections:
            raise InputError(f"entry {entry.seq} (`{entry.kind}`): `{entry.subject}` has no objection `{name}`")
        status = entry.kind.value.removeprefix("objection-")
        old = objections[name]
        objections[name] = Objection(old.purpose, old.received_at, status, entry.recorded_at)

    def _told(self, entry: Entry) -> None:
        """What is told about an objection and neither begins nor ends it."""
        person = self._people.get(entry.subject)
        if person is None or entry.data["objection"] not in person.objections:
            raise InputError(f"entry {entry.seq}: `{entry.subject}` has no objection `{entry.data['objection']}`")

    def _noticed(self, entry: Entry) -> None:
        data = entry.data
        delivery = NoticeDelivery(data["notice"], entry.at, data["version"], entry.recorded_at)
        self._known(entry).notices.append(delivery)

    def _withhold(self, entry: Entry) -> None:
        self._person(entry)
        owners = self._withheld.setdefault(entry.data["item"], {})
        before = owners.get(entry.subject, entry.at)
        owners[entry.subject] = min(before, entry.at, entry.recorded_at)

    def _release(self, entry: Entry) -> None:
        """Only who withheld an item, under any id of theirs, releases it."""
        person = self._people.get(entry.subject)
        owners = self._withheld.get(entry.data["item"], {})
        for name in person.ids if person else [entry.subject]:
            owners.pop(name, None)

    def _artefact(self, entry: Entry) -> None:
        """What is about no person changes nothing that a decision reads."""
        self._artefacts.apply(entry)

    def _erased(self, entry: Entry) -> None:
        """Forget the ids whose entries are gone, as a reader does who comes later and never sees those entries."""
        gone = frozenset(entry.data["entries"])
        for name in [name for name, person in self._people.items() if person.first in gone]:
            self._objection_ids.difference_update(self._people.pop(name).objections)
            for owners in self._withheld.values():
                owners.pop(name, None)


_APPLY: Mapping[Kind, Callable[[State, Entry], None]] = {
    Kind.MEMBER_REGISTERED: State._registered,  # noqa: SLF001 - the table of the class's own steps
    Kind.MEMBER_MOVED: State._moved,  # noqa: SLF001
    Kind.MEMBER_CLOSED: State._closed,  # noqa: SLF001
    Kind.MEMBER_REOPENED: State._reopened,  # noqa: SLF001
    Kind.MEMBERS_MERGED: State._merged,  # noqa: SLF001
    Kind.PREFERENCE_SET: State._preference,  # noqa: SLF001
    Kind.OBJECTION_RECEIVED: State._objected,  # noqa: SLF001
    Kind.OBJECTION_UPHELD: State._ended,  # noqa: SLF001
    Kind.OBJECTION_REJECTED: State._ended,  # noqa: SLF001
    Kind.OBJECTION_WITHDRAWN: State._ended,  # noqa: SLF001
    **dict.fromkeys(TOLD, State._told),  # noqa: SLF001
    Kind.NOTICE_DELIVERED: State._noticed,  # noqa: SLF001
    Kind.ITEM_WITHHELD: State._withhold,  # noqa: SLF001
    Kind.ITEM_RELEASED: State._release,  # noqa: SLF001
    Kind.MEMBER_ERASED: State._erased,  # noqa: SLF001
    **dict.fromkeys(ARTEFACTS, State._artefact),  # noqa: SLF001
    **dict.fromkeys(SEARCH, State._chose_elsewhere),  # noqa: SLF001
    **dict.fromkeys(BUILDS, lambda state, entry: state.builds.apply(entry)),
}


def _member(person: _Person) -> Member:
    return Member(tuple(person.homes), tuple(person.births), tuple(person.acts), tuple(person.notices))


def fold(entries: Iterable[Entry], watermark: int | None = None) -> State:
    """The state after the entries up to a watermark (all, if None), which begin with the first of an epoch."""
    state = State()
    state.apply(entry for entry in entries if watermark is None or entry.seq <= watermark)
    return state


def fold_some(entries: Iterable[Entry]) -> Register:
    """The register of some people, from their entries alone, in the order of `seq`.

    Whoever picks them takes everybody with whom one of them was ever merged, too.
    """
    state = State()
    for entry in entries:
        state.apply_one(entry)
    return state.register()

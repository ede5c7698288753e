"""Whether the ledger may take an act down: the refusals of a fold, from a few facts instead of the whole state.

A writer looks the facts up for the acts that wait; what it admits is folded by every reader without an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import ConflictError, InputError, UnknownError
from byleave.ledger.artefacts import Artefacts
from byleave.ledger.entries import ARTEFACTS, BUILDS, OF_AN_OBJECTION, Entry, Kind, check_entry
from byleave.ledger.wire import check_instant, check_text, data_text, to_microseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_NOT_ASKED = frozenset({"covers", "form", "frees", "reaches", "unused_since"})
_ANYBODY = frozenset({Kind.OBJECTION_RECEIVED, Kind.ITEM_WITHHELD, Kind.ITEM_RELEASED, Kind.MEMBER_REGISTERED})
HOLDING = frozenset({Kind.OBJECTION_CONFIRMED, Kind.OBJECTION_IN_REVIEW, Kind.OBJECTION_UPHELD})
"""Kinds after which an objection does not lapse; after the last of them it is not rejected either."""
ENDINGS = frozenset({Kind.OBJECTION_UPHELD, Kind.OBJECTION_REJECTED, Kind.OBJECTION_WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act that asks to be recorded."""

    kind: Kind
    subject: str
    actor: str
    data: Mapping[str, Any]
    at: datetime | None = None
    """When the person says that it happened; None: when it is recorded."""

    @classmethod
    def of(cls, entry: Entry) -> Proposal:
        """What was asked for, of an entry."""
        return cls(entry.kind, entry.subject, entry.actor, entry.data, entry.at)


@dataclass(slots=True)
class Facts:
    """What is known about everybody whom the waiting acts name."""

    members: set[str] = field(default_factory=set)
    """Who is registered."""
    objections: dict[str, str] = field(default_factory=dict)
    """Id of an objection → who objected."""
    merges: list[tuple[str, str]] = field(default_factory=list)
    """Pairs of accounts that are one person."""
    held: set[tuple[str, str]] = field(default_factory=set)
    """Objections and the kinds of `HOLDING` that are recorded about them; looked up only where one may be rejected."""
    artefacts: Artefacts = field(default_factory=Artefacts)
    """What entries about no person have named; looked up only where one of them waits."""

    def copy(self) -> Facts:
        """The same, to be changed apart."""
        return Facts(set(self.members), dict(self.objections), list(self.merges), set(self.held), self.artefacts.copy())

    def same_person(self, one: str, other: str) -> bool:
        """Whether two ids are of one person."""
        return other in linked({one}, self.merges)

    def admit(self, entry: Entry) -> None:
        """Refuse an entry that cannot follow what is known; take it into account if it can.

        Raises: InputError saying why.
        """
        check_entry(entry)
        if entry.kind is Kind.MEMBER_ERASED:
            raise InputError("an erasure is not recorded as an act", hint="ask the ledger to erase the person")
        if entry.kind in ARTEFACTS:
            self.artefacts.apply(entry)
            return
        if entry.kind in BUILDS:
            return
        if entry.kind not in _ANYBODY | OF_AN_OBJECTION and entry.subject not in self.members:
            raise UnknownError(f"`{entry.subject}` was never registered")
        if entry.kind is Kind.MEMBER_REGISTERED:
            self._register(entry.subject)
        elif entry.kind is Kind.MEMBERS_MERGED:
            self._merge(entry.subject, entry.data["into"])
        elif entry.kind is Kind.OBJECTION_RECEIVED:
            self._object(entry.subject, entry.data["objection"])
        elif entry.kind in OF_AN_OBJECTION:
            self._about_objection(entry)

    def _about_objection(self, entry: Entry) -> None:
        name = entry.data["objection"]
        objector = self.objections.get(name)
        if objector is None or not self.same_person(entry.subject, objector):
            raise UnknownError(f"`{entry.subject}` has no objection `{name}`")
        if entry.kind in HOLDING:
            self.held.add((name, entry.kind.value))
        elif entry.kind is Kind.OBJECTION_REJECTED:
            self._may_reject(name, lapsed=bool(entry.data.get("lapsed")))

    def _may_reject(self, name: str, *, lapsed: bool) -> None:
        """What was granted is not refused afterwards, and what somebody looks at does not lapse meanwhile."""
        told = {kind for objection, kind in self.held if objection == name}
        if Kind.OBJECTION_UPHELD in told:
            raise ConflictError(f"the objection `{name}` was granted", hint="only the person ends it from now on")
        if lapsed and told:
            done = "was confirmed" if Kind.OBJECTION_CONFIRMED in told else "is being looked at"
            raise ConflictError(f"the objection `{name}` {done}, and does not lapse")

    def _register(self, name: str) -> None:
        if name in self.members:
            raise ConflictError(f"`{name}` is registered already", hint="reopen the account")
        self.members.add(name)

    def _merge(self, one: str, other: str) -> None:
        if other not in self.members:
            raise UnknownError(f"`{other}` was never registered")
        self.merges.append((one, other))

    def _object(self, subject: str, name: str) -> None:
        if name in self.objections:
            raise ConflictError(f"there is an objection `{name}` already", hint="every objection has its own id")
        self.objections[name] = subject


def linked(names: set[str], merges: Iterable[tuple[str, str]]) -> set[str]:
    """Every id of the persons whom `names` name."""
    pairs, found = list(merges), set(names)
    while new := {name for pair in pairs for name in pair if found & set(pair)} - found:
        found |= new
    return found


def check_proposal(proposal: Proposal) -> None:
    """Refuse an act that could not be written down. Raises: InputError."""
    check_text("subject", proposal.subject)
    check_text("actor", proposal.actor)
    data_text(proposal.data)
    if proposal.at is not None:
        check_instant("at", proposal.at)


def body_bytes(proposals: Iterable[Proposal]) -> bytes:
    """What was asked for, as bytes: equal for equal requests. Raises: InputError.

    The form of the receipt is the server's; what a choice covers and how far it reaches is said by the packs in force.
    Both may be others when the same is asked again.
    """
    bodies = []
    for one in proposals:
        check_proposal(one)
        at = None if one.at is None else to_microseconds(one.at)
        asked = {name: value for name, value in one.data.items() if name not in _NOT_ASKED}
        bodies.append([one.kind.value, one.subject, one.actor, at, data_text(asked)])
    return canonical_json(bodies)

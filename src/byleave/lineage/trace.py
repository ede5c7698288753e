"""Questions about what was used: which snapshots and models saw a member, and who of a model's members has left.

What is not known is told as not known: a snapshot that nobody has indexed may hold anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from byleave.lineage.keys import key_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from byleave.lineage.records import Lineage, Model, Snapshot


@dataclass(frozen=True, slots=True)
class Indexed:
    """How much an indexed snapshot holds."""

    members: int
    items: int


class Index(Protocol):
    """Who is in which snapshot, by the members' keys."""

    def sizes(self) -> Mapping[str, Indexed]:
        """Digest of a manifest → what it holds; of those alone that are indexed."""

    def of_members(self, keys: Iterable[int]) -> Mapping[str, int]:
        """Digest of a manifest → items of these members in it, where there are any."""

    def items_in(self, manifest: str, keys: Iterable[int]) -> Mapping[int, int]:
        """Key → items in one snapshot, of those members alone who are in it."""


@dataclass(frozen=True, slots=True)
class Used:
    """A model that saw a member."""

    model: Model
    items: int
    forgotten_by: int | None
    """The entry that took the person out of it; None while they are in it."""
    acknowledged_by: int | None = None
    """The entry by which who trained it elsewhere says that the person is out of it; nobody here has seen that."""


@dataclass(frozen=True, slots=True)
class MemberTrace:
    """What of a member was used, and where."""

    ids: tuple[str, ...]
    """Every id of the person."""
    snapshots: tuple[tuple[Snapshot, int], ...]
    """In which they are, with the number of their items, oldest first."""
    models: tuple[Used, ...]
    looked_at: int
    """Snapshots that were looked at."""
    unknown: tuple[Snapshot, ...]
    """Those without an index: whether the member is in them is not known."""
    unknown_models: tuple[Model, ...]
    """Models of those, of which no other snapshot shows that they saw the member."""

    @property
    def to_rebuild(self) -> tuple[Model, ...]:
        """The models that must be rebuilt, or made to forget, if this member goes."""
        return tuple(
            one.model
            for one in self.models
            if (one.forgotten_by, one.acknowledged_by, one.model.retired_by) == (None, None, None)
        )

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "member": list(self.ids),
            "snapshots": [{**one.as_json(), "items": items} for one, items in self.snapshots],
            "models": [
                {
                    **one.model.as_json(),
                    "items": one.items,
                    "forgotten_by": one.forgotten_by,
                    "acknowledged_by": one.acknowledged_by,
                }
                for one in self.models
            ],
            "to_rebuild": [model.model for model in self.to_rebuild],
            "looked_at": self.looked_at,
            "unknown_snapshots": [one.manifest for one in self.unknown],
            "unknown_models": [one.model for one in self.unknown_models],
        }


def trace_member(lineage: Lineage, index: Index, ids: Iterable[str], keys: Iterable[int]) -> MemberTrace:
    """Which snapshots and models saw a person.

    Args:
        lineage: what was recorded.
        index: who is in which snapshot.
        ids: every id of the person.
        keys: their keys.
    """
    by_key = {key_text(key): index.of_members([key]) for key in keys}
    sizes, found = index.sizes(), dict[str, int]()
    for mine in by_key.values():
        for manifest, items in mine.items():
            found[manifest] = found.get(manifest, 0) + items
    snapshots = [(one, found[one.manifest]) for one in lineage.snapshots.values() if found.get(one.manifest)]
    unknown = [one for one in lineage.snapshots.values() if one.manifest not in sizes]
    used = []
    for model in lineage.models_of(one.manifest for one, _ in snapshots):
        texts = [text for text, inside in by_key.items() if inside.keys() & set(model.snapshots)]
        total = sum(found.get(manifest, 0) for manifest in model.snapshots)
        used.append(Used(model, total, _last(model.forgotten, texts), _last(model.acknowledged, texts)))
    shown = {one.model.model for one in used}
    others = [one for one in lineage.models_of(one.manifest for one in unknown) if one.model not in shown]
    looked_at = len(lineage.snapshots) - len(unknown)
    return MemberTrace(tuple(ids), tuple(snapshots), tuple(used), looked_at, tuple(unknown), tuple(others))


def _last(told: Mapping[str, int], texts: Iterable[str]) -> int | None:
    """The last entry that took a person out, under all their keys; one account that is still in it keeps them in it."""
    entries = [told.get(text) for text in texts]
    return None if None in entries else max((one for one in entries if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class Left:
    """Members of a snapshot who have left since it was taken."""

    refused: Mapping[str, int]
    """Member who switched off or objected, and still does → their items in the snapshot."""
    closed: Mapping[str, int]
    """Member who closed the account → items."""
    withheld: Mapping[str, tuple[str, ...]]
    """Member → items that they hold back since; only some may be in the snapshot."""
    erased: int
    """Accounts in the snapshot that were erased since; who they were is no longer known."""

    @property
    def members(self) -> int:
        """How many accounts left, or hold something back."""
        return len({*self.refused, *self.closed, *self.withheld}) + self.erased

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "refused": dict(self.refused),
            "closed": dict(self.closed),
            "withheld": {name: list(items) for name, items in self.withheld.items()},
            "erased": self.erased,
        }


@dataclass(frozen=True, slots=True)
class SnapshotTrace:
    """What became of a snapshot."""

    snapshot: Snapshot
    holds: Indexed | None
    """None where it is not indexed."""
    models: tuple[Model, ...]
    left: Left | None
    """None where it is not indexed."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "snapshot": self.snapshot.as_json(),
            "members": self.holds.members if self.holds else None,
            "items": self.holds.items if self.holds else None,
            "models": [one.as_json() for one in self.models],
            "left_since": self.left.as_json() if self.left else None,
        }


@dataclass(frozen=True, slots=True)
class ModelTrace:
    """What a model has seen."""

    model: Model
    seen: tuple[SnapshotTrace, ...]
    """Its snapshots."""

    @property
    def somebody_left(self) -> bool | None:
        """Whether somebody whom it saw has left since; None where that is not known.

        Of a model that is destroyed nobody has.
        """
        if self.model.retired_by is not None:
            return False
        if any(one.left is not None and one.left.members for one in self.seen):
            return True
        return None if any(one.left is None for one in self.seen) else False

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "model": self.model.as_json(),
            "saw": [one.as_json() for one in self.seen],
            "somebody_left": self.somebody_left,
        }

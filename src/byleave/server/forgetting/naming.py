"""Refusals about one item: one that was held back, and one that names somebody who objects.

An index holds members and no items. So a model's own file says whose items it learned from, or the snapshot where it
lies. Whom an item names nothing but the gate can tell: where an objection was recorded, the snapshots of the models are
decided again, and the owners of the items leave the models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.adapters.duckdb_engine.snapshot_members import items_of
from byleave.adapters.forgetting import snapshot_at
from byleave.adapters.snapshot_files import read_manifest
from byleave.adapters.talent.training import item_keys
from byleave.gate.request import silent
from byleave.kernel.decision import Reason
from byleave.kernel.errors import InputError
from byleave.ledger.entries import Kind
from byleave.ledger.wire import from_microseconds
from byleave.lineage.keys import key_text, keyed
from byleave.server.forgetting.queue import NAMED, Reading, Task
from byleave.server.lineage.forgetting import naming_objectors, not_eligible
from byleave.server.lineage.standing import READ_FOR_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from byleave.adapters.forgetting import InService
    from byleave.lineage.records import Model
    from byleave.policy.model import Pack
    from byleave.server.db.reading import Head
    from byleave.server.forgetting.due import Looking
    from byleave.server.forgetting.queue import Queue

KINDS = frozenset(
    {Kind.OBJECTION_RECEIVED, Kind.OBJECTION_IDENTIFIED, Kind.OBJECTION_CONFIRMED, Kind.FINDING_REVIEWED}
    | {Kind.MEMBERS_MERGED}
)
"""Kinds of entries by which an item of somebody else may not be used any more."""


def owners_of(
    there: Mapping[str, Sequence[InService]], snapshots: Path, secret: bytes, model: Model, items: Sequence[str]
) -> dict[str, int] | None:
    """Item → key of its owner, of those of some items from which a model has learned; None where nobody can tell.

    Args:
        there: the models in service, by id.
        snapshots: the folder of snapshots.
        secret: the suppression key.
        model: the model.
        items: their ids.
    """
    item_of, key_of = item_keys(secret), keyed(secret)
    found = dict[str, int]()
    if not items:
        return found
    names = {item_of(one): one for one in items}
    try:
        for one in there.get(model.model, ()):
            found |= {names[item]: owner for item, owner in one.kind.owners(one.folder, names).items()}
        if model.model in there:
            return found
    except Exception:  # noqa: BLE001 - its files cannot be read, which is told when it is to stop; its snapshot knows, too
        found = {}
    for manifest in model.snapshots:
        folder = snapshot_at(snapshots, manifest)
        if folder is None:
            return None
        found |= {item: key_of(owner) for item, owner in items_of(folder, items, by="item_id")}
    return found


@dataclass(frozen=True, slots=True)
class Naming:
    """Looks through the snapshots of models for items that name somebody who objects."""

    queue: Queue
    looking: Looking
    head: Head
    address: str
    """Of the ledger."""
    snapshots: Path

    def is_due(self) -> bool:
        """Whether anything was recorded for which a snapshot must be decided again; if not, that is noted."""
        if self._last() is not None and self.looking.lineage.kept():
            return True
        self.queue.read([], [], self._reading(), READ_FOR_NAMES)
        return False

    def run(self) -> int:
        """Decide the snapshots again, and queue the owners of what may not be used; how many they are.

        One model that cannot be looked at keeps nobody in the others: they are queued first, and all is read again.

        Raises: InputError for a snapshot that is not at hand; otherwise as `byleave.gate`.
        """
        last, found, failed = self._last(), list[Task](), list[Exception]()
        for model in self.looking.lineage.kept() if last is not None else ():
            try:
                found += self._tasks(model, *(last or (0, 0)))
            except Exception as error:  # noqa: BLE001 - of a file, a disk or a library; raised below
                failed.append(error)
        fresh = self.queue.fresh(found)
        before = self.queue.reading(READ_FOR_NAMES) or Reading(self.head.name, 0, "")
        self.queue.read(fresh, [], before if failed else self._reading(), READ_FOR_NAMES)
        if failed:
            raise failed[0]
        return len(fresh)

    def _reading(self) -> Reading:
        return Reading(self.head.name, self.head.seq, self.looking.rules())

    def _last(self) -> tuple[int, int] | None:
        """Number and time of the newest entry of these kinds that was not looked at under these rules."""
        before, now = self.queue.reading(READ_FOR_NAMES), self._reading()
        goes_on = before is not None and (before.epoch, before.rules) == (now.epoch, now.rules)
        after = before.seq if before is not None and goes_on else 0
        kinds = ", ".join(f"'{kind}'" for kind in sorted(KINDS))
        sql = (  # names of our own
            "SELECT seq, recorded_at FROM ledger_entry "  # noqa: S608
            f"WHERE seq > ? AND seq <= ? AND kind IN ({kinds}) ORDER BY seq DESC LIMIT 1"
        )
        rows = self.looking.session.query(sql, [after, self.head.seq])
        return (int(rows[0][0]), int(rows[0][1])) if rows else None

    def _tasks(self, model: Model, seq: int, at: int) -> list[Task]:
        if not self.looking.reaches(model):
            return []
        items = sorted({item for manifest in model.snapshots for item in self._named(model, manifest)})
        keys = sorted(set((self.looking.owners(model, items) or {}).values()))
        since = from_microseconds(at)
        return [Task(model.model, key, seq, since, NAMED) for key in keys if key_text(key) not in model.out]

    def _named(self, model: Model, manifest: str) -> Iterator[str]:
        """Items of a snapshot that name somebody who objects."""
        folder = snapshot_at(self.snapshots, manifest)
        if folder is None:
            hint = "put it into the folder of BYLEAVE_SNAPSHOTS: whom its items name is read from it"
            raise InputError(f"the snapshot of the model `{model.model}` is not at hand", hint=hint)
        told = read_manifest(folder)
        for pack in self._packs(model, manifest):
            decided = not_eligible(folder, told, self.address, pack, silent)
            yield from (item for item, reason in decided.items() if reason == Reason.SUBJECT_OBJECTION)
            hidden = [item for item, reason in decided.items() if Reason(reason).order < Reason.SUBJECT_OBJECTION.order]
            owners = self.looking.owners(model, hidden) or {}
            still = [item for item in hidden if item in owners and key_text(owners[item]) not in model.out]
            if still:
                yield from naming_objectors(folder, told, self.address, pack, still)

    def _packs(self, model: Model, manifest: str) -> list[Pack]:
        """The pack of a snapshot and the one of now."""
        told, policy = self.looking.lineage.snapshots[manifest].told, self.looking.policy
        packs = [self.looking.pack(told["pack"], told["pack_digest"])]
        packs += [policy.governing(model.purpose).pack] if model.purpose in policy.purposes else []
        return list({one.id: one for one in packs if one is not None}.values())

"""Where an item is: looked up in the folders of snapshots, since no index holds items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.snapshot_members import items_of
from byleave.adapters.files import file_digest
from byleave.adapters.snapshot_files import MANIFEST, read_manifest
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from byleave.lineage.records import Lineage, Model, Snapshot


@dataclass(frozen=True, slots=True)
class ItemTrace:
    """Which snapshots and models saw an item."""

    item: str
    snapshots: tuple[tuple[Snapshot, int], ...]
    """Those that hold it, with the number of rows of this id."""
    models: tuple[Model, ...]
    looked_at: int
    not_looked_at: int
    """Recorded snapshots whose folders were not given."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "item": self.item,
            "snapshots": [{**one.as_json(), "rows": rows} for one, rows in self.snapshots],
            "models": [model.as_json() for model in self.models],
            "looked_at": self.looked_at,
            "not_looked_at": self.not_looked_at,
        }


def trace_item(lineage: Lineage, item: str, folders: Sequence[Path]) -> ItemTrace:
    """Look for an item in the folders of recorded snapshots.

    Raises: InputError when a folder is no snapshot, or one that is not recorded.
    """
    found, looked_at = dict[str, int](), set[str]()
    for folder in folders:
        read_manifest(folder)
        digest = file_digest(folder / MANIFEST)
        if digest not in lineage.snapshots:
            hint = f"record it: byleave snapshot register {folder} --ledger URL"
            raise InputError(f"the snapshot in `{folder}` is not recorded in this ledger", hint=hint)
        looked_at.add(digest)
        rows = len(items_of(folder, [item], by="item_id"))
        if rows:
            found[digest] = rows
    snapshots = tuple((one, found[one.manifest]) for one in lineage.snapshots.values() if one.manifest in found)
    models = tuple(lineage.models_of(found))
    return ItemTrace(item, snapshots, models, len(looked_at), len(lineage.snapshots) - len(looked_at))

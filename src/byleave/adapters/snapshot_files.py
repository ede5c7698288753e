"""A published snapshot's folder, read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from byleave.adapters.files import file_digest, readable
from byleave.gate.status import require_manifest
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST = "manifest.json"


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """The manifest of a snapshot that holds rows.

    Raises: InputError when there is no such snapshot, or nothing in it to train on.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(f"`{folder}` is no snapshot: it has no {MANIFEST}", hint="give the folder that --out named")
    with readable(path):
        try:
            value = json.loads(path.read_bytes())
        except ValueError as error:
            raise InputError(f"`{path}` cannot be read", hint="take the snapshot again") from error
    manifest = require_manifest(value, str(path))
    if not (folder / "items").is_dir():
        raise InputError(f"`{folder}` holds decisions only", hint="its rows are elsewhere: nothing in it is trained on")
    return manifest


def rows_about(folder: Path, member: str, item: str) -> tuple[bool, str | None]:
    """Whether a row of a member's is in a snapshot, and why one item was left out (None: it was not).

    Raises: InputError when the files cannot be read.
    """
    from pyarrow import ArrowInvalid
    from pyarrow.dataset import dataset, field

    try:
        items = dataset(folder / "items", format="parquet")
        used = items.head(1, columns=["member_id"], filter=field("member_id") == member).num_rows > 0
        if not (folder / "left_out").is_dir():
            return used, None
        left = dataset(folder / "left_out", format="parquet")
        reasons = left.head(1, columns=["reason"], filter=field("item_id") == item)["reason"].to_pylist()
    except (ArrowInvalid, OSError, KeyError) as error:
        raise InputError(f"the files of `{folder}` cannot be read", hint="take the snapshot again") from error
    return used, str(reasons[0]) if reasons else None


def files_differ(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether the folder holds other files than the manifest lists, or others' bytes."""
    listed = {one["path"]: one for one in manifest["files"]}
    there = {str(path.relative_to(folder)) for path in folder.glob("*/*") if path.is_file()}
    if there != set(listed):
        return True
    return any(
        (folder / name).stat().st_size != one["size_bytes"] or file_digest(folder / name) != one["digest"]
        for name, one in listed.items()
    )

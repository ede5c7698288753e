"""Verify the file of a receipt with the file of a key ring and, if one is named, the manifest of a snapshot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from byleave.adapters.key_files import read_ring
from byleave.adapters.small_file import read_bytes
from byleave.kernel.errors import InputError
from byleave.proof.seen import Comparison, compare
from byleave.proof.strict_json import read_json
from byleave.proof.verification import Verification, verify_receipt

if TYPE_CHECKING:
    from byleave.proof.receipt import Receipt


def verify_file(file: str | Path, *, keys: str | Path, snapshot: str | Path | None = None) -> Verification:
    """Verify a receipt offline.

    Args:
        file: the receipt, as the person keeps it.
        keys: the key ring of who signed: a file, or a folder of keys.
        snapshot: the folder of a snapshot; was it made with the act in sight?

    Raises: InputError when one of the files cannot be read, or is not what it is taken for.
    """
    found = verify_receipt(read_bytes(Path(file)), read_ring(Path(keys)), str(file))
    if found.receipt is None or snapshot is None:
        return found
    return replace(found, comparison=_compare(found.receipt, Path(snapshot, "manifest.json")))


def _compare(receipt: Receipt, path: Path) -> Comparison:
    manifest = read_json(read_bytes(path), f"`{path}`")
    if not isinstance(manifest, dict):
        raise InputError(f"`{path}` is not the manifest of a snapshot")
    return compare(receipt, manifest, str(path))

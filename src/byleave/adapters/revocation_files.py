"""Lists of revocations as files, and the item ids of a snapshot's folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from byleave.adapters.small_file import read_bytes
from byleave.kernel.errors import InputError, OutputError
from byleave.lineage.revocations import file_name, read_signed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from byleave.lineage.revocations import Revocations
    from byleave.proof.key_ring import KeyRing


def read_list(path: Path, ring: KeyRing) -> Revocations:
    """A list that was verified. Raises: InputError, VerificationError."""
    return read_signed(read_bytes(path), ring, str(path))


def newest_list(folder: Path, manifest: str, holder: str, ring: KeyRing) -> Revocations | None:
    """The list that is published for one snapshot and holder; None before the first."""
    path = folder / file_name(manifest, holder)
    return read_list(path, ring) if path.exists() else None


def publish_list(folder: Path, found: Revocations, data: bytes) -> Path:
    """Put a list where the one before was, in one step. Raises: OutputError."""
    path = folder / file_name(found.manifest, found.holder)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise OutputError(f"cannot write `{path}`: {error.strerror}") from error
    return path


def item_ids(folder: Path, part: str = "items") -> Iterator[str]:
    """The ids of the rows in a part of a snapshot's folder, batch by batch. Raises: InputError."""
    from pyarrow import ArrowInvalid
    from pyarrow.dataset import dataset

    try:
        for batch in dataset(folder / part, format="parquet").to_batches(columns=["item_id"]):
            yield from (one for one in batch.column(0).to_pylist() if one is not None)
    except (ArrowInvalid, OSError, KeyError) as error:
        raise InputError(f"the files of `{folder}` cannot be read", hint="fetch the snapshot again") from error

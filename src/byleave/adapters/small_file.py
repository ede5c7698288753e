"""Read a small file whole: a key, a key ring, a receipt, a manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.adapters.files import readable
from byleave.proof.strict_json import MOST_BYTES

if TYPE_CHECKING:
    from pathlib import Path


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; of one that is too long, enough to see that it is. Raises: InputError."""
    with readable(path), path.open("rb") as file:
        return file.read(MOST_BYTES + 1)

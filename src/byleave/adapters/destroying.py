"""Destroy files for good: overwrite them, delete them, and flush that. Copies elsewhere are beyond a program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from byleave.adapters.publishing import flush
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_AT_ONCE = 1 << 20
"""Bytes that are written in one piece: a merged model may be larger than memory."""


def destroy(path: Path) -> None:
    """Overwrite a file with zeros and delete it. What a disk or file system keeps by itself is beyond a program."""
    with path.open("r+b") as file:
        left = file.seek(0, os.SEEK_END)
        file.seek(0)
        while left:
            left -= file.write(bytes(min(left, _AT_ONCE)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    flush(path.parent)


def destroy_all_but(folder: Path, last: str) -> int:
    """Destroy every file in a folder and below but one, by which the folder is known; how many that were.

    Raises: InputError for a link or anything else that is no file, before anything is touched: what it leads to would
    stay; OSError.
    """
    paths = sorted(folder.rglob("*"), reverse=True)  # what lies in a folder comes before the folder
    for path in paths:
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            hint = "remove it yourself, with what it leads to, and say the same again"
            raise InputError(f"`{path}` is a link or no file, and what it leads to would stay", hint=hint)
    count = 0
    for path in paths:
        if path.is_dir():
            path.rmdir()
        elif path != folder / last:
            destroy(path)
            count += 1
    return count

"""Publish a folder whole or not at all: write beside it, flush everything, rename once."""

from __future__ import annotations

import errno
import fcntl
import glob
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from byleave.adapters.files import require_text
from byleave.kernel.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = ".partial-"
SPILL = ".spill"
"""Folder inside the staging folder for what does not fit into memory; it is not published."""


def require_absent(folder: Path) -> None:
    """Raise OutputError when something stands at the place, or its parent is not there."""
    require_text(folder)
    if os.path.lexists(folder):
        raise _exists(folder)
    require_folder(folder)


def require_folder(path: Path) -> None:
    """Raise OutputError when the folder in which something is to be written is not there, or cannot be looked at."""
    try:
        there = stat.S_ISDIR(path.absolute().parent.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        there = False
    except OSError as error:
        raise OutputError(f"cannot write beside `{path}`: {_words(error)}") from None
    if not there:
        raise OutputError(f"there is no folder `{path.parent}`", hint="make the folder first")


def _exists(folder: Path) -> OutputError:
    hint = "what was published is never overwritten; choose another name, or move the old one away"
    return OutputError(f"`{folder}` exists already", hint=hint)


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` that is removed at the end unless it was published.

    What earlier runs to the same place left behind when they were killed is removed, too.
    """
    _sweep(folder.absolute().parent, glob.escape(folder.name))
    try:
        work, lock = _locked(folder)
    except OSError as error:
        raise OutputError(f"cannot write beside `{folder}`: {_words(error)}") from None
    try:
        yield work
    except OSError as error:
        raise OutputError(f"cannot write `{folder}`: {_words(error)}") from error
    finally:
        os.close(lock)
        shutil.rmtree(work, ignore_errors=True)


def _locked(folder: Path) -> tuple[Path, int]:
    """A new folder beside `folder` with a lock that says that its run goes on."""
    for _ in range(_TRIES):
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}{_MARK}", dir=folder.absolute().parent))
        lock = os.open(work, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # another run that starts takes it for one that was left behind
            os.close(lock)
            continue
        if work.exists():
            return work, lock
        os.close(lock)
    raise BlockingIOError(errno.EAGAIN, "too many runs start at the same time")


_TRIES = 10


def is_staging(folder: Path) -> bool:
    """Whether a folder is one in which a run works, or worked before it was stopped: nothing in it was published."""
    return folder.name.startswith(".") and _MARK in folder.name


def sweep_place(place: Path) -> None:
    """Remove what runs that are over left behind in a folder; a run that goes on keeps its own."""
    _sweep(place, "*")


def left_behind(place: Path, name: str = "*") -> Iterator[Path]:
    """The folders that runs to places of a name left in a folder, each held while it is looked at.

    A run that goes on holds the lock of its own.
    """
    for left in place.glob(f".{name}{_MARK}*"):
        try:
            lock = os.open(left, os.O_RDONLY)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield left
        except OSError:
            continue
        finally:
            os.close(lock)


def _sweep(place: Path, name: str) -> None:
    """Remove the folders of runs that are over."""
    for left in left_behind(place, name):
        shutil.rmtree(left, ignore_errors=True)


def publish(work: Path, folder: Path) -> None:
    """Flush all that lies in `work` and rename it to `folder`.

    Raises: OutputError when something stands there by now.
    """
    shutil.rmtree(work / SPILL, ignore_errors=True)
    mode = _mode_inside(work)
    for path in sorted(work.rglob("*")):
        flush(path)
    flush(work)
    require_absent(folder)
    try:
        work.chmod(mode)
        work.rename(folder)
    except OSError as error:
        if folder.exists():
            raise _exists(folder) from None
        raise OutputError(f"cannot publish `{folder}`: {_words(error)}") from None
    with suppress(OSError):  # it is published; what remains is to make the new name outlive a power cut
        flush(folder.absolute().parent)


def _mode_inside(work: Path) -> int:
    """The mode that the system gives new folders here: the person's own mask decides who may read the snapshot."""
    sample = work / ".mode"
    sample.mkdir()
    mode = stat.S_IMODE(sample.stat().st_mode)
    sample.rmdir()
    return mode


def flush(path: Path) -> None:
    """Make sure that a file or folder is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()

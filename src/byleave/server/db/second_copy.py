"""A second copy of the ledger: a file of JSON lines, flushed before an act is acknowledged.

A line is an entry with its row of the chain and what it says, so that a ledger can be made anew from the file. After an
erasure the file is written anew without what was erased, and put in its place by one rename.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from byleave.adapters.publishing import require_folder
from byleave.kernel.errors import LedgerError, OutputError
from byleave.ledger.chain import Row, verify
from byleave.server.db.copied import Copied, line_of, read_copied, read_line
from byleave.server.db.reach import entry_lines, read_reach
from byleave.server.db.reading import CHUNK, check_payload, read_head, read_recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from byleave.server.db.reading import Recorded
    from byleave.server.db.session import Session

TAIL_BYTES = 1 << 16
"""How much of the end is read at first to find the last line."""


class SecondCopy(Protocol):
    """A second copy, from a writer's side."""

    def held(self) -> AbstractContextManager[None]:
        """Keep other writers off it."""

    def follow(self, session: Session) -> None:
        """Bring it up to the ledger's head, and flush it."""

    def close(self) -> None:
        """Give it back."""


class CopyFile:
    """The file, from a writer's side. A file beside it, with `.lock` at its end, keeps writers apart."""

    def __init__(self, path: Path) -> None:
        """Make the file if it is not there. Raises: LedgerError."""
        self._path = path
        self._known: tuple[int, int] | None = None
        self._last = 0
        try:
            require_folder(path)
            self._lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            flush_folder(path)
        except OSError as error:
            raise LedgerError(f"cannot write the second copy `{path}`: {(error.strerror or '').lower()}") from error
        except OutputError as error:
            raise LedgerError(f"cannot write the second copy: {error.message}", hint=error.hint) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other writers off the file."""
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def follow(self, session: Session) -> None:
        """Bring the file up to the ledger's head, and flush it.

        Raises: OSError; LedgerError when the file is of another ledger, or knows more than the database does.
        """
        self._find_end(session)
        head = read_head(session).seq
        while self._last < head:
            found = read_copied(session, self._last, min(self._last + CHUNK, head))
            if any(one.erases for one in found):
                self._write_anew(found)
            else:
                self._append(found)
            self._last = found[-1].recorded.row.seq
            status = self._path.stat()
            self._known = (status.st_ino, status.st_size)

    def close(self) -> None:
        """Close the lock."""
        os.close(self._lock)

    def _find_end(self, session: Session) -> None:
        """Know the last whole line; what a crash left behind it is cut off."""
        status = self._path.stat()
        if self._known == (status.st_ino, status.st_size):
            return
        end, last = _end_of(self._path, status.st_size)
        if end < status.st_size:
            os.truncate(self._path, end)
        if last is not None:
            require_held(session, last.row, str(self._path))
        self._last = last.row.seq if last else 0
        self._known = (status.st_ino, end)

    def _append(self, found: Iterable[Copied]) -> None:
        with self._path.open("ab") as file:
            file.write(b"".join(map(line_of, found)))
            file.flush()
            os.fsync(file.fileno())

    def _write_anew(self, found: list[Copied]) -> None:
        """Write the file without what was erased, the new entries at its end, and put it in its place."""
        gone = {seq for one in found for seq in one.erases}
        new = self._path.with_name(self._path.name + ".new")
        with new.open("wb") as file:
            # an entry that is erased by one of those that are new has no payload in the database any more
            for one in read_file(self._path):
                file.write(line_of(_emptied(one) if one.recorded.row.seq in gone else one))
            file.write(b"".join(map(line_of, found)))
            file.flush()
            os.fsync(file.fileno())
        new.rename(self._path)
        flush_folder(self._path)


def _emptied(one: Copied) -> Copied:
    return one._replace(recorded=one.recorded._replace(salt=None, data=None))


def require_held(session: Session, last: Row, place: str) -> None:
    """Insist that the ledger holds the last row of its second copy. Raises: LedgerError."""
    found = read_recorded(session, last.seq - 1, last.seq)
    if not found or found[0].row.chain != last.chain:
        raise LedgerError(
            f"the second copy `{place}` holds entry {last.seq}, and the ledger does not",
            hint="the database is another one, or was restored: `byleave ledger restore --ledger URL --copy "
            f"{place}` brings it up to what the copy holds",
        )


def read_file(path: Path) -> Iterator[Copied]:
    """The rows of a file, with what stands beside them; a last line that is not whole is left out.

    Raises: InputError naming the first line that is not what was recorded.
    """
    after: Row | None = None
    with path.open("rb") as file:
        for line in entry_lines(file):
            one = read_line(line, path)
            after = verify([one.recorded.row], after)
            check_payload(one.recorded)
            yield one


def read_copy(path: Path) -> Iterator[Recorded]:
    """The rows alone. Raises: InputError."""
    for one in read_file(path):
        yield one.recorded


def last_line(path: Path) -> Row | None:
    """The row on the last whole line; None where there is none. Raises: OSError; InputError."""
    last = _end_of(path, path.stat().st_size)[1]
    return last.row if last else None


def _end_of(path: Path, size: int) -> tuple[int, Recorded | None]:
    """Where the last whole line ends, and what it holds."""
    length = TAIL_BYTES
    with path.open("rb") as file:
        while True:
            file.seek(max(0, size - length))
            tail = file.read(length)
            end = tail.rfind(b"\n")
            start = tail.rfind(b"\n", 0, end) if end >= 0 else -1
            if length >= size or (end >= 0 and start >= 0):
                break
            length *= 2
    if end < 0:
        return 0, None
    before, line = max(0, size - length), tail[start + 1 : end + 1]
    if before + start + 1 == 0 and read_reach(line):
        return end + 1, None  # a backup of nothing, in which a store goes on as in its copy
    return before + end + 1, read_line(line, path).recorded


def flush_folder(path: Path) -> None:
    """Make the name of a file last."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

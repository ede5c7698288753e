"""A second copy of the ledger: a file of JSON lines, flushed before an act is acknowledged.

A line is an entry with its row of the chain and what it says, so that a ledger can be made anew from the file. After an
erasure the file is written anew without what was erased, and put in its place by one rename.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError, LedgerError
from byleave.ledger.chain import Row, verify
from byleave.ledger.entries import Entry, Kind
from byleave.ledger.wire import from_microseconds, read_data, to_microseconds
from byleave.server.db.reading import CHUNK, Recorded, check_payload, read_head, read_recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from byleave.server.db.session import Session

TAIL_BYTES = 1 << 16
"""How much of the end is read at first to find the last line."""


class SecondCopy:
    """The file, from a writer's side. A file beside it, with `.lock` at its end, keeps writers apart."""

    def __init__(self, path: Path) -> None:
        """Make the file if it is not there. Raises: LedgerError."""
        self._path = path
        self._known: tuple[int, int] | None = None
        self._last = 0
        try:
            self._lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            _flush_folder(path)
        except OSError as error:
            raise LedgerError(f"cannot write the second copy `{path}`: {(error.strerror or '').lower()}") from error

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
            found = read_recorded(session, self._last, min(self._last + CHUNK, head))
            if any(one.row.kind == Kind.MEMBER_ERASED and one.entry.data for one in found):
                self._write_anew(found)
            else:
                self._append(found)
            self._last = found[-1].row.seq
            status = self._path.stat()
            self._known = (status.st_ino, status.st_size)

    def _find_end(self, session: Session) -> None:
        """Know the last whole line; what a crash left behind it is cut off."""
        status = self._path.stat()
        if self._known == (status.st_ino, status.st_size):
            return
        end, last = _end_of(self._path, status.st_size)
        if end < status.st_size:
            os.truncate(self._path, end)
        if last is not None:
            found = read_recorded(session, last.row.seq - 1, last.row.seq)
            if not found or found[0].row.chain != last.row.chain:
                raise LedgerError(
                    f"the second copy `{self._path}` holds entry {last.row.seq}, and the ledger does not",
                    hint="the database was restored or is another one; nothing may be recorded until the two agree",
                )
        self._last = last.row.seq if last else 0
        self._known = (status.st_ino, end)

    def _append(self, found: Iterable[Recorded]) -> None:
        with self._path.open("ab") as file:
            file.write(b"".join(map(_line, found)))
            file.flush()
            os.fsync(file.fileno())

    def _write_anew(self, found: list[Recorded]) -> None:
        """Write the file without what was erased, the new entries at its end, and put it in its place."""
        gone = {seq for one in found if one.row.kind == Kind.MEMBER_ERASED for seq in one.entry.data.get("entries", ())}
        new = self._path.with_name(self._path.name + ".new")
        with new.open("wb") as file:
            for one in read_copy(self._path):
                file.write(_line(one._replace(salt=None, data=None) if one.row.seq in gone else one))
            file.write(b"".join(map(_line, found)))
            file.flush()
            os.fsync(file.fileno())
        new.rename(self._path)
        _flush_folder(self._path)


def read_copy(path: Path) -> Iterator[Recorded]:
    """The rows of a second copy with what they say; a last line that is not whole is left out.

    Raises: InputError naming the first line that is not what was recorded.
    """
    after: Row | None = None
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            one = _read_line(line, path)
            after = verify([one.row], after)
            check_payload(one)
            yield one


def _line(one: Recorded) -> bytes:
    value: dict[str, Any] = dict(one.row._asdict())
    if one.salt is not None and one.data is not None:
        entry = one.entry
        said = {"subject": entry.subject, "actor": entry.actor, "at": to_microseconds(entry.at), "data": one.data}
        value |= {"salt": one.salt, **said}
    return canonical_json(value) + b"\n"


def _read_line(line: bytes, path: Path) -> Recorded:

    try:
        value = json.loads(line)
        row = Row(**{name: value[name] for name in Row._fields})
        recorded_at, kind = from_microseconds(row.recorded_at), Kind(row.kind)
        if "salt" not in value:
            return Recorded(row, Entry(row.seq, recorded_at, kind, "", "", recorded_at, erased=True), None, None)
        said = value["subject"], value["actor"], from_microseconds(value["at"]), read_data(value["data"])
        return Recorded(row, Entry(row.seq, recorded_at, kind, *said), value["salt"], value["data"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"a line of `{path}` is no entry: `{line[:60].decode(errors='replace')}`") from error


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
    return max(0, size - length) + end + 1, _read_line(tail[start + 1 : end + 1], path)


def _flush_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

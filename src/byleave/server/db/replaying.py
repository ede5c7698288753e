"""Writing what a backup or a second copy holds into a ledger, as far as the chain shows that it follows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from byleave.kernel.errors import InputError, LedgerError
from byleave.ledger.address import without_password
from byleave.ledger.chain import verify
from byleave.server.db.copied import Copied, read_copied, read_line, write_copied
from byleave.server.db.copy_database import last_row
from byleave.server.db.opening import connect
from byleave.server.db.reach import entry_lines, reach_of
from byleave.server.db.reading import CHUNK, check_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from byleave.ledger.chain import Row
    from byleave.server.db.reach import Reach
    from byleave.server.db.session import Session


class Replayed(NamedTuple):
    """What was written."""

    before: int
    """`seq` of the last entry that was there before."""
    written: int
    """Entries that were written."""
    until: int
    """`seq` of the last entry that the copy holds and that could be read."""
    hole: str | None
    """What is wrong with the first row that does not follow; None when all do."""
    reach: Reach | None
    """How far the copy reached when it was made, where it is a backup that says so."""


def replay(session: Session, copy: Path | str, on_progress: Callable[[float], object]) -> Replayed:
    """Write every row of a copy that comes after the ledger's last one, in an open transaction.

    Rows are written as far as each follows from the one before it. A row that says nothing, and that no later row which
    is written says to be erased, ends it, too: it may be a refusal.

    Raises: LedgerError when the copy cannot be read or is of another ledger.
    """
    before, reach = last_row(session), _reach_of(copy)
    erasers = _erasers(copy)
    writing = _Writing(session, before, erasers, _end(copy, before, erasers) if erasers else None)
    total = _last_seq(copy, before)
    for one in _rows(copy):
        if not writing.take(one):
            break
        on_progress(min(1.0, writing.until / max(1, total)))
    writing.flush()
    return Replayed(before.seq if before else 0, writing.count, writing.until, writing.hole, reach)


def _end(copy: Path | str, before: Row | None, erasers: Mapping[int, int]) -> int:
    """`seq` of the last row that can be written, so that whatever was erased up to there is declared up to there."""
    looking = _Writing(None, before, erasers, None)
    emptied = []
    for one in _rows(copy):
        if not looking.take(one):
            break
        if isinstance(one, Copied) and one.recorded.salt is None:
            emptied.append(one.recorded.row.seq)
    start, end = before.seq if before else 0, looking.reached
    while undeclared := [seq for seq in emptied if start < seq <= end < erasers[seq]]:
        end = min(undeclared) - 1
    return end


class _Writing:
    """Rows on their way from a copy into a ledger; without one they are only looked at."""

    def __init__(
        self, session: Session | None, before: Row | None, erasers: Mapping[int, int], end: int | None
    ) -> None:
        self._session = session
        self._before = before
        self._last = before
        self._erasers = erasers
        self._end = end
        self._waiting: list[Copied] = []
        self.count = 0
        self.until = 0
        self.hole: str | None = None

    def take(self, one: Copied | InputError) -> bool:
        """Take a row; whether to go on."""
        start = self._before.seq if self._before else 0
        if isinstance(one, InputError):
            if self.until >= start:
                self.hole = one.message
            return self.hole is None  # what was damaged before the ledger's end is not needed
        row = one.recorded.row
        self.until = max(self.until, row.seq)
        if row.seq < start:
            return True
        if row.seq == start and self._before is not None:
            _require_same(self._before, row)
            return True
        self.hole = self._fault(one)
        if self.hole is not None:
            self.until = self.reached
            return False
        self._last = row
        self.count += 1
        self._waiting.append(one)
        if len(self._waiting) >= CHUNK:
            self.flush()
        return True

    @property
    def reached(self) -> int:
        """`seq` of the last row that follows."""
        return self._last.seq if self._last else 0

    def flush(self) -> None:
        """Write what waits."""
        if self._session is not None:
            write_copied(self._session, self._waiting)
        self._waiting = []

    def _fault(self, one: Copied) -> str | None:
        try:
            verify([one.recorded.row], self._last)
            check_payload(one.recorded)
        except InputError as error:
            return error.message
        seq = one.recorded.row.seq
        if one.recorded.salt is None and seq not in self._erasers:
            return f"what entry {seq} says is gone, and no later entry says that it was erased"
        if self._end is not None and seq > self._end:
            return f"what entry {seq} says is gone, and the entry that says that it was erased cannot be read"
        return None


def _require_same(ours: Row, theirs: Row) -> None:
    if ours.chain != theirs.chain:
        hint = "give the second copy of this ledger"
        raise LedgerError(f"the second copy is of another ledger: entry {ours.seq} is not the same", hint=hint)


def _erasers(copy: Path | str) -> dict[int, int]:
    """Which entry says that another was erased."""
    erasures = (one for one in _rows(copy) if isinstance(one, Copied))
    return {seq: one.recorded.row.seq for one in erasures for seq in one.erases}


def _last_seq(copy: Path | str, before: Row | None) -> int:
    """For the progress bar alone: how far the copy may reach."""
    return copy.stat().st_size // _BYTES_OF_A_LINE if isinstance(copy, Path) else (before.seq if before else 1)


_BYTES_OF_A_LINE = 500


def _reach_of(copy: Path | str) -> Reach | None:
    try:
        return reach_of(copy) if isinstance(copy, Path) else None
    except OSError as error:
        raise LedgerError(f"cannot read `{copy}`: {(error.strerror or str(error)).lower()}") from error


def _rows(copy: Path | str) -> Iterator[Copied | InputError]:
    """The rows of a copy; for a line that is none, what is wrong with it. A last line that is not whole is none."""
    if isinstance(copy, Path):
        yield from _lines(copy)
        return
    session = connect(copy)
    try:
        last, done = last_row(session), 0
        while last is not None and done < last.seq:
            found = read_copied(session, done, min(done + CHUNK, last.seq))
            yield from found
            done = found[-1].recorded.row.seq
    except session.errors as error:
        raise LedgerError(f"cannot read the second copy `{without_password(copy)}`: {error}") from error
    finally:
        session.close()


def _lines(path: Path) -> Iterator[Copied | InputError]:
    try:
        with path.open("rb") as file:
            for line in entry_lines(file):
                try:
                    one: Copied | InputError = read_line(line, path)
                except InputError as error:
                    one = error
                yield one
    except OSError as error:
        raise LedgerError(f"cannot read `{path}`: {(error.strerror or str(error)).lower()}") from error

"""Restoring a ledger: a backup, then everything later that the second copy holds, then a new epoch.

Where acts may be missing, because there is no second copy or it has a hole, builds are shut by an entry, and stay shut
until the ledger has been compared with the platform's own settings. A restore is there whole or not at all: in SQLite
one rename, in PostgreSQL one transaction.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from byleave.gate.request import silent
from byleave.kernel.errors import InputError, LedgerError
from byleave.ledger.address import SQLITE, is_address, one_line, sqlite_path, without_password
from byleave.ledger.admission import Facts
from byleave.ledger.builds import RESTORE, shutting
from byleave.ledger.wire import to_microseconds
from byleave.server.db.copied import EPOCHS, Opened
from byleave.server.db.migrating import migrate
from byleave.server.db.opening import connect
from byleave.server.db.reading import Head, read_head
from byleave.server.db.recording import Batch, World
from byleave.server.db.replaying import Replayed, replay
from byleave.server.db.second_copy import flush_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from byleave.gate.request import Progress
    from byleave.server.db.reach import Reach
    from byleave.server.db.session import Session

ANOTHER = "take another backup"
SILENT = "the backup does not say how far it reached, so that nobody knows whether the second copy reaches as far"
BACKUP_GONE = "no second copy was given, so that acts after the backup may be missing"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has done."""

    backup: int
    """`seq` of the last entry of the backup, or of the database as it was."""
    replayed: int
    """Entries that came from the second copy."""
    head: Head
    """The last entry now, and the new epoch."""
    shut: str | None
    """Why builds are shut; None when nothing can be missing."""
    cut: bool = False
    """Whether the backup held more than is in it."""
    held: int | None = None
    """Entries that the backup held when it was made; None where it does not say, or there was none."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        epoch = {"number": self.head.epoch, "name": self.head.name}
        return {
            "backup": self.backup,
            "held": self.held,
            "replayed": self.replayed,
            "seq": self.head.seq,
            "epoch": epoch,
            "shut": self.shut,
            "cut": self.cut,
        }


def restore(  # noqa: PLR0913 - what a restore may be told
    backup: Path | None,
    address: str,
    *,
    copy: Path | str | None = None,
    clock: Callable[[], datetime] = _now,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    on_progress: Progress = silent,
) -> Restored:
    """Bring a ledger back, and open a new epoch.

    Args:
        backup: a file that `back_up` has made; None when the database at `address` was brought back by other means.
        address: where the ledger goes: a file that is not there, or an empty database.
        copy: the second copy, a file or the address of a database; None when there is none.
        clock: the present.
        random_bytes: where the epoch's name and salts come from.
        on_progress: is told each step, and how much of it is done.

    Returns: What was done.

    Raises: LedgerError when there is a ledger already, the copy is of another one, or the database cannot be written;
    InputError for a backup that is not what was recorded. Nothing has changed then.
    """
    run = _Run(copy, World(clock, random_bytes, None), on_progress)
    path = sqlite_path(address)
    if backup is None:
        return run.bring_up(address, None)
    if backup.is_file() and backup.stat().st_size == 0:
        raise InputError(f"`{backup}` is empty: it is no backup", hint="give a file of byleave ledger backup")
    if path is not None:
        return _into_file(run, backup, Path(path))
    migrate(address, first_epoch=False)
    return run.bring_up(address, backup)


def _is_cut_in_a_line(backup: Path) -> bool:
    with backup.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def _require_end(session: Session, reach: Reach | None, before: int) -> None:
    """Insist that the entry to which a backup reaches is the one that it names, wherever it came from."""
    rows = session.query("SELECT chain FROM ledger_entry WHERE seq = ?", [reach.seq]) if reach else []
    if not reach or not rows or rows[0][0] == reach.chain:
        return
    if reach.seq <= before:
        raise InputError(f"entry {reach.seq} of the backup is not the one to which it says it reaches", hint=ANOTHER)
    raise LedgerError(
        f"the second copy is of another ledger: entry {reach.seq} is not the one to which the backup reached",
        hint="give the second copy of this ledger",
    )


def _into_file(run: _Run, backup: Path, path: Path) -> Restored:
    """Make a file under another name, and put it in its place."""
    for there in (path, Path(f"{path}-wal")):
        if there.exists():
            hint = "move it away with the files beside it, -wal and -shm; it may hold acts that are nowhere else"
            raise LedgerError(f"`{there}` is there already", hint=hint)
    new = path.with_name(path.name + ".restoring")
    _remove(new)
    address = SQLITE + quote(str(new))
    try:
        migrate(address, first_epoch=False)
        done = run.bring_up(address, backup)
        new.rename(path)
        flush_folder(path)
    except OSError as error:
        raise LedgerError(f"cannot write `{path}`: {(error.strerror or str(error)).lower()}") from error
    finally:
        _remove(new)
    return done


def _remove(new: Path) -> None:
    for name in (new, Path(f"{new}-wal"), Path(f"{new}-shm"), Path(f"{new}-journal")):
        name.unlink(missing_ok=True)


class _Run:
    """One restore."""

    def __init__(self, copy: Path | str | None, world: World, on_progress: Progress) -> None:
        self._copy = copy
        self._world = world
        self._show = on_progress

    def bring_up(self, address: str, backup: Path | None) -> Restored:
        """In one transaction: the backup, what the copy has more, the epoch, and that builds are shut, if they are."""
        session = connect(address)
        try:
            session.begin()
            done = self._bring_up(session, backup, without_password(address))
            session.commit()
            session.finish()
        except session.errors as error:
            raise LedgerError(f"cannot restore `{without_password(address)}`: {one_line(error)}") from error
        finally:
            session.close()
        return done

    def _bring_up(self, session: Session, backup: Path | None, shown: str) -> Restored:
        given = self._take(session, backup, shown) if backup else None
        from_copy = self._replay(session)
        reach = given.reach if given else None
        _require_end(session, reach, from_copy.before)
        shut, before = self._missing(from_copy, given), from_copy.before
        self._open_epoch(session, f"restored at entry {before}, with {from_copy.written} more from the second copy")
        if shut is not None:
            batch = Batch(read_head(session), to_microseconds(self._world.clock()), self._world, Facts())
            batch.drafts.append(batch.draft(shutting(RESTORE, shut), []))
            batch.write(session)
        held = reach.seq if reach else None
        is_cut = backup is not None and (before < (held or 0) or _is_cut_in_a_line(backup))
        return Restored(before, from_copy.written, read_head(session), shut, is_cut, held)

    def _take(self, session: Session, backup: Path, shown: str) -> Replayed:
        if session.query("SELECT 1 FROM ledger_epoch LIMIT 1"):
            raise LedgerError(f"`{shown}` holds a ledger already", hint="restore into an empty database")
        told = replay(session, backup, lambda done: self._show("restoring the backup", done))
        if told.hole:
            raise InputError(told.hole, hint=ANOTHER)
        return told

    def _replay(self, session: Session) -> Replayed:
        if self._copy is None:
            rows = session.query("SELECT coalesce(max(seq), 0) FROM ledger_entry")
            return Replayed(int(rows[0][0]), 0, 0, None, None)
        copy = self._copy if is_address(self._copy) else Path(self._copy)
        return replay(session, copy, lambda done: self._show("replaying the second copy", done))

    def _missing(self, told: Replayed, backup: Replayed | None) -> str | None:
        """Why acts may be missing; None when none can be."""
        held = backup.reach.seq if backup and backup.reach else 0
        if self._copy is None:
            if held > told.before:
                return f"the backup is cut off, and {held - told.before} of its {held} entries are missing"
            return BACKUP_GONE
        if told.hole:
            return f"the second copy has a hole, and what comes after it is not known: {told.hole}"
        if told.reach and told.until < told.reach.seq:
            return f"the second copy is cut off: it held {told.reach.seq} entries, and ends at entry {told.until}"
        if told.until < max(told.before, held):
            return f"the second copy ends at entry {told.until}, before the backup does: later acts may be missing"
        return SILENT if backup and backup.reach is None else None

    def _open_epoch(self, session: Session, reason: str) -> None:
        number = session.query("SELECT coalesce(max(number), 0) + 1 FROM ledger_epoch")[0][0]
        name = self._world.random_bytes(16).hex()
        session.insert(*EPOCHS, [Opened(number, name, to_microseconds(self._world.clock()), reason)])

"""The place of a ledger whose power can be cut: what a disk would hold afterwards, byte for byte, as a model.

A commit under `synchronous=FULL` is flushed when it returns, and SQLite writes nothing else to its log
(https://sqlite.org/wal.html, read 2026-11-27); what is flushed stays, what is under way may be there up to any byte.
Under a weaker setting nothing is certain since the ledger was opened. Whether real disks, kernels and databases keep to
that is shown with real power cuts in `tests/reliability/test_power.py`; here thousands of them fit into a minute.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from byleave.server.db.migrating import migrate
from byleave.server.db.opening import connect
from byleave.server.db.sqlite import FULL
from byleave.server.db.store import Store, open_copy
from tests.machine.scenery import write_items
from tests.server.db.ledgers import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from byleave.server.db.session import Session


@cache
def workshop() -> Path:
    """A folder in memory, if there is one: what is flushed there costs nothing."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    folder = tempfile.TemporaryDirectory(prefix="byleave-machine-", dir=memory if memory.is_dir() else None)
    _KEPT.append(folder)
    path = Path(folder.name)
    migrate(f"sqlite:///{path / 'template.db'}")
    write_items(path / "items.parquet")
    return path


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@dataclass(frozen=True)
class Image:
    """The bytes of the files of a ledger; the file of the log and the second copy may not be there."""

    database: bytes
    log: bytes
    copy: bytes

    def torn(self, later: Image, share: float) -> Image:
        """What is there when the power goes while what makes `later` of this is written, after a share of it.

        The log is written before the second copy, and each from its beginning to its end.
        """
        log, copy = _change(self.log, later.log), _change(self.copy, later.copy)
        written = round(share * (log[1] - log[0] + copy[1] - copy[0]))
        in_log = min(written, log[1] - log[0])
        in_copy = written - in_log
        return Image(
            self.database, _mixed(self.log, later.log, log, in_log), _mixed(self.copy, later.copy, copy, in_copy)
        )


def _change(before: bytes, after: bytes) -> tuple[int, int]:
    """Where two versions of a file begin to differ, and where the later one's part ends."""
    same, most = 0, min(len(before), len(after))
    while same < most:  # halving: comparing whole pieces is quicker than byte by byte
        middle = (same + most + 1) // 2
        if before[same:middle] == after[same:middle]:
            same = middle
        else:
            most = middle - 1
    return same, len(after)


def _mixed(before: bytes, after: bytes, change: tuple[int, int], written: int) -> bytes:
    start, end = change
    if start + written >= end:
        return after
    return after[: start + written] + before[start + written :]


@dataclass
class Place:
    """A ledger's files, and two processes' accesses to it."""

    folder: Path
    template: Path
    clock: Callable[[], datetime]
    copied: bool = True
    """Whether a second copy is kept."""
    stores: list[Store] = field(default_factory=list)
    opened: Image | None = None
    """What was on the disk when the ledger was opened."""
    flushes: bool = True
    """Whether every commit is flushed, as the database says."""
    _salts: int = 0

    def __post_init__(self) -> None:
        """Make the ledger, and open it."""
        shutil.copy(self.template, self.database)
        self.open()

    @property
    def database(self) -> Path:
        """The file of the database."""
        return self.folder / "ledger.db"

    @property
    def copy(self) -> Path:
        """The file of the second copy."""
        return self.folder / "copy.jsonl"

    @property
    def url(self) -> str:
        """The address of the ledger."""
        return f"sqlite:///{self.database}"

    def open(self) -> None:
        """Open the ledger twice, as two processes would."""
        self.opened = self.image()
        self.stores = [self._store(), self._store()]

    def _store(self) -> Store:
        return Store(
            self.url,
            suppression_secret=SECRET,
            copy=self.copy if self.copied else None,
            clock=self.clock,
            random_bytes=self.random,
            open_session=self._session,
        )

    def _session(self, address: str) -> Session:
        session = connect(address)
        ((mode,),), ((level,),) = session.query("PRAGMA journal_mode"), session.query("PRAGMA synchronous")
        self.flushes = mode == "wal" and level >= FULL
        return session

    def random(self, count: int) -> bytes:
        """The same bytes in every run, so that what failed fails again."""
        self._salts += 1
        return hashlib.shake_256(str(self._salts).encode()).digest(count)

    def image(self) -> Image:
        """What the files hold now."""
        log = self.folder / "ledger.db-wal"
        return Image(*(path.read_bytes() if path.exists() else b"" for path in (self.database, log, self.copy)))

    def close(self) -> None:
        """Close the accesses."""
        for store in self.stores:
            store.close()
        self.stores = []

    def cut(self, left: Image) -> None:
        """Let the machine stop with this on its disk, and start again. Nothing is closed in order."""
        if not self.flushes and self.opened is not None:
            left = self.opened
        self.put(left)
        self.open()

    def put(self, left: Image) -> None:
        """Have these files and no others; nobody has the ledger open afterwards."""
        self.close()  # what closing writes is replaced
        for path in self.folder.glob("ledger.db*"):
            path.unlink()
        self.database.write_bytes(left.database)
        if left.log:
            (self.folder / "ledger.db-wal").write_bytes(left.log)
        if self.copied:
            self.copy.write_bytes(left.copy)

    def follow(self) -> None:
        """Have the second copy hold what the database holds, as the next act would."""
        if self.copied:
            session = connect(self.url)
            copy = open_copy(self.copy, self.url)
            with copy.held():
                copy.follow(session)
            copy.close()
            session.close()

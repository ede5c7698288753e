"""A copy of what was read of a ledger, kept on disk, so that the next build reads only what is new.

It holds the entries up to one watermark as typed columns, for every pack alike, in a DuckDB file that is written once
and never changed: a newer one takes its place by a rename, and whoever reads the old one goes on reading it.
A copy is used only where the ledger's chain at its watermark is the one that it was read with.
"""

from __future__ import annotations

import inspect
import logging
import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from byleave.adapters.duckdb_engine import ledger_columns
from byleave.adapters.duckdb_engine.columns import literal
from byleave.adapters.duckdb_engine.plans import cache_folder
from byleave.adapters.files import file_digest
from byleave.adapters.publishing import flush, staging
from byleave.kernel.canonical import digest_bytes
from byleave.kernel.errors import ByleaveError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from byleave.adapters.duckdb_engine.session import Session
    from byleave.adapters.ledger_database import Head, LedgerDatabase

CATALOG, _FRESH = "byleave_copy", "byleave_fresh"
TABLE = f"{CATALOG}.entries"
_LOG = logging.getLogger("byleave")


def folder() -> Path | None:
    """Where copies are kept: `$BYLEAVE_STATE`, else beside the plans; None where it is set to nothing."""
    own = os.environ.get("BYLEAVE_STATE")
    if own is not None:
        return Path(own) if own else None
    plans = cache_folder()
    return (plans if os.environ.get("BYLEAVE_CACHE") else plans.parent) / "state"


@cache
def _code(version: str) -> str:
    """What the form of a copy depends on: the code that makes it, and the version of DuckDB."""
    return digest_bytes(f"{inspect.getsource(ledger_columns)}\0{version}".encode())


class Copy:
    """The copy of one ledger: a file that is named after the ledger and after its own digest."""

    def __init__(self, session: Session, head: Head) -> None:
        """Say whose copy it is; nothing is read yet."""
        self._session = session
        self._kept = folder()
        self._folder = self._kept or Path(os.devnull)
        self._name = digest_bytes(head.origin.encode())[7:39]

    def open(self, database: LedgerDatabase, head: Head) -> int:
        """Attach the copy if it is of this ledger; up to which entry it goes, 0 where there is none to be used.

        Raises: InputError when the ledger does not answer.
        """
        self.close()
        copies = self._found()
        for number, path in enumerate(copies, 1):
            found = self._attach(path)
            why = found if isinstance(found, str) else self._differs(found, database, head)
            if why is None:
                # who wrote this one was killed before the one before it was removed
                _remove(copies[number:])
                return int(found[1])
            self.close()
            _LOG.warning("the copy of the ledger's state %s: everything is read anew", why)
            _remove([path])
        return 0

    def _found(self) -> list[Path]:
        """The newest one first."""
        try:
            return sorted(self._folder.glob(f"{self._name}-*.duckdb"), key=lambda one: -one.stat().st_mtime_ns)
        except OSError:
            return []

    def _attach(self, path: Path) -> tuple[str, int, str] | str:
        """Epoch, number and chain up to which it was read; or why it cannot be used."""
        try:
            if path != self._path(file_digest(path)):
                return "is damaged"
            self._session.run(f"ATTACH {literal(str(path))} AS {CATALOG} (READ_ONLY)")
            epoch, seq, chain, code = self._session.rows(f"SELECT epoch, seq, chain, code FROM {CATALOG}.head")[0]
        except (ByleaveError, OSError, IndexError):
            return "cannot be read"
        return (epoch, seq, chain) if code == _code(self._session.version) else "is of another version"

    def _path(self, digest: str) -> Path:
        return self._folder / f"{self._name}-{digest.removeprefix('sha256:')}.duckdb"

    @staticmethod
    def _differs(found: tuple[str, int, str], database: LedgerDatabase, head: Head) -> str | None:
        epoch, seq, chain = found
        if epoch != head.watermark.epoch:
            return "is of an earlier epoch"
        return None if database.chain_at(seq) == chain else "is of another ledger"

    def write(self, head: Head, fill: Callable[[str], None]) -> bool:
        """Write a new copy and put it in the place of the old one; whether that was possible.

        Args:
            head: up to where it goes.
            fill: fills the empty table whose name it gets with the entries up to there.

        Raises: what `fill` raises, except that the disk is full: then there is no copy, and the run goes on.
        """
        if self._kept is None:
            return False
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            before = self._found()
            with staging(self._folder / self._name) as work:
                fresh = work / "copy.duckdb"
                self._fill(fresh, head, fill)
                fresh.chmod(0o600)
                flush(fresh)
                path = self._path(file_digest(fresh))
                fresh.rename(path)
                flush(self._folder)
            for old in before:
                if old != path:
                    old.unlink(missing_ok=True)
        except (OSError, OutputError):
            return False
        return True

    def _fill(self, fresh: Path, head: Head, fill: Callable[[str], None]) -> None:
        session = self._session
        session.run(f"ATTACH {literal(str(fresh))} AS {_FRESH}")
        try:
            session.run(f"CREATE TABLE {_FRESH}.entries ({ledger_columns.columns()}, fault VARCHAR)")
            fill(f"{_FRESH}.entries")
            told = (literal(head.watermark.epoch), str(head.watermark.seq), literal(head.chain))
            session.run(
                f"CREATE TABLE {_FRESH}.head AS SELECT {told[0]} AS epoch, {told[1]}::BIGINT AS seq,"
                f" {told[2]} AS chain, {literal(_code(session.version))} AS code"
            )
            session.run(f"CHECKPOINT {_FRESH}")
        finally:
            session.run(f"DETACH {_FRESH}")

    def is_open(self) -> bool:
        """Whether it is attached to the session."""
        sql = f"SELECT count(*) FROM duckdb_databases() WHERE database_name = {literal(CATALOG)}"
        return bool(self._session.one(sql))

    def close(self) -> None:
        """Let go of it."""
        self._session.run(f"DETACH DATABASE IF EXISTS {CATALOG}")

    def remove(self) -> None:
        """Remove it from the disk: somebody in it was erased, or it is of no use. Who reads it now goes on reading."""
        _remove(self._found())


def _remove(copies: Iterable[Path]) -> None:
    for path in copies:
        with suppress(OSError):
            path.unlink()

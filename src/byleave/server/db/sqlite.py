"""A ledger in one SQLite file: WAL, and a flush for every commit."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import LedgerError
from byleave.server.db.session import BusyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FULL = 2
"""`PRAGMA synchronous`: flush the log at every commit. Source: https://sqlite.org/pragma.html#pragma_synchronous"""
BUSY_SECONDS = 30.0


class SqliteSession:
    """One connection to the file."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error,)
    each = "(SELECT value AS v FROM json_each(?))"
    synchronous = "FULL"

    def __init__(self, path: str) -> None:
        """Open a file that is there. Raises: LedgerError."""
        try:
            # as a URI, so that a file that is missing is not made
            self._path = Path(path).absolute()
            uri = self._path.as_uri() + "?mode=rw"
            self._connection = sqlite3.connect(
                uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            hint = "byleave migrate makes a new ledger; an existing one must be readable and writable"
            raise LedgerError(f"cannot open the ledger `{path}`: {error}", hint=hint) from error
        status = self._path.stat()
        self._file = status.st_dev, status.st_ino

    def is_replaced(self) -> bool:
        """Whether the name stands for another file now: this connection would go on with one that nobody finds."""
        try:
            status = self._path.stat()
        except OSError:
            return True
        return (status.st_dev, status.st_ino) != self._file

    @property
    def usable(self) -> bool:
        """A file is there once it is open."""
        return True

    def make_durable(self) -> None:
        """Flush at every commit. Raises: LedgerError when the database would not."""
        mode = self._value("PRAGMA journal_mode = WAL")
        self._connection.execute(f"PRAGMA synchronous = {self.synchronous}")
        # macOS: fsync does not reach the disk, this does; elsewhere it has no meaning
        self._connection.execute("PRAGMA fullfsync = ON")
        # what is erased is overwritten
        self._connection.execute("PRAGMA secure_delete = ON")
        # what takes back one statement is a file otherwise, for every batch; it is never read after a crash
        # Source: https://sqlite.org/tempfiles.html, sections 2.5 and 3
        self._connection.execute("PRAGMA temp_store = MEMORY")
        self.check_durable(mode, self._value("PRAGMA synchronous"))

    def check_durable(self, mode: str, synchronous: int) -> None:
        """Refuse settings under which a confirmed commit can be lost. Raises: LedgerError."""
        if mode != "wal" or synchronous < FULL:
            hint = "keep the file on a local disk, and use a SQLite that was built with its default settings"
            raise LedgerError(f"SQLite would not keep what it confirms: {mode}, synchronous {synchronous}", hint=hint)

    def _value(self, sql: str) -> Any:  # noqa: ANN401 - whatever the pragma answers
        return self._connection.execute(sql).fetchone()[0]

    def listing(self, values: Iterable[str]) -> str:
        """A JSON array."""
        return json.dumps(list(values))

    def field(self, name: str) -> str:
        """As the index has it."""
        return f"json_extract(data, '$.{name}')"

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row."""
        return self._connection.execute(sql, values).fetchall()

    def texts(self, sql: str, values: Sequence[Any] = ()) -> list[str]:
        """As one row: between two rows other threads may take the interpreter for long."""
        found: list[str] = json.loads(
            self._connection.execute(f"SELECT json_group_array(v) FROM ({sql})", values).fetchone()[0]
        )
        return found

    def insert(self, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """In one step, for the same reason."""
        each = ", ".join(f"json_extract(value, '$[{number}]')" for number, _ in enumerate(columns.split(",")))
        sql = f"INSERT INTO {table} ({columns}) SELECT {each} FROM json_each(?)"
        self._connection.execute(sql, [json.dumps(rows)])

    def run(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row."""
        self._connection.executemany(sql, rows)

    def begin(self) -> None:
        """Take the right to write at once, so that what is read until the commit is the newest."""
        if self.is_replaced():
            hint = "start again; whoever restores a ledger stops the service first"
            raise LedgerError(f"the file of the ledger `{self._path}` was moved or replaced", hint=hint)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            # the low byte is the code itself, the rest says more about it
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise BusyError from error
            raise

    def begin_reading(self) -> None:
        """The first query from here on fixes what is seen."""
        self._connection.execute("BEGIN")

    def commit(self) -> None:
        """Commit; returns after the flush."""
        self._connection.execute("COMMIT")

    def finish(self) -> None:
        """Empty the log, so that the file alone is the whole."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def roll_back(self) -> None:
        """Take everything back."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

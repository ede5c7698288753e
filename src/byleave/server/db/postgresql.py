"""A ledger in PostgreSQL: writers stand in line, and each commit is flushed before it is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

import psycopg

from byleave.kernel.errors import LedgerError
from byleave.ledger.address import one_line, without_password
from byleave.server.db.migrations._guards import LOCK
from byleave.server.db.session import BusyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BUSY_MILLISECONDS = 30_000
# all of these flush on this server before a commit is confirmed; `off` does not
# Source: https://www.postgresql.org/docs/15/runtime-config-wal.html#GUC-SYNCHRONOUS-COMMIT
FLUSHED = frozenset({"on", "remote_apply", "remote_write", "local"})


class PostgresqlSession:
    """One connection to the server."""

    errors: tuple[type[Exception], ...] = (psycopg.Error,)
    each = "(SELECT unnest(?::text[]) AS v)"
    synchronous_commit = "on"

    def __init__(self, address: str) -> None:
        """Connect. Raises: LedgerError."""
        shown = without_password(address)
        try:
            self._connection = psycopg.connect(address, autocommit=True, application_name="byleave")
        except psycopg.Error as error:
            raise LedgerError(f"cannot open the ledger `{shown}`: {one_line(error)}") from error

    @property
    def usable(self) -> bool:
        """Whether the server has not hung up."""
        return not self._connection.closed

    def make_durable(self) -> None:
        """Flush at every commit, and wait for other writers. Raises: LedgerError when the server would not."""
        self._connection.execute(_sql(f"SET synchronous_commit = {self.synchronous_commit}"))
        self._connection.execute(_sql(f"SET lock_timeout = {BUSY_MILLISECONDS}"))
        # a transaction sees what was committed when each of its statements began, also after waiting for the lock
        self._connection.execute("SET default_transaction_isolation = 'read committed'")
        self.check_durable(self._value("SHOW synchronous_commit"), self._value("SHOW fsync"))

    def check_durable(self, synchronous_commit: str, fsync: str) -> None:
        """Refuse settings under which a confirmed commit can be lost. Raises: LedgerError."""
        if synchronous_commit not in FLUSHED or fsync != "on":
            told = f"synchronous_commit {synchronous_commit}, fsync {fsync}"
            hint = "set both to on in postgresql.conf"
            raise LedgerError(f"PostgreSQL would not keep what it confirms: {told}", hint=hint)

    def _value(self, sql: LiteralString) -> str:
        row = self._connection.execute(sql).fetchone()
        return str(row[0]) if row else ""

    def listing(self, values: Iterable[str]) -> list[str]:
        """An array."""
        return list(values)

    def field(self, name: str) -> str:
        """As the index has it."""
        return f"((data::jsonb) ->> '{name}')"

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row."""
        return self._connection.execute(_sql(sql), values or None).fetchall()

    def texts(self, sql: str, values: Sequence[Any] = ()) -> list[str]:
        """As they come: all of them are fetched at once."""
        return [row[0] for row in self.query(sql, values)]

    def insert(self, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Sent together."""
        marks = ", ".join("?" for _ in columns.split(","))
        self.run(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)

    def run(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row, sent together."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_sql(sql), rows)

    def begin(self) -> None:
        """Wait until every writer before this one has committed; what is read from here on is the newest."""
        self._connection.execute("BEGIN")
        try:
            self._connection.execute(_sql("SELECT pg_advisory_xact_lock(?)"), [LOCK])
        except psycopg.errors.LockNotAvailable as error:
            self.roll_back()
            raise BusyError from error

    def begin_reading(self) -> None:
        """Every query from here on sees the same."""
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def is_replaced(self) -> bool:
        """Never: an address is a database."""
        return False

    def commit(self) -> None:
        """Commit; returns after the flush."""
        self._connection.execute("COMMIT")

    def finish(self) -> None:
        """Nothing: the server sees to it."""

    def roll_back(self) -> None:
        """Take everything back."""
        if not self._connection.closed:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _sql(text: str) -> LiteralString:
    """A statement with psycopg's mark for a value; the statements are our own, and none holds a question mark."""
    return text.replace("?", "%s")

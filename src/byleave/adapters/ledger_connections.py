"""Connections to a ledger's database for reading in bulk, both with the same few questions.

A ledger in a SQLite file is read with Python's own SQLite, and with no other copy of that library: SQLite holds a file
by locks of the process, and where a process has two copies of it, the one that closes the file takes the other's locks
away (https://sqlite.org/howtocorrupt.html, 2.2.1). A writer elsewhere then believes that it is alone.
"""

from __future__ import annotations

import json
import sqlite3
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from byleave.kernel.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

_IN_A_ROW = 5_000
"""Entries that SQLite gives as one row: between two rows other threads may take the interpreter for long."""


class Connection(Protocol):
    """All of its questions are answered as of the first."""

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Every row."""
        ...

    def entries(self, sql: str, schema: pa.Schema, after: int, until: int) -> Iterator[pa.RecordBatch]:
        """Rows of a query with the places `{after}` and `{until}`, without NULL, in batches with this schema."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class SqliteConnection:
    """A file, opened for reading alone."""

    def __init__(self, path: Path, patience: float) -> None:
        """Open it, and wait so many seconds for whoever has it to themselves. Raises: sqlite3.Error."""
        # SQLite would make a file that is missing
        uri = f"file:{quote(str(path.resolve()))}?mode=ro"
        self._connection = sqlite3.connect(
            uri, uri=True, timeout=patience, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("BEGIN")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Every row."""
        return self._connection.execute(sql).fetchall()

    def entries(self, sql: str, schema: pa.Schema, after: int, until: int) -> Iterator[pa.RecordBatch]:
        """A column comes as one JSON array."""
        import pyarrow as pa

        arrays = ", ".join(f'json_group_array("{name}")' for name in schema.names)
        for start in range(after, until, _IN_A_ROW):
            asked = sql.format(after=start, until=min(start + _IN_A_ROW, until))
            (row,) = self.ask(f"SELECT {arrays} FROM ({asked})")  # noqa: S608 - names and numbers of our own
            columns = [pa.array(json.loads(text), field.type) for text, field in zip(row, schema, strict=True)]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    def close(self) -> None:
        """Close it."""
        self._connection.close()


_AT_ONCE = 500_000
"""Entries that one query asks PostgreSQL for: the first of them come at once, however long the ledger is."""


class PostgresqlConnection:
    """A database, read through ADBC: rows arrive as Arrow."""

    def __init__(self, url: str) -> None:
        """Connect. Raises: MissingExtraError without the driver; adbc_driver_manager.Error."""
        try:
            driver = import_module("adbc_driver_postgresql.dbapi")
        except ImportError as error:
            hint = "install it: pip install 'byleave[ledger]'"
            raise MissingExtraError("reading a ledger in PostgreSQL needs adbc-driver-postgresql", hint=hint) from error
        self._connection = driver.connect(url)
        with self._connection.cursor() as cursor:
            # otherwise somebody who is erased between two queries would be half read: registered, and without refusal
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        self._connection.commit()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Every row."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def entries(self, sql: str, schema: pa.Schema, after: int, until: int) -> Iterator[pa.RecordBatch]:
        """The driver's own batches."""
        for start in range(after, until, _AT_ONCE):
            with self._connection.cursor() as cursor:
                cursor.execute(sql.format(after=start, until=min(start + _AT_ONCE, until)))
                for batch in cursor.fetch_record_batch():
                    if batch.num_rows:
                        yield batch.cast(schema)

    def close(self) -> None:
        """Close it."""
        self._connection.close()


def errors() -> tuple[type[Exception], ...]:
    """What reading from either database raises."""
    import pyarrow as pa

    try:
        driver: tuple[type[Exception], ...] = (import_module("adbc_driver_manager").Error,)
    except ImportError:
        driver = ()
    # ValueError: what is no JSON
    return (*driver, sqlite3.Error, pa.ArrowException, ValueError, OSError)

"""One DuckDB connection: in UTC, within bounds of memory, interruptible, and with errors in plain words."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import duckdb

from byleave.adapters.duckdb_engine.columns import literal
from byleave.kernel.errors import ByleaveError, InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

MEMORY_LIMIT = "2500MB"
"""DuckDB spills to disk beyond this; what Python, buffers of Parquet and the system need comes on top (docs/adr)."""

_POLL_SECONDS = 0.1


class Session:
    """A connection. Its statements run in a thread of their own so that Ctrl-C reaches them at once."""

    def __init__(self, spill: Path) -> None:
        """Open an in-memory database that spills into the folder `spill`."""
        self._connection = duckdb.connect()
        self._worker = ThreadPoolExecutor(max_workers=1)
        self.scanned: list[str] = []
        """SQL for the name of each Parquet file that statements read; DuckDB does not always say which is damaged."""
        for name, value in (("TimeZone", "UTC"), ("temp_directory", str(spill)), ("memory_limit", MEMORY_LIMIT)):
            # never with a parameter: DuckDB would import pandas, where it is installed, to look at the value
            self._connection.execute(f"SET {name} = {literal(value)}")
        self._connection.execute("SET preserve_insertion_order = false")
        # DuckDB 1.5 takes a file that was replaced within a second by one of equal size for the one that it has read
        self._connection.execute("SET enable_external_file_cache = false")
        self._connection.execute("SET enable_progress_bar = true")
        self._connection.execute("SET enable_progress_bar_print = false")

    @property
    def version(self) -> str:
        """DuckDB's version."""
        return str(duckdb.__version__)

    def close(self) -> None:
        """Free everything."""
        self._worker.shutdown()
        self._connection.close()

    def register(self, name: str, table: Any) -> None:  # noqa: ANN401 - whatever DuckDB can scan
        """Make an Arrow table visible under a name."""
        self._connection.register(name, table)

    def function(self, name: str, function: Callable[[Any], Any]) -> None:
        """Make a function from Arrow arrays of text to Arrow arrays of text known to statements, by a name."""
        with suppress(duckdb.InvalidInputException):  # it is not there yet
            self._connection.remove_function(name)
        # a function without annotations: DuckDB would evaluate ours, whose names may be known to mypy alone
        plain: Any = lambda values: function(values)  # noqa: E731, PLW0108
        self._connection.create_function(name, plain, ["VARCHAR"], "VARCHAR", type="arrow")  # type: ignore[call-overload]

    def run(self, sql: str, *, on_progress: Callable[[float], None] | None = None) -> None:
        """Execute a statement for its effect."""
        self._execute(sql, on_progress)

    def rows(
        self,
        sql: str,
        parameters: list[Any] | None = None,
        *,
        on_progress: Callable[[float], None] | None = None,
    ) -> list[tuple[Any, ...]]:
        """Execute a query and fetch its rows."""
        return self._execute(sql, on_progress, parameters)

    def batches(self, sql: str, rows: int) -> Iterator[Any]:
        """Execute a query and yield its rows as Arrow record batches; nothing else may be executed meanwhile."""
        reader = self._in_words(self._worker.submit(lambda: self._connection.execute(sql).fetch_record_batch(rows)))
        while True:
            try:
                yield self._in_words(self._worker.submit(reader.read_next_batch))
            except StopIteration:
                return

    @staticmethod
    def _in_words(statement: Future[Any]) -> Any:  # noqa: ANN401 - what the statement gives
        try:
            return statement.result()
        except duckdb.Error as error:
            raise plain_error(error) from error

    def one(self, sql: str, parameters: list[Any] | None = None) -> Any:  # noqa: ANN401 - any value
        """The first value of the first row, or None."""
        rows = self.rows(sql, parameters)
        return rows[0][0] if rows else None

    def _execute(
        self, sql: str, on_progress: Callable[[float], None] | None, parameters: list[Any] | None = None
    ) -> list[tuple[Any, ...]]:
        statement = self._worker.submit(lambda: self._connection.execute(sql, parameters).fetchall())
        try:
            while not wait([statement], _POLL_SECONDS).done:
                if on_progress is not None:
                    on_progress(max(0.0, self._connection.query_progress()) / 100)
        finally:
            while not statement.done():  # Ctrl-C, or an error in the progress bar; an early interrupt has no effect
                self._connection.interrupt()
                wait([statement], _POLL_SECONDS)
        try:
            return list(statement.result())
        except duckdb.Error as error:
            plain = plain_error(error)
            if isinstance(plain, InputError) and plain.message.startswith(_UNNAMED):
                plain = self._damaged() or plain
            raise plain from error

    def _damaged(self) -> InputError | None:
        """The error for the first Parquet file that cannot be read to its end."""
        for path in self.scanned:
            try:
                self._connection.execute(f"COPY (FROM read_parquet({path})) TO '{os.devnull}' (FORMAT csv)")
            except duckdb.Error:
                return InputError(f"`{path[1:-1]}` is cut off or damaged", hint=_AGAIN)
        return None


_FULL = {
    "No space left on device": "the disk is full",
    "File too large": "a file may not grow any further",
    "Disk quota exceeded": "the disk quota is used up",
}
_UNNAMED = "a file"
_AGAIN = "write it again where it comes from"
_NAMED = re.compile(
    r"""(?:file = |[Ff]ile\s*["']?)(?P<name>[^"'\n]+?\.(?:parquet|csv|jsonl|ndjson)(?:\.gz)?)(?=["'\s,:]|$)"""
)
_DAMAGED = re.compile(
    r"[Nn]o magic bytes|too small to be a Parquet|[Ff]ooter length|don't know what type|decompress|corrupt"
)


def ready_to_fork() -> None:
    """Let processes that are forked from this one use DuckDB: call it before the fork, where nothing uses DuckDB.

    To import DuckDB opens a database of its own, with a thread. A forked process would inherit the one without the
    other, and end with an abort when it gives the database back.
    """
    duckdb.default_connection().close()


def plain_error(error: duckdb.Error) -> ByleaveError:
    """DuckDB's error in byleave's words: which file, and what is wrong with it."""
    text = str(error)
    full = next((words for told, words in _FULL.items() if told in text), None)
    if full is not None:
        return OutputError(
            full, hint="make room where the result is written; what does not fit into memory goes there, too"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return OutputError("there is not enough memory", hint="make room where the result is written, to spill into")
    if isinstance(error, duckdb.InternalException | duckdb.FatalException):
        return ByleaveError("the engine failed", hint=_detail(text))
    file = _NAMED.search(text)
    named = f"`{file['name']}`" if file else _UNNAMED
    if isinstance(error, duckdb.IOException):
        return InputError(f"cannot read {named}", hint=_detail(text))
    # the message of an error of the Parquet reader itself is short; elsewhere it may quote what stands in a file
    if (file and file["name"].endswith(".parquet")) or _DAMAGED.search(text.splitlines()[0]):
        return InputError(f"{named} is cut off or damaged", hint=_AGAIN)
    return InputError(f"{named} cannot be read", hint=_detail(text))


def _detail(text: str) -> str:
    """The lines of a DuckDB error that say what and where, without its advice about options of its own."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    kept = [line for line in lines if not re.match(r"(\*|Possible|Try |LINE|\^|\w+ ?=)", line)]
    return re.sub(r"^(\w+ )+Error: ", "", " ".join(kept[:3]))[:300]

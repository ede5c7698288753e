"""One DuckDB connection: in UTC, within bounds of memory, interruptible, and with errors in plain words."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

import duckdb

from byleave.kernel.errors import ByleaveError, InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEMORY_LIMIT = "2500MB"
"""DuckDB spills to disk beyond this; what Python, buffers of Parquet and the system need comes on top (docs/adr)."""

_POLL_SECONDS = 0.1


class Session:
    """A connection. Every statement runs in a thread of its own so that Ctrl-C reaches it at once."""

    def __init__(self, spill: Path) -> None:
        """Open an in-memory database that spills into the folder `spill`."""
        self._connection = duckdb.connect()
        for name, value in (("TimeZone", "UTC"), ("temp_directory", str(spill)), ("memory_limit", MEMORY_LIMIT)):
            self._connection.execute(f"SET {name} = ?", [value])
        self._connection.execute("SET preserve_insertion_order = false")
        self._connection.execute("SET enable_progress_bar = true")
        self._connection.execute("SET enable_progress_bar_print = false")

    @property
    def version(self) -> str:
        """DuckDB's version."""
        return str(duckdb.__version__)

    def close(self) -> None:
        """Free everything."""
        self._connection.close()

    def register(self, name: str, table: Any) -> None:  # noqa: ANN401 - whatever DuckDB can scan
        """Make an Arrow table visible under a name."""
        self._connection.register(name, table)

    def run(self, sql: str, *, on_progress: Callable[[float], None] | None = None) -> None:
        """Execute a statement for its effect."""
        self._execute(sql, on_progress)

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Execute a query and fetch its rows."""
        return self._execute(sql, None, parameters)

    def one(self, sql: str, parameters: list[Any] | None = None) -> Any:  # noqa: ANN401 - any value
        """The first value of the first row, or None."""
        rows = self.rows(sql, parameters)
        return rows[0][0] if rows else None

    def _execute(
        self, sql: str, on_progress: Callable[[float], None] | None, parameters: list[Any] | None = None
    ) -> list[tuple[Any, ...]]:
        outcome: list[Any] = []

        def work() -> None:
            try:
                outcome.append(self._connection.execute(sql, parameters).fetchall())
            except duckdb.Error as error:
                outcome.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(_POLL_SECONDS)
                if on_progress is not None:
                    on_progress(max(0.0, self._connection.query_progress()) / 100)
        finally:
            if thread.is_alive():  # Ctrl-C, or an error in the progress bar
                self._connection.interrupt()
                thread.join()
        result = outcome[0]
        if isinstance(result, duckdb.Error):
            raise plain_error(result) from result
        return list(result)


_PLAIN = (
    (r"No space left on device|File too large|could not write|disk quota", "output", "the disk is full"),
    (
        r"[Nn]o magic bytes|too small to be a Parquet|Invalid Parquet|Metadata|corrupt|footer",
        "input",
        "cut off or damaged",
    ),
    (r"Out of Memory|failed to (allocate|offload)|could not allocate", "output", "not enough memory or room to spill"),
)


def plain_error(error: duckdb.Error) -> ByleaveError:
    """DuckDB's error in byleave's words: which file, and what is wrong with it."""
    text = str(error)
    first = text.splitlines()[0]
    file = re.search(r"""(?:file|File)\s*[:"']?\s*["']?([^"'\n]+?\.(?:parquet|csv|jsonl|ndjson)(?:\.gz)?)""", text)
    named = f"`{file.group(1).strip()}`: " if file else ""
    for pattern, kind, words in _PLAIN:
        if re.search(pattern, text):
            if kind == "output":
                return OutputError(words, hint=first)
            return InputError(f"{named or 'a file is '}{words}", hint=first)
    return InputError(f"{named}not readable", hint=_detail(text))


def _detail(text: str) -> str:
    """The lines of a DuckDB error that say what and where, without its advice about options of its own."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    kept = [line for line in lines if not re.match(r"(\*|Possible|  |LINE|\^|\w+ ?=)", line)]
    return re.sub(r"^(\w+ )+Error: ", "", " ".join(kept[:4]))[:400]

"""Rows of a table of items for whoever learns from them: typed strictly, some thousand at a time, never on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from byleave.adapters.duckdb_engine.columns import Kind

_AT_ONCE = 5_000


def item_rows(
    places: Sequence[str | Path], kinds: Mapping[str, Kind], spill: Path
) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """Where each row stands, the column of it that cannot be read, if any, and its columns.

    Args:
        places: files, folders or patterns.
        kinds: column → what it must be; `item_id` and `member_id` are among them.
        spill: a folder for what does not fit into memory.

    Raises: InputError for what cannot be read, or an id that is missing.
    """
    from byleave.adapters.duckdb_engine.session import Session
    from byleave.adapters.duckdb_engine.tables import UNREADABLE, file_source, filled, typed
    from byleave.adapters.files import find_table
    from byleave.gate.request import Reading

    session = Session(spill)
    try:
        source = file_source(session, find_table("items", places))
        table = typed(source, kinds, Reading(), passing=False)
        columns = ", ".join([*kinds, UNREADABLE])
        with source.being_read():
            for batch in session.batches(f"SELECT {columns} FROM ({filled(table, kinds)})", _AT_ONCE):
                for row in batch.to_pylist():
                    unreadable = row.pop(UNREADABLE)
                    for name in ("item_id", "member_id"):
                        if row[name] is None:
                            hint = "every item has an id and an owner"
                            raise InputError(f"{source.place}: a row has no {name}", hint=hint)
                    yield source.place, unreadable, row
    finally:
        session.close()

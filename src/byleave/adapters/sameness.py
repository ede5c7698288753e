"""Measure how alike the texts of tables of items are, all of them and those that are left in."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.columns import Kind, literal
from byleave.kernel.errors import InputError
from byleave.learn.sameness import Measuring, Period, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_KINDS = {
    "item_id": Kind("text", required=True),
    "created_at": Kind("instant", required=True),
    "ai_written": Kind("flag"),
    "text": Kind("text", required=True),
}
_AT_ONCE = 5_000
FORMATS = {"month": "%Y-%m", "year": "%Y"}
"""How a period is named."""


@dataclass(frozen=True, slots=True)
class Sameness:
    """What was found."""

    before: tuple[Period, ...]
    """Of all items with a text."""
    after: tuple[Period, ...]
    """Of those that a gate lets in."""
    unreadable: int
    """Items whose instant or mark cannot be read, or that have none; they are in neither."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        told = {name: [one.as_json() for one in getattr(self, name)] for name in ("before", "after")}
        return {**told, "unreadable": self.unreadable}


def measure(items: Sequence[str], snapshot: Path | None, by: str) -> Sameness:
    """Measure tables of items.

    Args:
        items: files, folders or patterns.
        snapshot: whose items are those that are let in; None lets in what AI did not write, as far as is known.
        by: `month` or `year`.

    Raises: InputError for what cannot be read.
    """
    before, after, unreadable = Measuring(), Measuring(), 0
    with tempfile.TemporaryDirectory() as spill:
        inside = _ids(snapshot) if snapshot else None
        for name, one in _texts(items, Path(spill), by):
            if one is None:
                unreadable += 1
                continue
            before.add(one)
            if name in inside if inside is not None else one.ai_written is False:
                after.add(one)
    if not before.periods():
        raise InputError("there is no item with a text", hint="items need the columns item_id, created_at and text")
    return Sameness(tuple(before.periods()), tuple(after.periods()), unreadable)


def _texts(items: Sequence[str], spill: Path, by: str) -> Iterator[tuple[str | None, Text | None]]:
    """Items with a text in the order of time; None for one that cannot be read."""
    import pyarrow.parquet as pq

    from byleave.adapters.duckdb_engine.session import Session
    from byleave.adapters.duckdb_engine.tables import UNREADABLE, file_source, filled, typed
    from byleave.adapters.files import find_table
    from byleave.gate.request import Reading

    path = spill / "texts.parquet"
    session = Session(spill)
    try:
        source = file_source(session, find_table("items", items))
        table = typed(source, _KINDS, Reading(), passing=False)
        with source.being_read():
            rows = f"SELECT * FROM ({filled(table, _KINDS)}) WHERE text IS NOT NULL ORDER BY created_at, item_id"  # noqa: S608 - our own
            session.run("SET preserve_insertion_order = true")
            session.run(f"COPY ({rows}) TO {literal(str(path))} (FORMAT parquet)")
    finally:
        session.close()
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_AT_ONCE, columns=[*_KINDS, UNREADABLE]):
            for row in batch.to_pylist():
                if row[UNREADABLE] is not None or row["created_at"] is None:
                    yield row["item_id"], None
                    continue
                period = row["created_at"].strftime(FORMATS[by])
                yield row["item_id"], Text(period, row["text"], row["ai_written"])


def _ids(snapshot: Path) -> set[str]:
    """The items of a snapshot. Raises: InputError."""
    from pyarrow import ArrowInvalid
    from pyarrow.dataset import dataset

    try:
        batches = dataset(snapshot / "items").to_batches(columns=["item_id"])
        return {name for batch in batches for name in batch.column(0).to_pylist()}
    except (OSError, ArrowInvalid, KeyError) as error:
        raise InputError(
            f"`{snapshot}` is no snapshot", hint="name the folder that `byleave gate --out` made"
        ) from error

"""One column of values in every source that the gate reads, and what its reading layer makes of them."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from byleave.adapters.arrow import spill_parquet
from byleave.adapters.duckdb_engine.columns import Kind
from byleave.adapters.duckdb_engine.tables import UNREADABLE, file_source, typed
from byleave.adapters.files import find_table
from byleave.gate.request import Reading
from byleave.kernel.instants import parse_date
from tests.adapters.reference import OPTIONS, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from byleave.adapters.duckdb_engine.session import Session

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PYTHON = {"instant": "epoch_us(value)", "date": "value::VARCHAR"}


def read(session: Session, path: Path, kind: str, zone: str | None = None) -> list[Told]:
    """Read the column `value` of a file as the gate does, in the order of `n`."""
    source = file_source(session, find_table("values", [path]))
    options = OPTIONS if kind == "choice" else ()
    table = typed(source, {"value": Kind(kind, required=True, options=options)}, Reading(zone), passing=True)
    rows = session.rows(
        f"SELECT {_PYTHON.get(kind, 'value')}, {UNREADABLE} FROM ({table.sql}) ORDER BY CAST(n AS INTEGER)"
    )
    return [Told(_value(kind, value), unreadable) for value, unreadable in rows]


def _value(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "instant":
        return _EPOCH + timedelta(microseconds=value)
    return (parse_date(value) or value) if kind == "date" else value


def as_csv(folder: Path, values: Sequence[str | None]) -> Path:
    """Every value in quotes, so that whatever stands in it is part of it."""
    lines = ("" if value is None else '"' + value.replace('"', '""') + '"' for value in values)
    text = "n,value\n" + "".join(f"{number},{line}\n" for number, line in enumerate(lines))
    return _write(folder / "values.csv", text)


def as_csv_gz(folder: Path, values: Sequence[str | None]) -> Path:
    """The CSV, compressed."""
    return _compressed(as_csv(folder, values))


def as_jsonl(folder: Path, values: Sequence[str | None]) -> Path:
    """One object a line."""
    return as_json_values(
        folder, [json.dumps(value, ensure_ascii=number % 2 == 0) for number, value in enumerate(values)]
    )


def as_jsonl_gz(folder: Path, values: Sequence[str | None]) -> Path:
    """The JSON Lines, compressed."""
    return _compressed(as_jsonl(folder, values))


def as_json_values(folder: Path, values: Sequence[str]) -> Path:
    """One object a line, with values that are JSON already."""
    lines = (f'{{"n": {number}, "value": {value}}}\n' for number, value in enumerate(values))
    return _write(folder / "values.jsonl", "".join(lines))


def as_parquet(folder: Path, values: Sequence[str | None]) -> Path:
    """Text in Parquet."""
    return _parquet(folder, pa.array(values, pa.string()))


def as_dictionary(folder: Path, values: Sequence[str | None]) -> Path:
    """Text in Parquet, encoded as a dictionary."""
    return _parquet(folder, pa.array(values, pa.large_string()).dictionary_encode())


def as_pandas(folder: Path, values: Sequence[str | None]) -> Path:
    """A pandas table, as the gate takes it in."""
    import pandas as pd

    return _spilled(folder, pd.DataFrame({"n": range(len(values)), "value": pd.Series(list(values), dtype=object)}))


def as_polars(folder: Path, values: Sequence[str | None]) -> Path:
    """A Polars table, as the gate takes it in."""
    import polars as pl

    return _spilled(folder, pl.DataFrame({"n": range(len(values)), "value": pl.Series(values, dtype=pl.String)}))


def as_ibis(folder: Path, values: Sequence[str | None]) -> Path:
    """A table in a database that Ibis reaches, as the gate takes it in."""
    import ibis

    connection = ibis.duckdb.connect()
    table = pa.table({"n": range(len(values)), "value": pa.array(values, pa.string())})
    return _spilled(folder, connection.create_table("stored", table))


SOURCES: dict[str, Callable[[Path, Sequence[str | None]], Path]] = {
    "csv": as_csv,
    "csv-gz": as_csv_gz,
    "jsonl": as_jsonl,
    "jsonl-gz": as_jsonl_gz,
    "parquet": as_parquet,
    "dictionary": as_dictionary,
    "pandas": as_pandas,
    "polars": as_polars,
    "ibis": as_ibis,
}


def as_typed(folder: Path, array: pa.Array) -> Path:
    """An Arrow column of any type, in Parquet."""
    return _parquet(folder, array)


def _parquet(folder: Path, array: pa.Array) -> Path:
    path = folder / "values.parquet"
    pq.write_table(pa.table({"n": range(len(array)), "value": array}), path)
    return path


def _spilled(folder: Path, table: Any) -> Path:
    path = folder / "values.parquet"
    spill_parquet(table, path)
    return path


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def _compressed(path: Path) -> Path:
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return packed

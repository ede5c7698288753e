"""The same corpus and register decide alike, whatever they are written in."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.gate.scene import ITEM, SETTING, csv_text, decisions, gate, reasons, write_register

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

ROWS: list[dict[str, Any]] = [
    {"item_id": "i1", "member_id": "m1"},
    {"item_id": "007", "member_id": "007"},
    {"item_id": "7", "member_id": "7"},
    {"item_id": "i3", "member_id": "m3"},
    {"item_id": "i4", "member_id": "m1", "withheld": "true"},
    {"item_id": "i5", "member_id": "m1", "withheld": "false"},
    {"item_id": "i6", "member_id": "m1", "withheld": "TRUE"},
    {"item_id": "i7", "member_id": "m1", "subjects": '["m2","n9"]'},
    {"item_id": "i8", "member_id": "m1", "subjects": '["m2"]'},
    {"item_id": "i9", "member_id": "m1", "subjects": "[]"},
    {"item_id": "i10", "member_id": "m1", "subjects": "n9"},
    {"item_id": "i11", "member_id": "m1", "subjects": '["n9",""]'},
    {"item_id": "i12", "member_id": "m1", "created_at": "2024-05-01"},
    {"item_id": "i13", "member_id": "m1", "created_at": "2024-05-01T08:30:00"},
    {"item_id": "i14", "member_id": "m1", "created_at": "2024-05-01t08:30z"},
    {"item_id": "i15", "member_id": "m1", "created_at": None},
    {"item_id": "i16", "member_id": "m1", "created_at": "2150-01-01T00:00:00Z"},
    {"item_id": "i17", "member_id": "m1", "changed_at": "2024-05-01T08:30:00.1234567+0200"},
    {"item_id": "i18", "member_id": "m1", "changed_at": "yesterday"},
    {"item_id": "i19", "member_id": " "},
    {"item_id": "i20", "member_id": "m1 "},
    {"item_id": "i21", "member_id": "m1", "category": ""},
    {"item_id": "i22", "member_id": "m1", "category": "Post"},
    {"item_id": "i23", "member_id": "m1", "visibility": "\t"},
    {"item_id": "i24", "member_id": "m1", "visibility": "PUBLIC"},
    {"item_id": "ü\u00a0😀", "member_id": "ü"},
    {"item_id": 'a"b,c\nd', "member_id": "m1"},
]
OPTIONAL = dict.fromkeys(["changed_at", "public_since", "withheld", "subjects"])
CORPUS: list[dict[str, Any]] = [{**ITEM, **OPTIONAL, **row} for row in ROWS]
MEMBERS = [{"member_id": name, "country": country} for name, country in
           [("m1", "DE"), ("007", "US"), ("7", "GB"), ("m3", "FR"), ("ü", "EL"), ("m2", None)]]  # fmt: skip
PREFERENCES = [
    {"member_id": "m3", "setting": SETTING, "value": "off", "at": "2025-10-20T09:00:00+02:00", "seq": "8"},
    {"member_id": "7", "setting": SETTING, "value": "off", "at": "2025-10-20 09:00Z", "seq": "09"},
]
OBJECTIONS = [
    {"subject_id": "n9", "purpose": None, "received_at": "2025-10-20T09:00:00Z", "status": "open", "resolved_at": " "}
]
TABLES: dict[str, list[dict[str, Any]]] = {"members": MEMBERS, "preferences": PREFERENCES, "objections": OBJECTIONS}
EXPECTED = {
    "opted-out": 2,
    "withheld": 1,
    "subject-objection": 1,
    "invalid-item": 9,
    "not-yet-created": 1,
    "unknown-member": 1,
    "unknown-category": 1,
    "unknown-visibility": 2,
    "eligible": 9,
}


def as_csv(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """CSV with line feeds."""
    (folder / f"{name}.csv").write_text(csv_text(rows), encoding="utf-8", newline="")


def as_windows_csv(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """CSV as spreadsheets write it: a byte order mark, and both characters at the end of a line."""
    text = csv_text(rows).replace("\n", "\r\n").replace("c\r\nd", "c\nd")
    (folder / f"{name}.csv").write_text(text, encoding="utf-8-sig", newline="")


def as_csv_gz(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """CSV, compressed in two pieces, one after the other."""
    data = csv_text(rows).encode()
    (folder / f"{name}.csv.gz").write_bytes(gzip.compress(data[:40]) + gzip.compress(data[40:]))


def json_lines(rows: list[dict[str, Any]]) -> str:
    """JSON Lines with JSON's own types where they say the same, blank lines, and keys that are missing when NULL."""
    lines = []
    for number, row in enumerate(rows):
        typed = {name: _json(name, value) for name, value in row.items() if value is not None}
        lines.append(json.dumps(typed if number else {**dict.fromkeys(row), **typed}))
    return "\n\n".join(lines) + "\n"


def _json(name: str, value: str) -> Any:
    if (name == "subjects" and value.startswith("[")) or value in {"true", "false", "8"}:
        return json.loads(value)
    return value


def as_jsonl(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """JSON Lines."""
    (folder / f"{name}.jsonl").write_text(json_lines(rows), encoding="utf-8")


def as_jsonl_gz(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """JSON Lines, compressed, with lines that end as on Windows."""
    (folder / f"{name}.ndjson.gz").write_bytes(gzip.compress(json_lines(rows).replace("\n", "\r\n").encode()))


def as_parquet(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """Text in Parquet, in many row groups."""
    pq.write_table(arrow(rows), folder / f"{name}.parquet", row_group_size=2)


def arrow(rows: list[dict[str, Any]]) -> pa.Table:
    """Every column as text."""
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})


FILES: dict[str, Callable[[Path, str, list[dict[str, Any]]], None]] = {
    "csv": as_csv,
    "csv-windows": as_windows_csv,
    "csv-gz": as_csv_gz,
    "jsonl": as_jsonl,
    "jsonl-gz": as_jsonl_gz,
    "parquet": as_parquet,
}


@pytest.mark.parametrize("written", FILES)
def test_files_decide_alike(tmp_path: Path, written: str) -> None:
    """Every format of files gives the same reason for every row."""
    register, items = tmp_path / "register", tmp_path / "items"
    register.mkdir()
    items.mkdir()
    for name, rows in TABLES.items():
        FILES[written](register, name, rows)
    FILES[written](items, "items", CORPUS)
    result = gate(items, register, out=tmp_path / "out", decisions_only=True)

    assert reasons(result) == EXPECTED
    assert decisions(tmp_path / "out")["007"] == "eligible"
    assert decisions(tmp_path / "out")["7"] == "opted-out"


def in_pandas(rows: list[dict[str, Any]]) -> Any:
    """A pandas table."""
    return arrow(rows).to_pandas()


def in_polars(rows: list[dict[str, Any]]) -> Any:
    """A Polars table."""
    import polars as pl

    return pl.from_arrow(arrow(rows))


def lazy(rows: list[dict[str, Any]]) -> Any:
    """A Polars query that has not run yet."""
    return in_polars(rows).lazy()


def in_ibis(rows: list[dict[str, Any]]) -> Any:
    """A table in a database that Ibis reaches."""
    import ibis

    return ibis.duckdb.connect().create_table("stored", arrow(rows))


def in_memtable(rows: list[dict[str, Any]]) -> Any:
    """A table in memory that Ibis reaches."""
    import ibis

    return ibis.memtable(arrow(rows))


def batches(rows: list[dict[str, Any]]) -> Any:
    """A stream of Arrow batches that can be read once."""
    return arrow(rows).to_reader(max_chunksize=3)


MEMORY: Mapping[str, Callable[[list[dict[str, Any]]], Any]] = {
    "arrow": arrow,
    "batches": batches,
    "pandas": in_pandas,
    "polars": in_polars,
    "polars-lazy": lazy,
    "ibis": in_ibis,
    "ibis-memtable": in_memtable,
}


@pytest.mark.parametrize("kept", MEMORY)
def test_tables_in_memory_decide_alike(kept: str) -> None:
    """Every kind of table in memory, for items and register alike, gives the same counts as files do."""
    register = {name: MEMORY[kept](rows) for name, rows in TABLES.items()}

    assert reasons(gate(MEMORY[kept](CORPUS), register)) == EXPECTED


def test_a_register_may_mix_formats(tmp_path: Path) -> None:
    """Each table of a register may have a format of its own."""
    register = write_register(tmp_path / "register", {"members.csv": None, "preferences.csv": None})
    as_jsonl(register, "members", MEMBERS)
    as_parquet(register, "preferences", PREFERENCES)
    (register / "objections.csv").write_text(csv_text(OBJECTIONS), encoding="utf-8")
    as_csv(tmp_path, "items", CORPUS)

    assert reasons(gate(tmp_path / "items.csv", register)) == EXPECTED

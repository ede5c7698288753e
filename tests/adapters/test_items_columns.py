"""The columns of items: their names, what passes through, and what is refused."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.gate.scene import (
    ITEM,
    THREE,
    csv_text,
    gate,
    reasons,
    refused,
    snapshot,
    typed_table,
    write_parquet,
    write_register,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Three members, of whom the third has switched off."""
    return write_register(tmp_path / "register")


TYPES = {
    "struct": pa.array([{"a": 1, "b": ["x"]}, None, {"a": 2, "b": []}]),
    "list": pa.array([[1], None, []]),
    "nested": pa.array([[{"a": [{"b": 1}]}], None, []]),
    "map": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int64())),
    "decimal": pa.array([Decimal("1.10"), None, Decimal("-99999999999999999999.99")], pa.decimal128(38, 2)),
    "binary": pa.array([b"\x00\xff", None, b""]),
    "time": pa.array([time(1, 2, 3, 456), None, time(0)]),
    "date": pa.array([date(1, 1, 1), None, date(9999, 12, 31)]),
    "float32": pa.array([1.5, None, float("inf")], pa.float32()),
    "float64": pa.array([-0.0, None, 1e-300]),
    "uint64": pa.array([2**64 - 1, None, 0], pa.uint64()),
    "int8": pa.array([1, None, -128], pa.int8()),
    "local time": pa.array([0, None, 1], pa.timestamp("us")),
    "nanoseconds": pa.array([1, None, 2], pa.timestamp("ns")),
    "instant": pa.array([0, None, 1], pa.timestamp("us", "UTC")),
    "boolean": pa.array([True, None, False]),
    "blank text": pa.array(["", None, " "]),
    "long text": pa.array(["x" * 1_000_000, None, "\x00"]),
    "JSON": pa.array(['{"a": 1}', None, '"x"'], pa.json_()),
    "UUID": pa.array([b"0" * 16, None, b"1" * 16], pa.uuid()),
}


@pytest.mark.parametrize("name", TYPES)
def test_values_pass_through_unchanged(tmp_path: Path, register: Path, name: str) -> None:
    """A column that the decision does not read comes out with the values and the type that went in."""
    rows = [{**row, "member_id": "m1"} for row in THREE]
    write_parquet(tmp_path / "items.parquet", rows, passing=TYPES[name])
    gate(tmp_path / "items.parquet", register, out=tmp_path / "out")

    found = pq.read_table(tmp_path / "out" / "items").sort_by("item_id")
    assert found["passing"].to_pylist() == pq.read_table(tmp_path / "items.parquet")["passing"].to_pylist()
    assert found["passing"].type == TYPES[name].type


def test_decimals_that_would_be_rounded_are_refused(tmp_path: Path, register: Path) -> None:
    """A decimal of more digits than the engine holds is refused rather than changed."""
    long = pa.array([Decimal(10) ** 40] * 3, pa.decimal256(50, 0))
    path = write_parquet(tmp_path / "items.parquet", price=long)

    assert refused(path, register, tmp_path).message.startswith(
        f"`{path}`: column `price` has decimals of more than 38"
    )


NAMES = [
    *(
        "with space",
        'quo"te',
        "a'b",
        "Ünï 😀",
        "*",
        "count",
        "schema",
        "at",
        "select",
        "a.b",
        "1",
        "x" * 300,
        "--",
        "%s",
    ),
    *("row", "rows", "file", "filename", "reason", "regime", "verdict", "items", "member_id_right", "covered", "{x}"),
    *("new\nline", "language", "text", "objector", "byleave", "known"),
]


def test_any_column_name_passes_through(tmp_path: Path, register: Path) -> None:
    """Words of SQL, words of our own outputs, quotes and spaces are names like any other."""
    columns = {name: pa.array([number] * 3) for number, name in enumerate(NAMES)}
    write_parquet(tmp_path / "items.parquet", **columns)
    gate(tmp_path / "items.parquet", register, out=tmp_path / "out")

    found = pq.read_table(tmp_path / "out" / "items")
    assert found.column_names == [*THREE[0], *NAMES]
    assert [found[name][0].as_py() for name in NAMES] == list(range(len(NAMES)))


OWN = {
    "byleave_file": "has a name that byleave uses itself",
    "Byleave_x": "has a name that byleave uses itself",
    "file_row_number": "has a name that byleave uses itself",
    "Member_ID": "differs from `member_id` only in case",
    "Subjects": "would be overlooked, since the name is `subjects`",
    "WITHHELD": "would be overlooked, since the name is `withheld`",
    "Public_Since": "would be overlooked, since the name is `public_since`",
}


@pytest.mark.parametrize("name", OWN)
def test_names_that_would_be_misread_are_refused(tmp_path: Path, register: Path, name: str) -> None:
    """A name of our own, or one that differs from a known one only in case, is refused: it may hold a refusal."""
    path = write_parquet(tmp_path / "items.parquet", **{name: pa.array(["x"] * 3)})
    error = refused(path, register, tmp_path)

    assert error.message == f"`{path}`: column `{name}` {OWN[name]}"
    assert "rename" in str(error.hint)


MISSING = {
    "memberid": "did you mean `memberid`? then say --map member_id=memberid",
    "MEMBER_ID": "did you mean `MEMBER_ID`? then say --map member_id=MEMBER_ID",
    "author": "it has `item_id`, `author`, `category`, `visibility`, `created_at`",
}


@pytest.mark.parametrize("name", MISSING)
def test_missing_columns_are_named(tmp_path: Path, register: Path, name: str) -> None:
    """A required column that is missing is named, with the nearest one that is there; mapping it helps."""
    rows = [{(name if key == "member_id" else key): value for key, value in row.items()} for row in THREE]
    for path in (write_parquet(tmp_path / "a.parquet", rows), tmp_path / "a.csv"):
        if path.suffix == ".csv":
            path.write_text(csv_text(rows))
        error = refused(path, register, tmp_path)

        assert error.message == f"`{path}`: there is no column `member_id`"
        assert error.hint == MISSING[name]
        assert reasons(gate(path, register, columns={"member_id": name})) == {"opted-out": 1, "eligible": 2}


def test_partitions_in_folder_names_are_pointed_out(tmp_path: Path, register: Path) -> None:
    """A column that stands only in the names of folders is missing, and the message says where it is."""
    rows = [{key: value for key, value in row.items() if key != "category"} for row in THREE]
    write_parquet(tmp_path / "items" / "category=post" / "a.parquet", rows)
    error = refused(tmp_path / "items", register, tmp_path)

    assert error.hint == "it stands in the names of the folders; write it into the files, too"


def test_mapped_columns(tmp_path: Path, register: Path) -> None:
    """Columns are mapped by name; what is mapped and missing, or stands beside the mapped one, is refused."""
    path = write_parquet(tmp_path / "items.parquet", who=pa.array([["m2"], [], None]), author=pa.array(["m3"] * 3))
    objecting = write_register(tmp_path / "other", objections=["m2,,2025-10-20T09:00:00Z,open,"])
    result = gate(path, objecting, columns={"subjects": "who"}, out=tmp_path / "out")

    assert reasons(result) == {"objection": 1, "opted-out": 1, "subject-objection": 1}
    assert result.manifest["items"]["columns"] == {"subjects": "who"}
    assert result.manifest["items"]["missing_columns"] == ["changed_at", "public_since", "withheld", "ai_written"]
    assert refused(path, register, tmp_path, columns={"subjects": "whom"}).message.endswith("no column `whom`")
    clash = refused(path, register, tmp_path, columns={"member_id": "author"})
    assert clash.message == f"`{path}`: column `member_id` stands beside the column that is read as `member_id`"


REFUSED = {
    "ids that are numbers": (
        typed_table().set_column(0, "item_id", pa.array([1, 2, 3])),
        "column `item_id` holds whole numbers, expected text",
    ),
    "owners that are numbers": (
        typed_table().set_column(1, "member_id", pa.array([1.0, 2.0, None])),
        "column `member_id` holds numbers with a fraction, expected text",
    ),
    "local times": (
        typed_table().set_column(4, "created_at", pa.array([datetime(2025, 1, 1)] * 3)),  # noqa: DTZ001 - the point
        "column `created_at` holds instants without a time zone, expected instants with a time zone",
    ),
    "flags that are numbers": (
        typed_table().append_column("withheld", pa.array([0, 1, 0])),
        "column `withheld` holds whole numbers, expected booleans",
    ),
    "subjects that are one": (
        typed_table().append_column("subjects", pa.array([1, 2, 3])),
        "column `subjects` holds whole numbers, expected lists of text",
    ),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_types_that_lose_something_are_refused(tmp_path: Path, register: Path, wrong: str) -> None:
    """Ids that are numbers, times without a zone and flags that are numbers are refused before anything is decided."""
    table, words = REFUSED[wrong]
    path = tmp_path / "items.parquet"
    pq.write_table(table, path)
    error = refused(path, register, tmp_path)

    assert error.message == f"`{path}`: {words}"
    assert error.hint


def test_local_times_are_read_with_a_zone(tmp_path: Path, register: Path) -> None:
    """With a zone that the caller assumes, local times are read, and the manifest says so."""
    table = typed_table().set_column(4, "created_at", pa.array([datetime(2025, 1, 1)] * 3))  # noqa: DTZ001 - the point
    pq.write_table(table, tmp_path / "items.parquet")
    result = gate(tmp_path / "items.parquet", register, assume_zone="Europe/Berlin")

    assert reasons(result) == {"opted-out": 1, "eligible": 2}
    assert result.manifest["items"]["assumed_zone"] == "Europe/Berlin"


def test_columns_of_nothing_are_taken_for_missing_values(tmp_path: Path, register: Path) -> None:
    """Optional columns without any value, as pandas writes them, are NULL, and no reason to refuse the file."""
    nothing: dict[str, Any] = {name: pa.nulls(3) for name in ("changed_at", "public_since", "withheld", "passing")}
    empty = pa.array([[], None, []], pa.list_(pa.null()))
    path = write_parquet(tmp_path / "items.parquet", **nothing, subjects=empty)

    assert reasons(gate(path, register)) == {"opted-out": 1, "eligible": 2}


def test_duplicated_ids_are_decided_each_for_itself(tmp_path: Path) -> None:
    """Rows with one id have each its own decision; only withholding, by act or flag, holds for all of them."""
    rows: list[dict[str, Any]] = [
        {**ITEM, "item_id": "twice", "member_id": "m1", "withheld": None},
        {**ITEM, "item_id": "twice", "member_id": "m3", "withheld": None},
        {**ITEM, "item_id": "flagged", "member_id": "m1", "withheld": "true"},
        {**ITEM, "item_id": "flagged", "member_id": "m2", "withheld": "false"},
        {**ITEM, "item_id": "acted", "member_id": "m1", "withheld": None},
        {**ITEM, "item_id": "acted", "member_id": "m2", "withheld": None},
    ]
    (tmp_path / "items.csv").write_text(csv_text(rows))
    register = write_register(tmp_path / "register", withholdings=["acted,m1,2025-10-20T09:00:00Z"])
    gate(tmp_path / "items.csv", register, out=tmp_path / "out")

    found = snapshot(tmp_path / "out")
    assert found.ids == ["twice"]
    assert sorted((row["item_id"], row["reason"]) for row in found.left_out) == [
        *(("acted", "withheld"), ("acted", "withheld"), ("flagged", "withheld"), ("flagged", "withheld")),
        ("twice", "opted-out"),
    ]

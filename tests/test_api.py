"""The Python API: everything that the commands do, from paths and from tables of any kind, in three lines."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import byleave
from byleave.kernel.errors import ByleaveError, InputError, PackError, UsageError
from tests.gate.plans import plans_apart
from tests.gate.scene import DECIDE, THREE, csv_text, typed_table, write_parquet, write_register

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["plans_apart"]

COUNTS = {"opted-out": 1, "eligible": 2}


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Three members, of whom the third has switched off."""
    return write_register(tmp_path / "register")


def pandas_table(_: Path) -> Any:
    """A pandas table with instants, and one column of nothing."""
    return typed_table().to_pandas().assign(changed_at=None)


def polars_table(_: Path) -> Any:
    """A Polars table with a categorical."""
    import polars as pl

    table = pl.from_arrow(typed_table())
    assert isinstance(table, pl.DataFrame)
    return table.with_columns(pl.col("category").cast(pl.Categorical))


def ibis_table(_: Path) -> Any:
    """A query on a table in a database."""
    import ibis

    table = ibis.duckdb.connect().create_table("stored", typed_table())
    return table.filter(table.item_id != "nobody's")


def memtable(_: Path) -> Any:
    """A table in memory that Ibis reaches."""
    import ibis

    return ibis.memtable(typed_table())


def text(folder: Path) -> Any:
    """A path as text."""
    (folder / "items.csv").write_text(csv_text())
    return str(folder / "items.csv")


ITEMS: dict[str, Callable[[Path], Any]] = {
    "path": lambda folder: write_parquet(folder / "items.parquet"),
    "text": text,
    "paths": lambda folder: [write_parquet(folder / f"{n}.parquet", THREE[n : n + 1]) for n in range(3)],
    "pattern": lambda folder: str(write_parquet(folder / "items.parquet").with_name("*.parquet")),
    "arrow": lambda _: typed_table(),
    "batches": lambda _: typed_table().to_reader(),
    "tables": lambda _: [typed_table(THREE[:1]), typed_table(THREE[1:])],
    "pandas": pandas_table,
    "polars": polars_table,
    "ibis": ibis_table,
    "ibis-memtable": memtable,
}


@pytest.mark.parametrize("kind", ITEMS)
def test_three_lines(tmp_path: Path, register: Path, kind: str) -> None:
    """The same counts from paths and from tables of every kind; and the item can be explained."""
    items, again = ITEMS[kind](tmp_path), ITEMS[kind](tmp_path)
    result = byleave.gate(items, register=register, out=tmp_path / "out", **DECIDE)
    (found,) = byleave.explain("i3", again, register=register, **DECIDE)

    assert result.manifest["counts"]["by_reason"] == COUNTS
    assert result.folder == tmp_path / "out"
    assert found.as_json()["reason"] == "opted-out"


def test_the_doors_stay_open() -> None:
    """`byleave.gate` is the function, also after the package of that name inside has been imported."""
    script = (
        "from byleave import gate\nfrom byleave.gate.request import silent\nimport byleave.gate.run\nimport byleave\n"
        "from byleave import gate as again\nassert callable(gate) and gate is again is byleave.gate\n"
        "from byleave import explain, load_pack\nassert callable(explain) and callable(load_pack)\n"
        "assert load_pack('byleave@1').id == 'byleave@1'\n"
    )
    for first in ("", "import byleave.api\n", "import byleave.gate.run\n"):
        subprocess.run([sys.executable, "-c", first + script], check=True, timeout=60)
    with pytest.raises(AttributeError):
        getattr(byleave, "frobnicate")  # noqa: B009 - mypy knows that it is not there


def test_a_loaded_pack_will_do(register: Path) -> None:
    """A pack may be given by its id, as a file, or loaded."""
    pack = byleave.load_pack("linkedin@2025-10-24")
    result = byleave.gate(typed_table(), register=register, **{**DECIDE, "pack": pack})

    assert result.manifest["counts"]["by_reason"] == COUNTS
    with pytest.raises(PackError, match="there is no shipped pack"):
        byleave.load_pack("linkedin@2025-10-23")


def empty(*columns: str) -> pa.Table:
    """A table without rows, whose columns have no type."""
    return pa.table({name: pa.nulls(0) for name in columns})


PEOPLE = pa.table({"member_id": ["m1", "m2", "m3"], "country": ["DE", "US", "FR"]})
NO_ACTS = empty("member_id", "setting", "value", "at")
NO_OBJECTIONS = empty("subject_id", "purpose", "received_at", "status", "resolved_at")


def test_a_register_in_memory() -> None:
    """A register may be tables; an empty one of any type says that there are none; equal tables have one digest."""
    import pandas as pd

    register = {"members": PEOPLE, "preferences": NO_ACTS, "objections": NO_OBJECTIONS}
    in_pandas = {**register, "objections": pd.DataFrame(columns=list(NO_OBJECTIONS.column_names))}
    results = [byleave.gate(typed_table(), register=one, **DECIDE) for one in (register, dict(register), in_pandas)]

    assert [one.manifest["counts"]["by_reason"] for one in results] == [{"eligible": 3}] * 3
    assert results[0].manifest["watermark"] == results[1].manifest["watermark"]


WRONG_REGISTERS: dict[str, tuple[dict[str, Any], str]] = {
    "misspelt": ({"member": PEOPLE}, "`member` is not a table of the register"),
    "missing": ({"members": PEOPLE, "preferences": NO_ACTS}, "the register has no table `objections`"),
    "path": ({"members": "members.csv", "preferences": NO_ACTS, "objections": NO_OBJECTIONS}, "read a table from `str`"),  # noqa: E501
    "column": (
        {"members": PEOPLE.rename_columns(["member_id", "land"]), "preferences": NO_ACTS, "objections": NO_OBJECTIONS},
        "table `members`: there is no column `country`",
    ),
    "numbers": (
        {"members": PEOPLE.set_column(0, "member_id", pa.array([1, 2, 3])), "preferences": NO_ACTS, "objections": NO_OBJECTIONS},  # noqa: E501
        "table `members`: column `member_id` holds whole numbers, expected text",
    ),
    "value": (
        {"members": PEOPLE, "preferences": pa.table({"member_id": ["m1"], "setting": ["data-for-ai-improvement"], "value": ["OFF"], "at": ["2025-10-20T09:00:00Z"]}), "objections": NO_OBJECTIONS},  # noqa: E501
        "`<preferences>`, row 1: `value` is `OFF`, which cannot be read",
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG_REGISTERS)
def test_wrong_registers_in_memory_are_refused(wrong: str) -> None:
    """A table that is missing, misnamed or cannot be read is refused as in files."""
    register, told = WRONG_REGISTERS[wrong]
    with pytest.raises(ByleaveError) as caught:
        byleave.gate(typed_table(), register=register, **DECIDE)

    assert told in caught.value.message


def mixed_ids() -> Any:
    """A pandas table whose ids are texts and numbers."""
    return typed_table().to_pandas().assign(item_id=["1", 2, "3"])


WRONG_ITEMS: dict[str, tuple[Callable[[Path], Any], type[ByleaveError], str]] = {
    "nothing": (lambda _: [], UsageError, "there are no items"),
    "none": (lambda _: None, UsageError, "cannot read a table from `NoneType`"),
    "number": (lambda _: 5, UsageError, "cannot read a table from `int`"),
    "rows": (lambda _: [{"item_id": "1"}], UsageError, "cannot read a table from `dict`"),
    "both": (lambda folder: [typed_table(), folder], UsageError, "items are paths and tables at once"),
    "no columns": (lambda _: pa.table({}), InputError, "the table has no columns"),
    "missing": (lambda _: typed_table().drop(["member_id"]), InputError, "`<items>`: there is no column `member_id`"),
    "mixed ids": (lambda _: mixed_ids(), InputError, "the table cannot be read: "),
    "other type": (
        lambda _: typed_table(THREE, odd=pa.array([(1, 2, 3)] * 3, pa.month_day_nano_interval())),
        InputError,
        "the table cannot be read: ",
    ),
    "two kinds": (
        lambda _: [typed_table(), typed_table(THREE, more=pa.array([1, 2, 3]))],
        InputError,
        "`<items 1>` and `<items 2>` differ in column `more`",
    ),
}


@pytest.mark.parametrize("wrong", WRONG_ITEMS)
def test_wrong_items_are_refused(tmp_path: Path, register: Path, wrong: str) -> None:
    """What is no table, or not one table, is refused in words that name no file or class of ours."""
    items, kind, told = WRONG_ITEMS[wrong]
    with pytest.raises(kind) as caught:
        byleave.gate(items(tmp_path), register=register, out=tmp_path / "out", **DECIDE)

    assert caught.value.message.startswith(told)
    assert ".spill" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["register"]


def test_what_is_given_stays_as_it_is(register: Path) -> None:
    """Tables are read, never changed."""
    table = pandas_table(register)
    before = table.copy(deep=True)
    byleave.gate(table, register=register, **DECIDE)

    assert table.equals(before)


def test_progress_is_told_step_by_step(tmp_path: Path, register: Path) -> None:
    """Each step is announced once it begins, and the share that is done lies between 0 and 1."""
    told: list[tuple[str, float]] = []
    note = lambda step, done: told.append((step, done))  # noqa: E731
    byleave.gate(typed_table(), register=register, out=tmp_path / "out", progress=note, **DECIDE)
    steps = list(dict.fromkeys(step for step, _ in told))

    assert steps[:2] == ["reading the register", "opening the items"]
    assert steps[-2:] == ["checking again", "publishing"]
    assert all(0 <= done <= 1 for _, done in told)


def test_a_callback_that_fails_leaves_nothing(tmp_path: Path, register: Path) -> None:
    """An error of the caller's own, in a callback or a clock, comes out as it is and leaves nothing behind."""

    def fail(step: str, done: float) -> None:
        raise LookupError(step, done)

    with pytest.raises(LookupError):
        byleave.gate(typed_table(), register=register, out=tmp_path / "out", progress=fail, **DECIDE)
    assert [path.name for path in tmp_path.iterdir()] == ["register"]

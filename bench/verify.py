"""Whether byleave and the scripts wrote the same rows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path


def require_equal(gate: Path, by_hand: Path, copy: Path) -> None:
    """The same eligible rows with the same values in all three, the same decision for every other row in two.

    Raises: SystemExit when something differs.
    """
    with duckdb.connect() as connection:
        items = f"{gate}/items/*.parquet"
        _require(connection, "eligible ids, by hand", "item_id", items, f"{by_hand}/items.parquet")
        _require(connection, "eligible ids, bare copy", "item_id", items, f"{copy}/items.parquet")
        left = "item_id, verdict, reason, file, row"
        _require(connection, "left out", left, f"{gate}/left_out/*.parquet", f"{by_hand}/left_out.parquet")
        _require_values(connection, items, f"{by_hand}/items.parquet", f"{copy}/items.parquet")


def _require(connection: duckdb.DuckDBPyConnection, what: str, columns: str, one: str, other: str) -> None:
    rows = [f"(SELECT {columns} FROM '{path}')" for path in (one, other)]
    sql = "SELECT count(*) FROM (FROM {} EXCEPT ALL FROM {})"
    missing, extra = (connection.sql(sql.format(*pair)).fetchall()[0][0] for pair in (rows[::-1], rows))
    if missing or extra:
        sys.exit(f"{what}: byleave lacks {missing} rows and has {extra} others; the comparison would be worth nothing")


def _require_values(connection: duckdb.DuckDBPyConnection, *places: str) -> None:
    """All values, by a sum of hashes of whole rows: it does not depend on their order."""
    sql = "SELECT count(*), sum(hash(rows)::HUGEINT)::VARCHAR FROM '{}' AS rows"
    sums = {connection.sql(sql.format(place)).fetchall()[0] for place in places}
    if len(sums) > 1:
        sys.exit(f"the eligible rows differ in their values: {sums}")

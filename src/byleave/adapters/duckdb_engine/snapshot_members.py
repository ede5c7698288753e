"""Who is in a snapshot's folder, with how many items: counted by DuckDB, keyed, and put in the order of a roster."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.columns import literal
from byleave.adapters.duckdb_engine.session import plain_error
from byleave.adapters.duckdb_engine.tables import one_path
from byleave.kernel.errors import InputError
from byleave.lineage.keys import BYTES, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

COUNT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in a snapshot: an Arrow table of `key` (int64) and `items` (uint32), one row a member."""

    table: Any
    members: int
    items: int


def members_of(folder: Path, key_of: Callable[[str], int]) -> Members:
    """Count the items of every member of a snapshot. Memory: about 60 bytes a member, whatever the items hold.

    Raises: InputError when a file cannot be read, or names no owner.
    """
    import duckdb
    import pyarrow as pa

    keys, counts = packed(()), []
    try:
        with duckdb.connect() as connection:
            rows = f"read_parquet({_files(folder)})"
            sql = f"SELECT member_id::VARCHAR AS member, count(*)::UINTEGER FROM {rows} GROUP BY 1"
            for batch in connection.execute(sql).to_arrow_reader(100_000):
                names = batch.column(0)
                if names.null_count:
                    raise InputError(f"an item of `{folder}` has no owner", hint="take the snapshot again")
                keys.extend(map(key_of, names.to_pylist()))
                counts.append(batch.column(1))
    except duckdb.Error as error:
        raise plain_error(error) from error
    column = pa.Array.from_buffers(pa.int64(), len(keys), [None, pa.py_buffer(keys)])
    items = pa.chunked_array(counts, pa.uint32())
    total = sum(one.cast(pa.int64()).sum().as_py() or 0 for one in counts)
    return Members(pa.table([column, items], ["key", "items"]), len(keys), total)


def placed(members: Members, roster: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Put members in the places of a roster.

    Args:
        members: who is in the snapshot.
        roster: blocks of sorted keys, in order.

    Returns: the keys that are not in it yet, sorted, and a count for each place: those of the roster, then the new.
    """
    import duckdb
    import pyarrow as pa

    known = b"".join(roster)
    table = pa.table([pa.Array.from_buffers(pa.int64(), len(known) // BYTES, [None, pa.py_buffer(known)])], ["key"])
    with duckdb.connect() as connection:
        connection.register("given", members.table)
        connection.register("known", table)
        # two members of one key are one member of both their items
        connection.execute("CREATE TABLE found AS SELECT key, sum(items)::UINTEGER AS items FROM given GROUP BY key")
        new = connection.execute("SELECT key FROM found ANTI JOIN known USING (key) ORDER BY key").to_arrow_table()
        whole = pa.concat_tables([table, new.cast(table.schema)]).append_column(
            "place", pa.array(range(len(table) + len(new)), pa.int64())
        )
        connection.register("whole", whole)
        dense = connection.execute(
            "SELECT coalesce(items, 0)::UINTEGER FROM whole LEFT JOIN found USING (key) ORDER BY place"
        ).to_arrow_table()
    return _bytes(new.column(0), BYTES), _bytes(dense.column(0), COUNT_BYTES)


def _files(folder: Path) -> str:
    """The files with the items of a snapshot, as DuckDB reads a list of them."""
    return f"[{', '.join(one_path(path) for path in sorted((folder / 'items').glob('*.parquet')))}]"


def _bytes(column: Any, width: int) -> bytes:  # noqa: ANN401 - a column of fixed width without nulls
    """The numbers of a column, low byte first."""
    if sys.byteorder != "little":
        raise InputError("an index is made on machines that put the low byte first")
    parts = (chunk.buffers()[1][chunk.offset * width : (chunk.offset + len(chunk)) * width] for chunk in column.chunks)
    return b"".join(part.to_pybytes() for part in parts)


def items_of(folder: Path, names: Sequence[str], *, by: str = "member_id") -> list[tuple[str, str]]:
    """The items of some members, or of some ids, in a snapshot's folder: item id and owner, sorted.

    Raises: InputError when a file cannot be read.
    """
    import duckdb

    wanted = ", ".join(map(literal, names))
    sql = f"SELECT item_id, member_id FROM read_parquet({_files(folder)}) WHERE {by} IN ({wanted}) ORDER BY ALL"
    try:
        with duckdb.connect() as connection:
            return [(str(item), str(owner)) for item, owner in connection.execute(sql).fetchall()]
    except duckdb.Error as error:
        raise plain_error(error) from error

"""Tables that callers hold in memory: Arrow, pandas, Polars and Ibis, as Arrow."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa


def to_arrow(table: Any) -> pa.Table:  # noqa: ANN401 - any of the supported tables
    """A table as Arrow, in memory. Only for registers, which are small beside a corpus."""
    import pyarrow as pa

    with _plain_errors():
        batches, schema = _batches(table)
        whole = pa.Table.from_batches(batches, schema)
        # where there is no value its type says nothing; engines take NULLs without a type for numbers
        nothing = [not whole.num_rows or pa.types.is_null(field.type) for field in schema]
        kinds = [pa.string() if none else field.type for field, none in zip(schema, nothing, strict=True)]
        columns = [
            pa.nulls(whole.num_rows, pa.string()) if none else whole.column(index) for index, none in enumerate(nothing)
        ]
        return pa.table(columns, schema=pa.schema(zip(schema.names, kinds, strict=True)))


def spill_parquet(table: Any, path: Path) -> None:  # noqa: ANN401 - any of the supported tables
    """Write a table to a Parquet file batch by batch, so that it can be read twice without lying in memory."""
    import pyarrow.parquet as pq

    with _plain_errors():
        batches, schema = _batches(table)
        if not schema.names:
            raise InputError("the table has no columns")
        with pq.ParquetWriter(path, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say in plain words that a table has values that Arrow or Parquet cannot hold."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, ValueError) as error:
        told = " ".join(str(part) for part in error.args).splitlines()
        hint = "give every column one type; ids are text"
        raise InputError(f"the table cannot be read: {told[0] if told else 'unknown type'}", hint=hint) from error


def _batches(table: Any) -> tuple[Any, pa.Schema]:  # noqa: ANN401 - any of the supported tables
    import pyarrow as pa

    if hasattr(table, "to_pyarrow_batches"):  # Ibis
        reader = table.to_pyarrow_batches()
        return reader, reader.schema
    if hasattr(table, "collect") and type(table).__module__.startswith("polars"):
        table = table.collect()
    if hasattr(table, "to_arrow"):  # Polars; its large types are Arrow's own
        table = table.to_arrow()
    elif hasattr(table, "__dataframe__") and type(table).__module__.startswith("pandas"):
        table = pa.Table.from_pandas(table, preserve_index=False)
    elif hasattr(table, "__arrow_c_stream__") and not isinstance(table, pa.Table | pa.RecordBatchReader):
        table = pa.RecordBatchReader.from_stream(table)
    if isinstance(table, pa.Table):
        return table.to_batches(), table.schema
    if isinstance(table, pa.RecordBatchReader):
        return table, table.schema
    kind = type(table).__name__
    raise UsageError(f"cannot read a table from `{kind}`", hint="give an Arrow, pandas, Polars or Ibis table")


def arrow_digest(table: pa.Table) -> str:
    """A digest of a table's content, independent of how it is cut into batches."""
    import pyarrow as pa

    digest = hashlib.sha256()

    class _Sink:
        closed = False

        def write(self, data: bytes) -> int:
            digest.update(data)
            return len(data)

        def flush(self) -> None:
            """Nothing is kept back."""

    whole = table.combine_chunks()
    with pa.ipc.new_stream(pa.PythonFile(_Sink(), mode="w"), whole.schema) as writer:
        writer.write_table(whole)
    return "sha256:" + digest.hexdigest()

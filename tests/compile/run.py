"""Run a part of the compiled expression on DuckDB, over the facts of a world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from byleave.compile.tables import INSTANT, unbound_register
from tests.policy.both import t
from tests.properties.engines import arrow_tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from tests.properties.generate import World

REGISTER = unbound_register(withholdings=True)


def at(text: str) -> ir.Value:
    """A literal instant."""
    return ibis.literal(t(text)).cast(INSTANT)


def fetch(table: ir.Table, world: World) -> list[tuple[Any, ...]]:
    """The rows in the order of their columns, instants as text in UTC."""
    import duckdb

    text = table.mutate(
        **{
            name: table[name].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            for name, kind in table.schema().items()
            if kind.is_timestamp()
        }
    )
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, rows in arrow_tables(world).items():
            connection.register(name, rows)
        found = connection.execute(str(ibis.to_sql(text.order_by(text.columns), dialect="duckdb"))).fetchall()
    return [tuple(_short(value) for value in row) for row in found]


def _short(value: object) -> object:
    """An instant at midnight is written as its day alone."""
    return value.removesuffix("T00:00:00.000000Z") if isinstance(value, str) else value

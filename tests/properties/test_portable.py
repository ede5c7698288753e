"""The expression uses only what every target engine has, and becomes SQL for each of them.

To become SQL is not to be decided alike: only DuckDB and Spark execute it here. Others need care that a parser cannot
see, such as `join_use_nulls` on ClickHouse.
"""

from __future__ import annotations

from functools import cache

import ibis
import ibis.expr.operations as ops
import pytest
from ibis.common.exceptions import OperationNotDefinedError

from tests.properties.engines import expression
from tests.properties.exhaustive import Variant, corpus

VARIANTS = [
    Variant("collection", "new-content", replay=True),
    Variant("training", "new-content", replay=False, lax=True),
]
EVERYWHERE = {
    # relations
    "Aggregate", "Distinct", "DropColumns", "DummyTable", "Field", "Filter", "JoinChain", "JoinLink", "JoinReference",
    "Project", "SortKey", "UnboundTable", "Union",
    # comparison, logic, NULL, choice
    "And", "Coalesce", "Equals", "Greater", "GreaterEqual", "IfElse", "InValues", "IsNull", "Less", "LessEqual", "Not",
    "NotEquals", "NotNull", "NullIf", "Or", "SearchedCase",
    # values
    "Add", "Cast", "Literal", "Modulus", "Multiply",
    # time
    "DateFromYMD", "ExtractDay", "ExtractMonth", "ExtractYear", "TimestampAdd",
    # grouping and plain windows
    "CountStar", "Lead", "Max", "Min", "RowNumber", "WindowBoundary", "WindowFunction",
    # lists: the countries of a regime, the subjects of an item
    "Array", "ArrayContains", "Unnest",
}  # fmt: skip
JOINS = {"anti", "inner", "left", "semi"}
"""No engine's own join, such as one on the nearest instant."""
BECOMES_SQL = ["bigquery", "clickhouse", "duckdb", "postgres", "pyspark", "snowflake", "trino"]
LACKS = {
    "impala": "Array",
    "mssql": "Array",
    "mysql": "Array",
    "oracle": "Array",
    "sqlite": "Array",
    "exasol": "Unnest",
}
"""Dialects of Ibis 12 that cannot say it, each with what it has no word for: they have no lists."""


@cache
def compiled(variant: Variant) -> ibis.Table:
    """The expression for rules that use everything, for a cell of the preference table."""
    world = corpus(variant, 1).world
    return expression(world.rules, world.moment)


@pytest.mark.parametrize("variant", VARIANTS)
def test_only_operations_that_every_engine_has(variant: Variant) -> None:
    """Nothing is used that is not known to exist in every target engine; a new operation is considered here first."""
    node = compiled(variant).op()

    assert {type(one).__name__ for one in node.find(ops.Node)} <= EVERYWHERE
    assert {link.how for link in node.find(ops.JoinLink)} <= JOINS


@pytest.mark.parametrize("dialect", BECOMES_SQL)
def test_becomes_sql(dialect: str) -> None:
    """Every target engine gets its SQL, in each shape that the preference table asks for."""
    for variant in VARIANTS:
        assert "byleave_on_until" in ibis.to_sql(compiled(variant), dialect=dialect)


@pytest.mark.parametrize("dialect", LACKS)
def test_cannot_become_sql(dialect: str) -> None:
    """What a dialect lacks is known by name; when Ibis learns it, this test fails and the dialect moves up."""
    with pytest.raises(OperationNotDefinedError, match=LACKS[dialect]):
        ibis.to_sql(compiled(VARIANTS[0]), dialect=dialect)

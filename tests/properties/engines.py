"""Decide a world's items by the definition, and by the compiled expression on an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import ibis
import pyarrow as pa

from byleave.compile.decision import decide_items, refusals_of
from byleave.compile.state import member_state
from byleave.compile.tables import (
    FREED_PREFERENCES,
    INSTANT,
    ITEM_OPTIONAL,
    ITEM_REQUIRED,
    MEMBERS,
    NAMED,
    NOTICES,
    OBJECTIONS,
    PREFERENCES,
    UNREADABLE,
    WITHHOLDINGS,
    unbound_items,
    unbound_register,
)
from byleave.ledger.covering import unused_texts
from byleave.policy.semantics import decide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from byleave.policy.facts import Act, Item, Member, Moment, Register
    from byleave.policy.rules import Rules
    from tests.properties.generate import World


class Answer(NamedTuple):
    """What an engine says about one row."""

    verdict: str
    reason: str


if TYPE_CHECKING:
    Engine = Callable[[World], dict[int, Answer]]
    """Row number → answer."""

ITEMS = {"row": "int64", **ITEM_REQUIRED, **ITEM_OPTIONAL, UNREADABLE: "boolean", NAMED: "array<string>"}
_ARROW = {
    "string": pa.string(),
    "int64": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    INSTANT: pa.timestamp("us", tz="UTC"),
    "array<string>": pa.list_(pa.string()),
}
_SQL: dict[tuple[str, Moment, frozenset[str], bool], str] = {}


def by_definition(world: World) -> dict[int, Answer]:
    """Decide by `policy.semantics`."""
    decided = (decide(item, world.register, world.rules, world.moment) for item in world.items)
    return {row: Answer(one.verdict.value, one.reason.value) for row, one in enumerate(decided)}


def on_duckdb(world: World, without: frozenset[str] = frozenset()) -> dict[int, Answer]:
    """Decide by the compiled expression on DuckDB; the tables are there without these columns."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, table in arrow_tables(world).items():
            connection.register(
                name, table.drop_columns([column for column in table.column_names if column in without])
            )
        rows = connection.execute(duckdb_sql(world.rules, world.moment, without, told=is_told(world))).fetchall()
    return _by_row(rows)


def on_spark(world: World, session: Any) -> dict[int, Answer]:
    """Decide by the compiled expression on Spark."""
    backend = ibis.pyspark.connect(session)
    for name, table in arrow_tables(world).items():
        session.createDataFrame(table).createOrReplaceTempView(name)
    table = backend.to_pyarrow(expression(world.rules, world.moment, told=is_told(world)))
    return _by_row(zip(*(column.to_pylist() for column in table.columns), strict=True))


def differences(world: World, engine: Engine) -> dict[int, tuple[Answer | None, Answer | None]]:
    """Row → what the definition and the engine say, where they differ."""
    expected, found = by_definition(world), engine(world)
    rows = sorted(expected.keys() | found.keys())
    return {row: (expected.get(row), found.get(row)) for row in rows if expected.get(row) != found.get(row)}


def is_told(world: World) -> bool:
    """Whether any act says what it covered or how far it reached; else the register is as a folder has it."""
    acts = (act for member in world.register.members.values() for act in member.acts)
    return any(act.unused_since or {act.covers, act.reaches, act.frees} != {None} for act in acts)


def expression(
    rules: Rules, moment: Moment, without: frozenset[str] = frozenset(), *, told: bool = False
) -> ibis.Table:
    """What the compiled expression says of each row, unbound: every form in which it says so.

    Args:
        rules: the pack.
        moment: the as-of.
        without: columns that the items lack; `withholdings` stands for the register's table.
        told: whether the preferences say what each covered and reached.
    """
    as_of = ibis.literal(moment.as_of).cast(INSTANT)
    items = unbound_items({name: kind for name, kind in ITEMS.items() if name not in without})
    tables = unbound_register(withholdings="withholdings" not in without, covers=told, frees=told)
    folded = member_state(tables, rules, as_of, replay=moment.replay)
    refusals = refusals_of(items, tables, rules, as_of, replay=moment.replay)
    decided = decide_items(items, folded, refusals, rules, as_of)
    return decided.table.select(
        "row",
        verdict=decided.verdict(),
        reason=decided.reason(),
        eligible=decided.eligible,
        left_out=decided.left_out,
    )


def duckdb_sql(rules: Rules, moment: Moment, without: frozenset[str] = frozenset(), *, told: bool = False) -> str:
    """The expression in DuckDB's dialect; kept, since writing it takes longer than running it."""
    key = (repr(rules), moment, without, told)
    if key not in _SQL:
        _SQL[key] = str(ibis.to_sql(expression(rules, moment, without, told=told), dialect="duckdb"))
    return _SQL[key]


def _by_row(rows: Iterable[tuple[int, str, str, bool | None, bool]]) -> dict[int, Answer]:
    """Index the rows; one that an engine lost or doubled shows as a difference, and so do forms that disagree."""
    result: dict[int, Answer] = {}
    for row, verdict, reason, eligible, left_out in rows:
        agree = (reason == "eligible") == (eligible is True) == (left_out is False)
        answer = Answer(verdict, reason) if agree else Answer(f"eligible: {eligible}, left out: {left_out}", reason)
        result[row] = Answer("doubled", reason) if row in result else answer
    return result


def arrow_tables(world: World) -> dict[str, pa.Table]:
    """The world's facts as the typed tables of `compile.tables`."""
    rows = [(row, *_item_row(item)) for row, item in enumerate(world.items)]
    flagged = {item.item_id for item in world.items if item.withheld}
    # what only the flag of an item says does not stand in the register's own table
    withheld = [
        (name, None, at)
        for name, dates in world.register.withheld.items()
        for at in dates
        if at is not None or name not in flagged
    ]
    return {
        "items": _table(ITEMS, rows),
        "withholdings": _table(WITHHOLDINGS, withheld),
        **_register_tables(world.register, told=is_told(world)),
    }


def _table(columns: Mapping[str, str], rows: list[tuple[Any, ...]]) -> pa.Table:
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()])
    return pa.Table.from_arrays(
        [pa.array(column, type=field.type) for column, field in zip(values, schema, strict=True)], schema=schema
    )


def _item_row(item: Item) -> tuple[Any, ...]:
    subjects = None if item.subjects is None else list(item.subjects)
    instants = (item.created_at, item.changed_at, item.public_since)
    named = (item.item_id, item.member_id, item.category, item.visibility)
    found = None if item.named is None else list(item.named)
    return (*named, *instants, item.withheld, subjects, item.ai_written, item.unreadable, found)


def _register_tables(register: Register, *, told: bool) -> dict[str, pa.Table]:
    members = register.members.items()
    columns = FREED_PREFERENCES if told else PREFERENCES
    preferences = [
        (name, act.setting, "on" if act.on else "off", act.at, act.seq, act.recorded_at, act.actor, *_told(act))[
            : len(columns)
        ]
        for name, member in members
        for act in member.acts
    ]
    notices = [
        (name, one.notice, one.version, one.delivered_at, one.recorded_at)
        for name, member in members
        for one in member.notices
    ]
    objections = [
        (name, one.purpose, one.received_at, one.status, one.resolved_at)
        for name, several in register.objections.items()
        for one in several
    ]
    return {
        "members": _table(MEMBERS, [(name, *row) for name, member in members for row in _member_rows(member)]),
        "preferences": _table(columns, preferences),
        "objections": _table(OBJECTIONS, objections),
        "notices": _table(NOTICES, notices),
    }


def _told(act: Act) -> tuple[list[str] | None, str | None, list[str] | None, str | None]:
    covers = None if act.covers is None else sorted(act.covers)
    return covers, act.reaches, unused_texts(act.unused_since) or None, act.frees


def _member_rows(member: Member) -> list[tuple[Any, ...]]:
    """One row for each residence; where there are more birth dates, the last residence stands on several rows."""
    homes, births = member.residences, member.birth_dates
    homes = homes + homes[-1:] * (len(births) - len(homes))
    return [
        (home.country, birth, home.since, home.recorded_at)
        for home, birth in zip(homes, [*births, *[None] * len(homes)], strict=False)
    ]

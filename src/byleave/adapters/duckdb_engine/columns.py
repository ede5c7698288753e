"""How a column of any source becomes a typed one, strictly: each value is read, blank, or known to be unreadable.

Every function returns SQL text: the typed value, and a condition that is true when the value is there and cannot be
read (None when that cannot happen). Blank text (spaces, tabs, line ends) is NULL.
"""

from __future__ import annotations

from dataclasses import dataclass

from byleave.kernel.errors import InputError, UsageError
from byleave.kernel.instants import DATE_PATTERN, FIRST, INSTANT_PATTERN, LAST, NAIVE_PATTERN

_BLANKS = "' ' || chr(9) || chr(10) || chr(13)"
_FIRST, _LAST = (f"TIMESTAMPTZ '{edge:%Y-%m-%d} 00:00:00+00'" for edge in (FIRST, LAST))


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds: `text`, `instant`, `date`, `flag`, `ids`, `order` or `choice` (with its `options`)."""

    name: str
    required: bool = False
    """The column must be there."""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A typed column as SQL."""

    value: str
    unreadable: str | None = None


def quoted(name: str) -> str:
    """An identifier for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text literal for DuckDB."""
    return "'" + text.replace("'", "''") + "'"


def read_column(kind: Kind, source: str, source_type: str, zone: str | None) -> Column | None:
    """Type a column.

    Args:
        kind: what the column should hold.
        source: SQL of the raw value.
        source_type: its DuckDB type; `JSON` for values of JSON Lines.
        zone: zone for instants without one.

    Returns: None when the source's type cannot hold such values.
    """
    if source_type == "JSON":
        return _from_json(kind, source, zone)
    if source_type == "VARCHAR" or source_type.startswith("ENUM"):
        return _from_text(kind, _unblank(f"CAST({source} AS VARCHAR)" if source_type != "VARCHAR" else source), zone)
    return _from_typed(kind, source, source_type, zone)


def _unblank(source: str) -> str:
    # every blank text sorts before '!', so the comparison spares nearly all values the trimming
    return f"CASE WHEN {source} < '!' AND trim({source}, {_BLANKS}) = '' THEN NULL ELSE {source} END"


def _from_text(kind: Kind, value: str, zone: str | None) -> Column:
    match kind.name:
        case "text":
            return Column(value)
        case "instant":
            return _checked(value, _instant(value, zone))
        case "date":
            day = f"TRY_CAST({value} AS DATE)"
            bounds = f"{day} >= DATE '{FIRST:%Y-%m-%d}' AND {day} < DATE '{LAST:%Y-%m-%d}'"
            return _checked(
                value, f"CASE WHEN regexp_full_match({value}, '{DATE_PATTERN}') AND {bounds} THEN {day} END"
            )
        case "flag":
            return _checked(value, f"CASE {value} WHEN 'true' THEN true WHEN 'false' THEN false END")
        case "order":
            return _checked(
                value, f"CASE WHEN regexp_full_match({value}, '[0-9]{{1,18}}') THEN CAST({value} AS BIGINT) END"
            )
        case "choice":
            return _checked(value, _choice(kind, value))
        case _:
            return _checked(value, _ids(f"CASE WHEN json_valid({value}) THEN CAST({value} AS JSON) END"))


def _checked(value: str, typed: str) -> Column:
    return Column(typed, f"({value}) IS NOT NULL AND ({typed}) IS NULL")


def _choice(kind: Kind, value: str) -> str:
    options = ", ".join(literal(option) for option in kind.options)
    return f"CASE WHEN {value} IN ({options}) THEN {value} END"


def _instant(value: str, zone: str | None) -> str:
    """RFC 3339 with a zone; without one only if a zone may be assumed."""
    # DuckDB would round the seventh digit and does not know `t`, `z`
    text = rf"regexp_replace(upper(replace({value}, ' ', 'T')), '([.][0-9]{{6}})[0-9]+', '\1')"
    zoned = _bounded(f"TRY_CAST({_with_seconds(text)} AS TIMESTAMPTZ)")
    branches = f"WHEN regexp_full_match({value}, '{INSTANT_PATTERN}') THEN {zoned}"
    if zone is not None:
        local = f"TRY_CAST({text} AS TIMESTAMP)"
        branches += f" WHEN regexp_full_match({value}, '{NAIVE_PATTERN}') THEN {_assumed(local, zone)}"
    return f"CASE {branches} END"


def _with_seconds(text: str) -> str:
    return rf"regexp_replace({text}, '(T[0-9]{{2}}:[0-9]{{2}})(Z|[+-]|$)', '\1:00\2')"


def _assumed(local: str, zone: str) -> str:
    """A local time in a zone; NULL where the clock skips it or shows it twice."""
    at = f"timezone({literal(zone)}, {local})"
    again = [f"timezone({literal(zone)}, {at} {sign} INTERVAL {size}) <> {local}" for sign in "+-" for size in _SHIFTS]
    once = " AND ".join([f"timezone({literal(zone)}, {at}) = {local}", *again])
    return f"CASE WHEN {once} THEN {_bounded(at)} END"


_SHIFTS = ("30 MINUTE", "1 HOUR", "2 HOUR")
"""By how much a clock is ever set back. Source: IANA time zone database (Lord Howe 30 minutes, Troll 2 hours)."""


def _bounded(at: str) -> str:
    return f"CASE WHEN {at} >= {_FIRST} AND {at} < {_LAST} THEN {at} END"


def _ids(json: str) -> str:
    """A JSON array of non-blank texts; NULL for anything else."""
    elements = f"CAST({json} AS JSON[])"
    bad = f"list_filter({elements}, x -> json_type(x) <> 'VARCHAR' OR trim(x->>'$', {_BLANKS}) = '')"
    is_list = f"json_type({json}) = 'ARRAY' AND len({bad}) = 0"
    return f"CASE WHEN {is_list} THEN CAST({json} AS VARCHAR[]) END"


def _from_json(kind: Kind, source: str, zone: str | None) -> Column:
    """A value of JSON Lines: text, or the JSON type that says the same; any other type is unreadable."""
    there = f"({source} IS NOT NULL AND json_type({source}) <> 'NULL')"
    if kind.name == "ids":
        return Column(_ids(source), f"{there} AND ({_ids(source)}) IS NULL")
    direct = {"flag": ("BOOLEAN", "BOOLEAN"), "order": ("UBIGINT", "BIGINT")}.get(kind.name)
    if direct is not None:
        typed = f"CASE WHEN json_type({source}) = '{direct[0]}' THEN TRY_CAST({source} AS {direct[1]}) END"
        return Column(typed, f"{there} AND ({typed}) IS NULL")
    text = f"CASE WHEN json_type({source}) = 'VARCHAR' THEN {source}->>'$' END"
    column = _from_text(kind, _unblank(f"({text})"), zone)
    other = f"{there} AND json_type({source}) <> 'VARCHAR'"
    return Column(column.value, f"({other}) OR ({column.unreadable})" if column.unreadable else other)


def _from_typed(kind: Kind, source: str, source_type: str, zone: str | None) -> Column | None:
    match kind.name, source_type:
        case "text", "UUID":
            return Column(f"CAST({source} AS VARCHAR)")
        case "instant", "TIMESTAMP WITH TIME ZONE":
            return Column(source, f"({source} < {_FIRST} OR {source} >= {_LAST})")
        case "instant", "TIMESTAMP" | "TIMESTAMP_NS" | "TIMESTAMP_MS" | "TIMESTAMP_S" if zone is not None:
            typed = _assumed(f"CAST({source} AS TIMESTAMP)", zone)
            return Column(typed, f"{source} IS NOT NULL AND ({typed}) IS NULL")
        case "date", "DATE":
            return Column(source, f"({source} < DATE '{FIRST:%Y-%m-%d}' OR {source} >= DATE '{LAST:%Y-%m-%d}')")
        case ("flag", "BOOLEAN"):
            return Column(source)
        case "order", "BIGINT" | "INTEGER" | "SMALLINT" | "UINTEGER" | "USMALLINT":
            return Column(f"CAST({source} AS BIGINT)", f"{source} < 0")
        case "ids", "VARCHAR[]":
            blank = f"len(list_filter({source}, x -> x IS NULL OR trim(x, {_BLANKS}) = '')) > 0"
            return Column(source, f"({source} IS NOT NULL AND {blank})")
    if source_type == '"NULL"' or source_type == "NULL":
        return Column(f"CAST({source} AS {_DUCK[kind.name]})")
    return None


_DUCK = {
    "text": "VARCHAR",
    "choice": "VARCHAR",
    "instant": "TIMESTAMPTZ",
    "date": "DATE",
    "flag": "BOOLEAN",
    "order": "BIGINT",
    "ids": "VARCHAR[]",
}
_EXPECTED = {
    "text": "text (ids are text: `007` stays `007`)",
    "choice": "text",
    "instant": "instants with a time zone",
    "date": "dates",
    "flag": "booleans",
    "order": "whole numbers",
    "ids": "lists of text",
}


def missing_type(kind: Kind) -> str:
    """The DuckDB type of a column that a source lacks."""
    return _DUCK[kind.name]


def wrong_type(place: str, name: str, kind: Kind, source_type: str) -> InputError:
    """The error for a column whose type cannot hold such values."""
    naive = kind.name == "instant" and source_type.startswith("TIMESTAMP")
    hint = "say which zone is meant with --assume-zone, for example --assume-zone UTC" if naive else None
    held = "instants without a time zone" if naive else f"values of type {source_type.lower()}"
    return InputError(f"{place}: column `{name}` holds {held}, expected {_EXPECTED[kind.name]}", hint=hint)


def check_zone(zone: str) -> str:
    """The zone as DuckDB knows it.

    Raises: UsageError for a zone that the IANA database lacks.
    """
    from zoneinfo import available_timezones

    if zone in available_timezones():
        return zone
    from difflib import get_close_matches

    near = get_close_matches(zone, available_timezones(), n=1)
    hint = f"did you mean `{near[0]}`?" if near else "give an IANA name such as `UTC` or `Europe/Berlin`"
    raise UsageError(f"there is no time zone `{zone}`", hint=hint)

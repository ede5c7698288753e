"""How a column of any source becomes a typed one, strictly: each value is read, blank, or known to be unreadable.

Every function returns SQL text: the typed value, and a condition that is true when the value is there and cannot be
read (None when that cannot happen). Blank text (spaces, tabs, line ends) is NULL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.kernel.errors import InputError, UsageError
from byleave.kernel.instants import DATE_PATTERN, FIRST, INSTANT_PATTERN, LAST, NAIVE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def _from_text(kind: Kind, value: str, zone: str | None) -> Column:  # noqa: PLR0911 - one return for each kind
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
                value, f"CASE WHEN regexp_full_match({value}, '[0-9]{{1,19}}') THEN TRY_CAST({value} AS BIGINT) END"
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
        local = f"TRY_CAST({_with_seconds(text)} AS TIMESTAMP)"
        branches += f" WHEN regexp_full_match({value}, '{NAIVE_PATTERN}') THEN {_assumed(local, zone)}"
    return f"CASE {branches} END"


def _with_seconds(text: str) -> str:
    return rf"regexp_replace({text}, '(T[0-9]{{2}}:[0-9]{{2}})(Z|[+-]|$)', '\1:00\2')"


def _assumed(local: str, zone: str) -> str:
    """A local time in a zone; NULL where the clock skips it or shows it twice."""
    # the offsets well before and well after give the only two instants that it can be; exactly one must show it
    named = literal(zone)
    utc = f"timezone('UTC', {local})"
    sides = [f"({utc} {sign} INTERVAL 24 HOUR)" for sign in "-+"]
    first, second = (f"({utc} - (timezone({named}, {side}) - timezone('UTC', {side})))" for side in sides)
    shows_first, shows_second = (f"timezone({named}, {at}) = {local}" for at in (first, second))
    return (
        f"CASE WHEN {shows_first} AND ({first} = {second} OR NOT {shows_second}) THEN {_bounded(first)}"
        f" WHEN {shows_second} AND NOT {shows_first} THEN {_bounded(second)} END"
    )


def _bounded(at: str) -> str:
    return f"CASE WHEN {at} >= {_FIRST} AND {at} < {_LAST} THEN {at} END"


def _ids(json: str) -> str:
    """A JSON array of non-blank texts; NULL for anything else."""
    elements = f"CAST({json} AS JSON[])"
    bad = f"list_filter({elements}, x -> coalesce(json_type(x), '') <> 'VARCHAR' OR trim(x->>'$', {_BLANKS}) = '')"
    is_list = f"json_type({json}) = 'ARRAY' AND len({bad}) = 0"
    return f"CASE WHEN {is_list} THEN CAST({json} AS VARCHAR[]) END"


def _from_json(kind: Kind, source: str, zone: str | None) -> Column:
    """A value of JSON Lines: text, or the JSON type that says the same; any other type is unreadable."""
    text = _from_text(kind, _unblank(f"(CASE WHEN json_type({source}) = 'VARCHAR' THEN {source}->>'$' END)"), zone)
    other = f"({source} IS NOT NULL AND json_type({source}) NOT IN ('NULL', 'VARCHAR'))"
    says = {
        "flag": f"CASE WHEN json_type({source}) = 'BOOLEAN' THEN CAST({source} AS BOOLEAN) END",
        "order": f"CASE WHEN json_type({source}) = 'UBIGINT' THEN TRY_CAST({source} AS BIGINT) END",
        "ids": _ids(source),
    }.get(kind.name)
    if says is not None:
        value = f"CASE WHEN {other} THEN {says} ELSE {text.value} END"
        return Column(value, f"({other} AND ({says}) IS NULL) OR ({text.unreadable})")
    return Column(text.value, f"{other} OR ({text.unreadable})" if text.unreadable else other)


def _from_typed(  # noqa: PLR0911 - one return for each type
    kind: Kind, source: str, source_type: str, zone: str | None
) -> Column | None:
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
        case "order", _ if source_type in _INTEGERS:
            return _checked(source, f"CASE WHEN {source} >= 0 THEN TRY_CAST({source} AS BIGINT) END")
        case "ids", _ if re.fullmatch(r"VARCHAR\[[0-9]*\]", source_type):
            blank = f"len(list_filter({source}, x -> x IS NULL OR trim(x, {_BLANKS}) = '')) > 0"
            return Column(f"CAST({source} AS VARCHAR[])", f"({source} IS NOT NULL AND {blank})")
        case _, "NULL":
            return Column(f"CAST(NULL AS {_DUCK[kind.name]})")
        case "ids", "NULL[]":
            return Column(f"CAST({source} AS VARCHAR[])", f"len({source}) > 0")
    return None


_INTEGERS = {f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")} | {
    "INTEGER",
    "UINTEGER",
}
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
    "text": "text",
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
    held = _held(source_type)
    hint = _CONVERT.get(kind.name)
    if kind.name == "instant" and held == _NAIVE:
        hint = "say which zone is meant with --assume-zone, for example --assume-zone UTC"
    return InputError(f"{place}: column `{name}` holds {held}, expected {_EXPECTED[kind.name]}", hint=hint)


_NAIVE = "instants without a time zone"
_HELD = (
    (r".*\]|MAP.*", "lists"),
    (r"STRUCT.*|UNION.*", "nested values"),
    (r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", "whole numbers"),
    (r"DOUBLE|FLOAT|DECIMAL.*", "numbers with a fraction"),
    (r"TIMESTAMP WITH TIME ZONE", "instants"),
    (r"TIMESTAMP.*", _NAIVE),
    (r"TIME.*", "times of day"),
    (r"DATE", "dates"),
    (r"BOOLEAN", "booleans"),
    (r"BLOB|BIT", "bytes"),
    (r"VARCHAR|ENUM.*|UUID", "text"),
)
_CONVERT = {
    "text": "write it as text where the table is made: a number loses its leading zeros, and ids are compared exactly",
    "choice": "write it as text where the table is made",
    "instant": "write instants with their zone, such as 2025-11-03T00:00:00Z",
    "date": "write dates such as 2001-05-23",
    "flag": "write true, false or nothing",
    "order": "write whole numbers from 0 on",
    "ids": "write a list of texts, or a JSON array of texts",
}


def _held(source_type: str) -> str:
    """A DuckDB type in plain words."""
    return next((words for pattern, words in _HELD if re.fullmatch(pattern, source_type)), "values of another type")


_NOT_IANA = re.compile(r"SystemV/.*|(?!UTC|GMT|UCT|[CEMW]ET|[EHM]ST|PRC|ROC|ROK)[A-Z]{3}")
"""What the engine knows beside IANA's names: `BST`, for one, is the time of Bangladesh to it."""


def check_zone(zone: str, known: Iterable[str]) -> None:
    """Refuse a zone that the IANA database lacks.

    Args:
        zone: its name.
        known: the names that the engine knows; the machine may have no database of its own.

    Raises: UsageError naming the nearest one.
    """
    names = {name.lower(): name for name in known if not _NOT_IANA.fullmatch(name)}
    if names.get(zone.lower()) == zone:
        return
    from difflib import get_close_matches

    near = get_close_matches(zone.lower().replace(" ", "_"), names, n=1)
    hint = f"did you mean `{names[near[0]]}`?" if near else "give an IANA name such as `UTC` or `Europe/Berlin`"
    raise UsageError(f"there is no time zone `{zone}`", hint=hint)

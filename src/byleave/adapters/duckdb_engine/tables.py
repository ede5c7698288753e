"""Tables of any source as typed DuckDB relations, each row with the file and number it came from."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.columns import Column, Kind, literal, missing_type, quoted, read_column, wrong_type
from byleave.adapters.files import TableFiles, csv_header
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byleave.adapters.duckdb_engine.session import Session
    from byleave.gate.request import Reading

FILE, ROW, UNREADABLE = "byleave_file", "byleave_row", "byleave_unreadable"
OWN = "byleave_"
"""Prefix of the columns that byleave adds; a source may not have such columns."""


@dataclass(frozen=True, slots=True)
class Source:
    """A table as it is: SQL that yields its raw columns with `byleave_file` and `byleave_row` (from 1)."""

    name: str
    place: str
    """What to call it in errors: a file, or the name of a table."""
    sql: str
    types: Mapping[str, str]
    """Column → DuckDB type."""
    blank_free: frozenset[str] = frozenset()
    """Text columns that hold no blank text, as the statistics of every row group prove."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A table as typed columns."""

    sql: str
    """Yields every column of the design that is there, what passes through, and `byleave_file`, `byleave_row` and
    `byleave_unreadable`: for items whether a value is unreadable, else the first unreadable column's name or NULL."""
    present: tuple[str, ...]
    passing: tuple[str, ...]


def file_source(session: Session, files: TableFiles) -> Source:
    """The raw table in files.

    Raises: InputError when files cannot be read or have different columns.
    """
    if files.format == "parquet":
        return _parquet(session, files)
    names = _csv_names(files) if files.format == "csv" else _json_names(session, files)
    kind = "VARCHAR" if files.format == "csv" else "JSON"
    columns = "{" + ", ".join(f"{literal(name)}: '{kind}'" for name in names) + "}"
    options = _CSV_OPTIONS if files.format == "csv" else "format = 'newline_delimited', maximum_object_size = 268435456"
    reader = "read_csv" if files.format == "csv" else "read_json"
    parts = [
        f"SELECT *, {literal(str(path))} AS {FILE}, row_number() OVER () AS {ROW}"
        f" FROM {reader}({literal(str(path))}, columns = {columns}, {options})"
        for path in files.paths
    ]
    return Source(files.name, _place(files), " UNION ALL ".join(parts), dict.fromkeys(names, kind))


_CSV_OPTIONS = (
    "header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', strict_mode = true,"
    " null_padding = false, max_line_size = 268435456, buffer_size = 536870912"
)


def table_source(session: Session, name: str, table: Any) -> Source:  # noqa: ANN401 - an Arrow table or reader
    """An Arrow table as a raw table."""
    session.register(f"{OWN}given_{name}", table)
    types = {row[0]: row[1] for row in session.rows(f"DESCRIBE {OWN}given_{name}")}
    sql = f"SELECT *, '<{name}>' AS {FILE}, row_number() OVER () AS {ROW} FROM {OWN}given_{name}"
    return Source(name, f"table `{name}`", sql, types)


def _place(files: TableFiles) -> str:
    return f"`{files.paths[0]}`"


def _parquet(session: Session, files: TableFiles) -> Source:
    paths = "[" + ", ".join(literal(str(path)) for path in files.paths) + "]"
    _same_schema(session, paths)
    scan = f"read_parquet({paths}, filename = '{FILE}', file_row_number = true, hive_partitioning = false)"
    types = {row[0]: row[1] for row in session.rows(f"DESCRIBE SELECT * FROM {scan}")}
    del types[FILE], types["file_row_number"]
    sql = f"SELECT *, file_row_number + 1 AS {ROW} FROM {scan}"
    return Source(files.name, _place(files), sql, types, _blank_free(session, paths))


def _blank_free(session: Session, paths: str) -> frozenset[str]:
    """Columns whose smallest value in every row group sorts after all blank texts."""
    rows = session.rows(
        f"SELECT path_in_schema FROM parquet_metadata({paths}) WHERE type = 'BYTE_ARRAY' GROUP BY path_in_schema"
        " HAVING bool_and(coalesce(stats_min_value, '') >= '!')"
    )
    return frozenset(name for (name,) in rows)


def _same_schema(session: Session, paths: str) -> None:
    """Every file has the columns of the first, with the same types."""
    rows = session.rows(
        "SELECT file_name, list_sort(list(name || ' ' || coalesce(type, 'GROUP') || ' ' || coalesce(logical_type, '')"
        f" ORDER BY name)) FROM parquet_schema({paths}) GROUP BY file_name ORDER BY file_name"
    )
    for file, schema in rows[1:]:
        if schema != rows[0][1]:
            different = sorted({column.split(" ")[0] for column in set(schema) ^ set(rows[0][1])})
            raise _different(rows[0][0], file, different)


def _different(first: str, other: str, columns: Sequence[str]) -> InputError:
    hint = "the files of one table have the same columns; give each kind of file a run of its own"
    return InputError(f"`{first}` and `{other}` differ in column `{columns[0]}`", hint=hint)


def _csv_names(files: TableFiles) -> list[str]:
    names = csv_header(files.paths[0])
    for path in files.paths[1:]:
        other = csv_header(path)
        if other != names:
            raise _different(str(files.paths[0]), str(path), sorted(set(other) ^ set(names)) or other)
    return names


def _json_names(session: Session, files: TableFiles) -> list[str]:
    """The keys in the files; every line is looked at, since a key may be rare."""
    paths = "[" + ", ".join(literal(str(path)) for path in files.paths) + "]"
    keys = session.rows(
        "SELECT DISTINCT unnest(json_keys(json)) AS key FROM"
        f" read_json_objects({paths}, format = 'newline_delimited', maximum_object_size = 268435456) ORDER BY key"
    )
    return [key for (key,) in keys]


def typed(source: Source, kinds: Mapping[str, Kind], reading: Reading, *, passing: bool) -> Typed:
    """Type a raw table.

    Args:
        source: the raw table.
        kinds: the design's columns.
        reading: zone and names that differ.
        passing: whether other columns pass through; otherwise they are left behind.

    Raises: InputError when a required column is missing or a column's type cannot hold such values.
    """
    own = next((name for name in source.types if name.lower().startswith(OWN)), None)
    if own is not None:
        raise InputError(f"{source.place}: column `{own}` has a name that byleave uses itself", hint="rename it")
    columns: dict[str, Column] = {}
    for name, kind in kinds.items():
        theirs = reading.columns.get(name, name)
        if theirs in source.types:
            columns[name] = _column(source, theirs, kind, reading.assume_zone)
        elif kind.required or name in reading.columns:
            raise _missing(source, theirs, name)
    mapped = {reading.columns.get(name, name) for name in columns}
    others = [name for name in source.types if name not in mapped] if passing else []
    clash = next((name for name in others if name in kinds), None)
    if clash is not None:
        raise InputError(f"{source.place}: column `{clash}` stands beside the column mapped to that name")
    return Typed(_select(source, columns, others, flag=passing), tuple(columns), tuple(others))


def _column(source: Source, theirs: str, kind: Kind, zone: str | None) -> Column:
    if kind.name == "text" and theirs in source.blank_free and source.types[theirs] == "VARCHAR":
        return Column(quoted(theirs))
    column = read_column(kind, quoted(theirs), source.types[theirs], zone)
    if column is None:
        raise wrong_type(source.place, theirs, kind, source.types[theirs])
    return column


def _missing(source: Source, theirs: str, name: str) -> InputError:
    near = get_close_matches(theirs.lower(), [known.lower() for known in source.types], n=1, cutoff=0.6)
    names = [known for known in source.types if near and known.lower() == near[0]]
    has = ", ".join(f"`{known}`" for known in list(source.types)[:12])
    hint = f"did you mean `{names[0]}`? then say --map {name}={names[0]}" if names else f"it has {has}"
    return InputError(f"{source.place}: there is no column `{theirs}`", hint=hint)


def _select(source: Source, columns: Mapping[str, Column], others: Sequence[str], *, flag: bool) -> str:
    values = [f"{column.value} AS {quoted(name)}" for name, column in columns.items()]
    # JSON's own text for anything but a string: a number stays `7`, a string loses its quotes
    values += [
        f"{quoted(name)}->>'$' AS {quoted(name)}" if source.types[name] == "JSON" else quoted(name) for name in others
    ]
    faults = {name: column.unreadable for name, column in columns.items() if column.unreadable}
    if flag:
        fault = f"coalesce({' OR '.join(f'({one})' for one in faults.values())}, false)" if faults else "false"
    else:
        cases = " ".join(f"WHEN {one} THEN {literal(name)}" for name, one in faults.items())
        fault = f"CASE {cases} END" if faults else "CAST(NULL AS VARCHAR)"
    return f"SELECT {', '.join([*values, FILE, ROW, f'{fault} AS {UNREADABLE}'])} FROM ({source.sql})"


def filled(table: Typed, kinds: Mapping[str, Kind]) -> str:
    """SQL that yields every column of the design, NULL where the source lacks it, without what byleave added."""
    values = [
        quoted(name) if name in table.present else f"CAST(NULL AS {missing_type(kind)}) AS {quoted(name)}"
        for name, kind in kinds.items()
    ]
    return f"SELECT {', '.join(values)}, {FILE}, {ROW}, {UNREADABLE} FROM ({table.sql})"

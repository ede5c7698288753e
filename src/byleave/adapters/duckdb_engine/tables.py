"""Tables of any source as typed DuckDB relations, each row with the file and number it came from."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.adapters.diagnosis import LONGEST, diagnosed
from byleave.adapters.duckdb_engine.columns import Column, Kind, literal, missing_type, quoted, read_column, wrong_type
from byleave.adapters.files import TableFiles, csv_header, last_byte, no_header
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

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
    """Column → DuckDB type; `NULL` where a column holds nothing but NULLs."""
    blank_free: frozenset[str] = frozenset()
    """Text columns that hold no blank text, as the statistics of every row group prove."""
    files: TableFiles | None = None

    @contextmanager
    def being_read(self) -> Iterator[None]:
        """Say more about an error in text files than the engine does."""
        try:
            yield
        except InputError as error:
            raise (diagnosed(self.files, error) if self.files else error) from error


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
    for path in files.paths:
        if path.name.lower().endswith(".gz"):
            last_byte(path)  # DuckDB does not notice when a compressed file is cut off
    names = _csv_names(files) if files.format == "csv" else _json_names(session, files)
    _require_usable(_place(files), names)
    kind = "VARCHAR" if files.format == "csv" else "JSON"
    columns = "{" + ", ".join(f"{literal(name)}: '{kind}'" for name in names) + "}"
    reader, options = ("read_csv", _CSV_OPTIONS) if files.format == "csv" else ("read_json", _JSON_OPTIONS)
    parts = [
        f"SELECT *, {literal(str(path))} AS {FILE}, row_number() OVER () AS {ROW}"
        f" FROM {reader}({one_path(path)}, columns = {columns}, {options})"
        for path in files.paths
    ]
    return Source(files.name, _place(files), " UNION ALL ".join(parts), dict.fromkeys(names, kind), files=files)


_CSV_OPTIONS = (
    "header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', strict_mode = true,"
    f" null_padding = false, max_line_size = {LONGEST}, buffer_size = {2 * LONGEST}"
)
_JSON_LINES = f"format = 'newline_delimited', maximum_object_size = {LONGEST}"
_JSON_OPTIONS = f"{_JSON_LINES}, records = true"


def one_path(path: Path) -> str:
    """A path as DuckDB reads it: as the name of one file, whatever characters it has."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))


def _require_usable(place: str, names: Sequence[str]) -> None:
    """Refuse names that a table cannot have: none, one of ours, twice, or different only in case."""
    seen: dict[str, str] = {}
    for number, name in enumerate(names, start=1):
        if not name:
            raise InputError(f"{place}: column {number} has no name", hint="name it, or leave it out")
        if name.lower().startswith(OWN):
            raise _own_name(place, name)
        other = seen.setdefault(name.lower(), name)
        if other is not name:
            how = "stands there twice" if other == name else f"differs from `{other}` only in case"
            raise InputError(f"{place}: column `{name}` {how}", hint="rename one of them")


def table_source(session: Session, name: str, table: Any) -> Source:  # noqa: ANN401 - an Arrow table or reader
    """An Arrow table as a raw table."""
    session.register(f"{OWN}given_{name}", table)
    _require_usable(f"table `{name}`", table.column_names)
    types = {row[0]: row[1] for row in session.rows(f"DESCRIBE {OWN}given_{name}")}
    sql = f"SELECT *, '<{name}>' AS {FILE}, row_number() OVER () AS {ROW} FROM {OWN}given_{name}"
    return Source(name, f"table `{name}`", sql, types)


def _place(files: TableFiles) -> str:
    return f"`{files.paths[0]}`"


def _parquet(session: Session, files: TableFiles) -> Source:
    paths = "[" + ", ".join(map(one_path, files.paths)) + "]"
    session.scanned.extend(map(one_path, files.paths))
    try:
        empty = _columns_without_type(session, files.paths[0])
        _same_schema(session, paths)
    except InputError as error:
        raise _first_damaged(session, files, error) from error
    scan = f"read_parquet({paths}, filename = '{FILE}', file_row_number = true, hive_partitioning = false)"
    types = {row[0]: row[1] for row in session.rows(f"DESCRIBE SELECT * FROM {scan}")}
    del types[FILE], types["file_row_number"]
    sql = f"SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS {ROW} FROM {scan}"
    return Source(files.name, _place(files), sql, {**types, **empty}, _blank_free(session, paths), files)


def _first_damaged(session: Session, files: TableFiles, error: InputError) -> InputError:
    """The error for the first file that cannot be opened, by name."""
    for path in files.paths:
        try:
            session.rows(f"SELECT count(*) FROM parquet_schema({one_path(path)})")
        except InputError as one:
            return one if f"`{path}`" in one.message else InputError(f"`{path}` is cut off or damaged", hint=one.hint)
    return error


_MOST_DIGITS = 38
"""What DuckDB's decimals hold; it reads longer ones as other numbers."""


def _columns_without_type(session: Session, path: Path) -> dict[str, str]:
    """The columns of a Parquet file that hold nothing but NULLs, or lists of nothing; DuckDB takes them for numbers.

    Raises: InputError for names that a table cannot have.
    """
    schema = f"SELECT name, num_children, logical_type, precision FROM parquet_schema({one_path(path)})"
    rows = session.rows(schema)
    long = next((name for name, _, _, digits in rows if (digits or 0) > _MOST_DIGITS), None)
    if long is not None:
        hint = "leave the column out, or write it as text"
        message = f"`{path}`: column `{long}` has decimals of more than {_MOST_DIGITS} digits, which would be rounded"
        raise InputError(message, hint=hint)
    top = list(_nodes(iter(rows[1:])))
    _require_usable(f"`{path}`", [node.name for node in top])
    if any(node.name.lower() == "file_row_number" for node in top):
        raise _own_name(f"`{path}`", "file_row_number")
    result = {node.name: "NULL" for node in top if node.is_null}
    for node in top:
        leaf = node
        while len(leaf.inside) == 1:
            leaf = leaf.inside[0]
        if node.kind == "ListType()" and leaf.is_null:
            result[node.name] = "NULL[]"
    return result


class _Node(NamedTuple):
    """A column of a Parquet file, or a part of one."""

    name: str
    kind: str | None
    inside: list[_Node]

    @property
    def is_null(self) -> bool:
        return self.kind == "NullType()"


def _nodes(rows: Iterator[tuple[Any, ...]], count: int | None = None) -> Iterator[_Node]:
    """The tree that Parquet writes down node by node, each before what is inside it."""
    for name, children, kind, _ in islice(rows, count):
        yield _Node(name, kind, list(_nodes(rows, children or 0)))


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
            raise _different(rows[0][0], file, different or ["?"])


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
    paths = "[" + ", ".join(map(one_path, files.paths)) + "]"
    try:
        keys = session.rows(
            "SELECT DISTINCT unnest(json_keys(json)) AS key"
            f" FROM read_json_objects({paths}, {_JSON_LINES}) ORDER BY key"
        )
    except InputError as error:
        raise diagnosed(files, error) from error
    if not keys:
        raise diagnosed(files, no_header(files.paths[0]))
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
    columns: dict[str, Column] = {}
    for name, kind in kinds.items():
        theirs = reading.columns.get(name, name)
        if theirs in source.types:
            columns[name] = _column(source, theirs, kind, reading.assume_zone)
        elif kind.required or name in reading.columns:
            free = [known for known in source.types if known not in kinds]
            raise _missing(source, theirs, free, f"then say --map {name}=" if passing else "then rename it")
    mapped = {reading.columns.get(name, name) for name in columns}
    others = [name for name in source.types if name not in mapped]
    clash = next((name for name in others if name.lower() in kinds), None)
    if clash is not None:
        raise _clash(source.place, clash, mapped=clash.lower() in columns, mappable=passing)
    if not passing:
        others = []
    return Typed(_select(source, columns, others, flag=passing), tuple(columns), tuple(others))


def _clash(place: str, name: str, *, mapped: bool, mappable: bool) -> InputError:
    """A column that would be overlooked, or written twice, because of its name."""
    own = name.lower()
    if mapped:
        return InputError(
            f"{place}: column `{name}` stands beside the column that is read as `{own}`", hint="rename it"
        )
    message = f"{place}: column `{name}` would be overlooked, since the name is `{own}`"
    return InputError(message, hint=f"rename it, or say --map {own}={name}" if mappable else "rename it")


def _own_name(place: str, name: str) -> InputError:
    return InputError(f"{place}: column `{name}` has a name that byleave uses itself", hint="rename it")


def _column(source: Source, theirs: str, kind: Kind, zone: str | None) -> Column:
    if kind.name == "text" and theirs in source.blank_free and source.types[theirs] == "VARCHAR":
        return Column(quoted(theirs))
    column = read_column(kind, quoted(theirs), source.types[theirs], zone)
    if column is None:
        raise wrong_type(source.place, theirs, kind, source.types[theirs])
    return column


def _missing(source: Source, theirs: str, free: Sequence[str], then: str) -> InputError:
    near = get_close_matches(theirs.lower(), [known.lower() for known in free], n=1, cutoff=0.6)
    names = [known for known in free if near and known.lower() == near[0]]
    has = ", ".join(f"`{known}`" for known in list(source.types)[:12])
    hint = f"did you mean `{names[0]}`? {then}{names[0] if then.endswith('=') else ''}" if names else f"it has {has}"
    folders = [part for path in (source.files.paths if source.files else ()) for part in path.parts[:-1]]
    if any(part.startswith(f"{theirs}=") for part in folders):
        hint = "it stands in the names of the folders; write it into the files, too"
    return InputError(f"{source.place}: there is no column `{theirs}`", hint=hint)


def _select(source: Source, columns: Mapping[str, Column], others: Sequence[str], *, flag: bool) -> str:
    values = [f"{column.value} AS {quoted(name)}" for name, column in columns.items()]
    # JSON's own text for anything but a string: a number stays `7`, a string loses its quotes
    lines = source.files is not None and source.files.format == "jsonl"
    values += [f"{quoted(name)}->>'$' AS {quoted(name)}" if lines else quoted(name) for name in others]
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

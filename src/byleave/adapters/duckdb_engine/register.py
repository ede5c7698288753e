"""The register: five tables, read strictly, because what cannot be read may hide somebody's refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.columns import quoted
from byleave.adapters.duckdb_engine.register_checks import (
    check_matched,
    check_preferences,
    refuse_strange_countries,
    settle_countries,
)
from byleave.adapters.duckdb_engine.register_tables import NEVER_BLANK, TABLES
from byleave.adapters.duckdb_engine.tables import (
    FILE,
    ROW,
    UNREADABLE,
    Source,
    file_source,
    filled,
    table_source,
    typed,
)
from byleave.adapters.files import (
    SUFFIXES,
    TableFiles,
    file_digest,
    files_below,
    format_of,
    last_byte,
    readable,
    stem_of,
    table_of,
)
from byleave.adapters.ledger_database import is_database
from byleave.kernel.canonical import digest_value
from byleave.kernel.errors import InputError, RefusedError

if TYPE_CHECKING:
    from byleave.adapters.duckdb_engine.session import Session
    from byleave.adapters.ledger_database import Head, Kept
    from byleave.gate.request import Reading, Waivers
    from byleave.policy.rules import Rules


@dataclass(frozen=True, slots=True)
class RegisterInfo:
    """Which register was read."""

    digest: str
    """Over the files' bytes, or over the ledger's entries; it stands for the watermark of a folder."""
    rows: Mapping[str, int]
    waived: Mapping[str, Any]
    """What would have refused the run and was waived: counts."""
    head: Head | None = None
    """Of a ledger: up to where it was read."""
    kept: Kept | None = None
    """Of a ledger: objections of people who were erased."""
    identified: int = 0
    """Of a ledger: how many identifiers people gave to be found by."""

    @property
    def watermark(self) -> str | int:
        """As manifests write it: the number of a ledger's last entry, or a folder's digest."""
        return self.digest if self.head is None else self.head.watermark.seq

    @property
    def epoch(self) -> str | None:
        """Of a ledger."""
        return None if self.head is None else self.head.watermark.epoch

    @property
    def kind(self) -> str:
        """`ledger` or `folder`; tables in memory count as a folder."""
        return "folder" if self.head is None else "ledger"


def _wanted(rules: Rules) -> list[str]:
    return ["members", "preferences", "objections", *(["notices"] if rules.asks_for_notice else [])]


def find_register(folder: Path, rules: Rules) -> dict[str, TableFiles]:
    """The register's tables in a folder.

    Raises: InputError when a table that must be there is missing, or a file has a name that no table has.
    """
    hint = "give a folder with members, preferences, objections"
    if not folder.exists():
        raise InputError(f"there is no register folder `{folder}`", hint=hint)
    if not folder.is_dir():
        raise InputError(f"the register `{folder}` is not a folder", hint=hint)
    found: dict[str, list[Path]] = {}
    with readable(folder):
        for entry in sorted(folder.iterdir()):
            if not entry.name.startswith("."):
                name, paths = table_at(entry)
                found.setdefault(name, []).extend(paths)
    missing = next((name for name in _wanted(rules) if not found.get(name)), None)
    if missing is not None:
        hint = "a file with a header alone says that there are none; without it, refusals would be lost"
        raise InputError(f"register `{folder}` has no table `{missing}`", hint=hint)
    tables = {name: table_of(name, paths) for name, paths in found.items() if paths}
    for table in tables.values():
        refuse_cut_off(table)
    return tables


def table_at(entry: Path) -> tuple[str, list[Path]]:
    """The table that a file or folder of the register belongs to, and its files; none for what is not a table.

    Raises: InputError for what looks like a table and cannot be read as one: it may hold refusals.
    """
    if entry.is_dir():
        if entry.name not in TABLES:
            raise _stranger(entry, entry.name)
        inside = files_below(entry)
        strange = next((path for path in inside if not format_of(path) and not path.name.startswith("_")), None)
        if strange is not None or not any(map(format_of, inside)):
            raise InputError(f"`{strange or entry}` holds no table by its name", hint=f"tables end in {SUFFIXES}")
        return entry.name, [path for path in inside if format_of(path)]
    if format_of(entry):
        name = stem_of(entry)
        if name not in TABLES:
            raise _stranger(entry, name)
        return name, [entry]
    near = get_close_matches(entry.name.split(".")[0].lower(), list(TABLES), n=1, cutoff=0.8)
    if near:
        hint = f"tables end in {SUFFIXES}; if it is none of them, move it elsewhere"
        raise InputError(f"`{entry}` may be the table `{near[0]}`, and is not one by its name", hint=hint)
    return entry.name, []


def _stranger(entry: Path, name: str) -> InputError:
    near = get_close_matches(name.lower(), list(TABLES), n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"its tables are {', '.join(TABLES)}; move other files elsewhere"
    return InputError(f"`{entry}` is not a table of the register", hint=hint)


def refuse_cut_off(table: TableFiles) -> None:
    """Refuse a text file that does not end with a line. Raises: RefusedError."""
    for path in table.paths:
        if table.format != "parquet" and last_byte(path) not in (b"\n", b"\r"):
            hint = "write it again, with a line break at the end; a lost row may be a refusal"
            raise RefusedError(f"`{path}` ends in the middle of a line and may be cut off", hint=hint)


def load_register(  # noqa: PLR0913, PLR0917 - what a register is read with
    session: Session,
    register: Any,  # noqa: ANN401 - a URL, a folder or tables
    rules: Rules,
    waivers: Waivers,
    reading: Reading,
    before: RegisterInfo | None = None,
) -> RegisterInfo:
    """Load the register into the tables `members`, `preferences`, `objections`, `notices`, `withholdings`.

    Args:
        session: where the tables go.
        register: a ledger's URL, a folder, or table name → table.
        rules: what is asked of it.
        waivers: what the caller takes upon itself.
        reading: how to read text.
        before: what was read before in this session; of a ledger only what is new since is read.

    Raises: InputError or RefusedError, naming file and row, for anything that may hide a refusal.
    """
    if is_database(register):
        from byleave.adapters.duckdb_engine.ledger import read_ledger

        read = read_ledger(session, register, before.head if before else None)
        refuse_strange_countries(session)
        waived = check_matched(session, rules, waivers)
        return RegisterInfo(f"sha256:{read.head.chain}", read.rows, waived, read.head, read.kept, read.identified)
    if isinstance(register, Mapping):
        return _load_given(session, register, rules, waivers, reading)
    folder = Path(register)
    for _ in range(_TRIES):
        files = find_register(folder, rules)
        digest = register_digest(files)
        sources = {name: file_source(session, table) for name, table in files.items()}
        info = _load(session, sources, digest, rules, waivers, reading)
        if register_digest(find_register(folder, rules)) == digest:
            return info
    raise RefusedError(
        f"register `{folder}` changes while it is read", hint="write it elsewhere and rename it into place"
    )


_TRIES = 3
"""A register that changes while it is read is read again, so often."""


def register_digest(files: Mapping[str, TableFiles]) -> str:
    """The digest of a folder register: over the names and the bytes of its tables."""
    parts = []
    for name, table in sorted(files.items()):
        for path in table.paths:
            with readable(path):
                parts.append([name, path.name, file_digest(path)])
    return digest_value(parts)


def _load_given(
    session: Session, register: Mapping[str, Any], rules: Rules, waivers: Waivers, reading: Reading
) -> RegisterInfo:
    from byleave.adapters.arrow import arrow_digest, to_arrow

    unknown = next((name for name in register if name not in TABLES), None)
    if unknown is not None:
        raise _stranger(Path(unknown), unknown)
    missing = next((name for name in _wanted(rules) if name not in register), None)
    if missing is not None:
        raise InputError(f"the register has no table `{missing}`", hint="give an empty one to say that there are none")
    given = {name: to_arrow(table) for name, table in register.items()}
    digest = digest_value({name: arrow_digest(table) for name, table in given.items()})
    sources = {name: table_source(session, name, table) for name, table in given.items()}
    return _load(session, sources, digest, rules, waivers, reading)


def _load(  # noqa: PLR0913, PLR0917 - what a register is read with
    session: Session, sources: Mapping[str, Source], digest: str, rules: Rules, waivers: Waivers, reading: Reading
) -> RegisterInfo:
    rows = load_strictly(session, sources, reading)
    session.run("UPDATE preferences SET actor = coalesce(actor, 'member')")
    waived = check_preferences(session, rules, waivers)
    return RegisterInfo(digest, rows, waived)


def load_strictly(session: Session, sources: Mapping[str, Source], reading: Reading) -> dict[str, int]:
    """Load tables that are there, and empty ones for the others; how many rows each has.

    Raises: InputError or RefusedError, naming file and row, for anything that cannot be read.
    """
    rows = {}
    session.run("SET preserve_insertion_order = true")  # row numbers of text files follow the file
    for name, kinds in TABLES.items():
        source = sources.get(name) or _none(name)
        table = typed(source, kinds, _plain(reading), passing=False)
        with source.being_read():
            session.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {filled(table, kinds)}")
        _refuse_unreadable(session, source)
        rows[name] = session.one(f"SELECT count(*) FROM {name}")
    session.run("SET preserve_insertion_order = false")
    settle_countries(session)
    return rows


def _plain(reading: Reading) -> Reading:
    """The register has the design's names; only the zone carries over."""
    from byleave.gate.request import Reading as Plain

    return Plain(assume_zone=reading.assume_zone)


def _none(name: str) -> Source:
    """An empty table."""
    columns = ", ".join(f"CAST(NULL AS VARCHAR) AS {column}" for column in (f'"{key}"' for key in TABLES[name]))
    sql = f"SELECT {columns}, '' AS {FILE}, 0 AS {ROW} WHERE false"
    return Source(name, f"table `{name}`", sql, dict.fromkeys(TABLES[name], "VARCHAR"))


def _refuse_unreadable(session: Session, source: Source) -> None:
    name = source.name
    blank = " ".join(f"""WHEN "{column}" IS NULL THEN '{column}'""" for column in NEVER_BLANK[name])
    fault = f"coalesce({UNREADABLE}, CASE {blank} END)"
    first = session.rows(
        f"SELECT {FILE}, {ROW}, {fault}, {UNREADABLE} IS NULL FROM {name}"
        f" WHERE {fault} IS NOT NULL ORDER BY 1, 2 LIMIT 1"
    )
    if not first:
        return
    file, row, column, is_blank = first[0]
    where = f"`{file}`, row {row}: `{column}`"
    if is_blank:
        raise RefusedError(f"{where} is blank", hint="fill it in; the row may be somebody's refusal")
    raw = f"SELECT CAST({quoted(column)} AS VARCHAR) FROM ({source.sql}) WHERE {FILE} = ? AND {ROW} = ?"
    kind = TABLES[name][column]
    hint = f"write {' or '.join(kind.options)}" if kind.options else _REPAIR[kind.name]
    value = str(session.one(raw, [file, row]))[:_SHOWN]
    raise RefusedError(f"{where} is `{value}`, which cannot be read", hint=hint)


_SHOWN = 100
"""Characters of a value that an error quotes."""


_REPAIR = {
    "instant": "write an instant with its zone, such as 2025-11-03T00:00:00Z, from 1900 to 2199; or say --assume-zone",
    "date": "write a date such as 2001-05-23, from 1900 to 2199, or leave it blank",
    "order": "write a whole number from 0 on, or leave `seq` out of the whole table",
    "text": "write it as text, in quotes",
}

"""The corpus as a typed view that can be scanned again and again without lying in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.columns import Kind, literal, quoted
from byleave.adapters.duckdb_engine.tables import FILE, ROW, UNREADABLE, Source, file_source, one_path, typed
from byleave.adapters.files import find_table, table_of
from byleave.kernel.errors import InputError, RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.adapters.duckdb_engine.session import Session
    from byleave.gate.request import Reading
    from byleave.policy.rules import Rules

_AT = Kind("instant")
ITEMS: dict[str, Kind] = {
    "item_id": Kind("text", required=True),
    "member_id": Kind("text", required=True),
    "category": Kind("text", required=True),
    "visibility": Kind("text", required=True),
    "created_at": Kind("instant", required=True),
    "changed_at": _AT,
    "public_since": _AT,
    "withheld": Kind("flag"),
    "subjects": Kind("ids"),
    "ai_written": Kind("flag"),
}
_ONLY_WITH_AI_RULE = "ai_written"


@dataclass(frozen=True, slots=True)
class Corpus:
    """The view `items`."""

    columns: tuple[str, ...]
    """The design's columns that are there."""
    passing: tuple[str, ...]
    missing: tuple[str, ...]
    """The optional columns that are missing altogether."""
    files: tuple[Path, ...]
    stamps: tuple[tuple[int, ...], ...]
    """Number, size and time of change of each file when it was opened."""

    def unchanged(self) -> bool:
        """Whether no file has changed since it was opened."""
        return tuple(map(_stamp, self.files)) == self.stamps


def open_items(session: Session, items: Sequence[Any], rules: Rules, reading: Reading, spill: Path) -> Corpus:
    """Create the view `items`, and `byleave_corpus`, which stays the same when `items` becomes a part of it.

    Parquet is scanned where it lies. Anything else (text, tables in memory) is typed once into Parquet under `spill`.

    Raises: InputError for what cannot be read.
    """
    paths = [item for item in items if isinstance(item, str | Path)]
    if paths and len(paths) < len(items):
        raise UsageError("items are paths and tables at once", hint="give paths alone, or tables alone")
    files = find_table("items", paths) if paths else None
    opened = files.paths if files else ()
    stamps = tuple(map(_stamp, opened))
    source = file_source(session, files) if files is not None else _given(session, items, spill)
    kinds = dict(ITEMS)
    if not rules.leaves_ai_out:
        del kinds[_ONLY_WITH_AI_RULE]  # the decision does not read it: it passes through as it is
    table = typed(source, kinds, reading, passing=True)
    sql = table.sql
    if files is not None and files.format != "parquet":
        with source.being_read():
            sql = _typed_once(session, sql, spill / "items.parquet")
    columns = ", ".join(quoted(name) for name in (*table.present, *table.passing))
    whole = f"SELECT {columns}, {FILE}, {ROW}, {UNREADABLE} FROM ({sql})"
    session.run(f"CREATE OR REPLACE TEMP VIEW byleave_corpus AS {whole}")
    session.run("CREATE OR REPLACE TEMP VIEW items AS FROM byleave_corpus")
    optional = [name for name, kind in ITEMS.items() if not kind.required]
    missing = tuple(name for name in optional if name not in (*table.present, *table.passing))
    return Corpus(table.present, table.passing, missing, opened, stamps)


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes when a file is replaced or written to; nothing when it is gone."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _given(session: Session, items: Sequence[Any], spill: Path) -> Source:
    """Tables in memory, written to Parquet batch by batch and read from there."""
    from byleave.adapters.arrow import spill_parquet

    spill.mkdir(parents=True, exist_ok=True)
    paths = {
        f"<items {number}>" if len(items) > 1 else "<items>": spill / f"given-{number}.parquet"
        for number in range(1, len(items) + 1)
    }
    for table, path in zip(items, paths.values(), strict=True):
        spill_parquet(table, path)
    try:
        source = file_source(session, table_of("items", list(paths.values())))
    except InputError as error:
        message = error.message
        for label, path in paths.items():
            message = message.replace(str(path), label)
        raise InputError(message, hint=error.hint) from None
    labels = " ".join(f"WHEN {literal(str(path))} THEN {literal(label)}" for label, path in paths.items())
    sql = f"SELECT * REPLACE (CASE {FILE} {labels} END AS {FILE}) FROM ({source.sql})"
    return replace(source, place=f"`{next(iter(paths))}`", sql=sql, files=None)


def _typed_once(session: Session, sql: str, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    session.run("SET preserve_insertion_order = true")  # so that row numbers follow the file
    session.run(f"COPY ({sql}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    session.run("SET preserve_insertion_order = false")
    return f"FROM read_parquet({one_path(path)})"


def refuse_unmatched_objections(session: Session, corpus: Corpus, *, allowed: bool) -> int:
    """Refuse a corpus that does not say who is named, when somebody who owns nothing in it objects.

    Returns: how many such people there are, when that is allowed.

    Raises: RefusedError when it is not.
    """
    if "subjects" in corpus.columns or not session.one("SELECT count(*) FROM byleave_ownerless"):
        return 0
    # the owners among the objectors first: the other way round DuckDB would hash every owner of the corpus
    owners = "SELECT DISTINCT member_id FROM byleave_corpus SEMI JOIN byleave_ownerless ON member_id = subject_id"
    rows = session.rows(
        f"SELECT min(subject_id), count(*) FROM byleave_ownerless ANTI JOIN ({owners}) ON member_id = subject_id"
    )
    subject, count = rows[0]
    if count and not allowed:
        hint = "add a column `subjects` that says whom each item names, or go on with --allow-orphans"
        message = f"`{subject}` objects and owns no item, and the items do not say whom they name"
        raise RefusedError(message, hint=hint)
    return int(count)

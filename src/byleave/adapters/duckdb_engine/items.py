"""The corpus as a typed view that can be scanned again and again without lying in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.columns import Kind, literal, quoted
from byleave.adapters.duckdb_engine.tables import FILE, ROW, UNREADABLE, Source, file_source, typed
from byleave.adapters.files import find_table
from byleave.kernel.errors import RefusedError

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
    stamps: tuple[tuple[int, int], ...]
    """Size and time of change of each file when it was opened."""

    def unchanged(self) -> bool:
        """Whether no file has changed since it was opened."""
        return tuple(_stamp(path) for path in self.files) == self.stamps


def open_items(session: Session, items: Sequence[Any], rules: Rules, reading: Reading, spill: Path) -> Corpus:
    """Create the view `items`.

    Parquet is scanned where it lies. Anything else (text, tables in memory) is typed once into Parquet under `spill`.

    Raises: InputError for what cannot be read.
    """
    paths = [item for item in items if isinstance(item, str | Path)]
    files = find_table("items", paths) if paths else None
    if files is not None and len(paths) == len(items):
        source = file_source(session, files)
    else:
        source = _given(session, items, spill)
    kinds = dict(ITEMS)
    if not rules.leaves_ai_out:
        del kinds[_ONLY_WITH_AI_RULE]  # the decision does not read it: it passes through as it is
    table = typed(source, kinds, reading, passing=True)
    sql = table.sql
    if files is not None and files.format != "parquet":
        sql = _typed_once(session, sql, spill / "items.parquet")
    columns = ", ".join(quoted(name) for name in (*table.present, *table.passing))
    session.run(f"CREATE OR REPLACE TEMP VIEW items AS SELECT {columns}, {FILE}, {ROW}, {UNREADABLE} FROM ({sql})")
    optional = [name for name, kind in ITEMS.items() if not kind.required]
    missing = tuple(name for name in optional if name not in (*table.present, *table.passing))
    opened = files.paths if files else ()
    return Corpus(table.present, table.passing, missing, opened, tuple(_stamp(path) for path in opened))


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _given(session: Session, items: Sequence[Any], spill: Path) -> Source:
    """Tables in memory, written to Parquet batch by batch and read from there."""
    from byleave.adapters.arrow import spill_parquet
    from byleave.adapters.files import table_of

    spill.mkdir(parents=True, exist_ok=True)
    paths = [spill / f"given-{number}.parquet" for number in range(len(items))]
    for table, path in zip(items, paths, strict=True):
        spill_parquet(table, path)
    return file_source(session, table_of("items", paths))


def _typed_once(session: Session, sql: str, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    session.run("SET preserve_insertion_order = true")  # so that row numbers follow the file
    session.run(f"COPY ({sql}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    session.run("SET preserve_insertion_order = false")
    return f"FROM read_parquet({literal(str(path))})"


def refuse_unmatched_objections(session: Session, corpus: Corpus, *, allowed: bool) -> int:
    """Refuse a corpus that does not say who is named, when somebody who owns nothing in it objects.

    Returns: how many such people there are, when that is allowed.

    Raises: RefusedError when it is not.
    """
    if "subjects" in corpus.columns:
        return 0
    # the owners among the objectors first: the other way round DuckDB would hash every owner of the corpus
    owners = "SELECT DISTINCT member_id FROM items SEMI JOIN byleave_objecting ON member_id = subject_id"
    rows = session.rows(
        f"SELECT min(subject_id), count(*) FROM byleave_objecting ANTI JOIN ({owners}) ON member_id = subject_id"
    )
    subject, count = rows[0]
    if count and not allowed:
        hint = "add a column `subjects` that says whom each item names, or go on with --allow-orphans"
        message = f"`{subject}` objects and owns no item, and the items do not say whom they name"
        raise RefusedError(message, hint=hint)
    return int(count)

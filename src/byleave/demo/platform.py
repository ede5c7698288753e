"""Write the invented platform into a folder: items as Parquet, the register as CSV, and a page that explains it."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from byleave.demo import cast as script
from byleave.demo.choices import NOTICE, NOTICE_VERSION, SETTING, acts, deliveries, objections
from byleave.demo.corpus import Corpus, Row
from byleave.demo.moments import as_text
from byleave.demo.people import Person, people
from byleave.demo.readme import readme
from byleave.kernel.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

NAME = "Lanterwick"
"""The invented network. Looked for: no platform, company or place of that name turned up."""

MARK = "byleave-demo.json"
"""The file by which a folder is known as a demonstration's own."""
_OWN_FOLDERS = ("items", "register", "snapshots")
_FILES, _CHUNK = 4, 10_000
_LEAST_MEMBERS, _LEAST_ITEMS_EACH = 100, 3

_INSTANT = pa.timestamp("us", tz="UTC")
_SCHEMA = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("member_id", pa.string(), nullable=False),
        pa.field("category", pa.string(), nullable=False),
        pa.field("visibility", pa.string(), nullable=False),
        pa.field("created_at", _INSTANT, nullable=False),
        pa.field("changed_at", _INSTANT),
        pa.field("public_since", _INSTANT),
        pa.field("withheld", pa.bool_(), nullable=False),
        pa.field("subjects", pa.list_(pa.string())),
        pa.field("ai_written", pa.bool_()),
        pa.field("language", pa.string()),
        pa.field("text", pa.string()),
        pa.field("synthetic", pa.bool_(), nullable=False),
    ],
    metadata={"synthetic": "true", "platform": f"{NAME} (invented)", "made_by": "byleave demo"},
)


@dataclass(frozen=True, slots=True)
class DemoPlatform:
    """Where the platform was written, and three items that are worth explaining."""

    folder: Path
    items: Path
    register: Path
    member_count: int
    item_count: int
    switched_off_before: str = script.SWITCHED_OFF_BEFORE
    """A German post from before 3 November 2025, whose owner switched off in the wave before it."""
    one_pack_only: str = script.ONE_PACK_ONLY
    """Eligible on 1 December 2025 under `linkedin@2025-10-24`, and not under `byleave@1`."""
    names_a_stranger: str = script.NAMES_A_STRANGER
    """Names somebody without an account, whose objection stands since 12 November 2025."""


def write_demo(
    folder: Path,
    *,
    members: int = 10_000,
    items: int = 200_000,
    seed: int = 20251024,
    on_progress: Callable[[float], None] | None = None,
) -> DemoPlatform:
    """Write the invented platform; the same arguments give the same content.

    Args:
        folder: a new or empty folder, or one that this function wrote; what it wrote before is replaced.
        members: how many members.
        items: how many items, profiles included.
        seed: where the choices start.
        on_progress: called with how much is done, 0.0 to 1.0.

    Raises:
        UsageError: too few members or items.
        OutputError: the folder holds something else.
    """
    if members < _LEAST_MEMBERS or items < _LEAST_ITEMS_EACH * members:
        raise UsageError(
            f"{members} members with {items} items are too few for a demonstration",
            hint=f"at least {_LEAST_MEMBERS} members, and {_LEAST_ITEMS_EACH} items for each",
        )
    claim(folder, {"synthetic": True, "platform": NAME, "members": members, "items": items, "seed": seed}, _OWN_FOLDERS)
    cast = script.cast()
    everybody = people(members, cast, seed)
    corpus = Corpus(everybody, cast, items, seed)
    _write_items(corpus, folder / "items", on_progress)
    _write_register(corpus, folder / "register")
    (folder / "README.md").write_text(readme(NAME, cast, members, items, seed), encoding="utf-8")
    return DemoPlatform(folder, folder / "items", folder / "register", members, items)


def claim(folder: Path, about: Mapping[str, Any] | None, replaced: Iterable[str]) -> None:
    """Make a folder a demonstration's own.

    Args:
        folder: a new or empty one, or a demonstration's.
        about: what the file that marks it says; None leaves that as it is.
        replaced: folders in it that are deleted.

    Raises: OutputError when the folder holds something else; then nothing is changed.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"`{folder}` is a file", hint="name a folder")
    mark = folder / MARK
    if folder.is_dir() and any(folder.iterdir()) and not mark.is_file():
        raise OutputError(f"folder `{folder}` holds something that is not a demonstration", hint="name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    if about is not None or not mark.is_file():
        mark.write_text(json.dumps(about or {"synthetic": True}, indent=2) + "\n", encoding="utf-8")
    for name in replaced:
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)


def _write_items(corpus: Corpus, folder: Path, on_progress: Callable[[float], None] | None) -> None:
    """A few files, each with an equal part of the items, written in chunks."""
    folder.mkdir()
    rows = corpus.rows()
    per_file = -(-corpus.count // _FILES)
    done = 0
    for number in range(1, _FILES + 1):
        with pq.ParquetWriter(folder / f"items-{number}.parquet", _SCHEMA, compression="zstd") as writer:
            part = islice(rows, per_file)
            while chunk := list(islice(part, _CHUNK)):
                writer.write_table(_table(chunk))
                done += len(chunk)
                if on_progress:
                    on_progress(done / corpus.count)


def _table(rows: Sequence[Row]) -> pa.Table:
    columns = [*map(list, zip(*rows, strict=True)), [True] * len(rows)]
    arrays = [_array(column, kind.type) for column, kind in zip(columns, _SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if kind == _INSTANT:
        # whole numbers become instants much faster in a cast than one by one
        return pa.array(values, type=pa.int64()).cast(pa.timestamp("s", tz="UTC")).cast(kind)
    return pa.array(values, type=kind)


def _write_register(corpus: Corpus, folder: Path) -> None:
    folder.mkdir()
    seed, members = corpus.seed, corpus.members
    _csv(folder / "members.csv", "member_id,country,birth_date,since", _residences(members))
    _csv(
        folder / "preferences.csv",
        "member_id,setting,value,at,seq",
        (
            (act.member_id, SETTING, act.value, as_text(act.at), str(seq))
            for seq, act in enumerate(acts(members, corpus.cast, seed), start=1)
        ),
    )
    _csv(
        folder / "objections.csv",
        "subject_id,purpose,received_at,status,resolved_at",
        (
            (one.subject_id, one.purpose, as_text(one.received), one.status, as_text(one.resolved))
            for one in objections(members, script.objectors(), seed)
        ),
    )
    _csv(
        folder / "notices.csv",
        "member_id,notice,version,delivered_at",
        ((one.member_id, NOTICE, NOTICE_VERSION, as_text(one.delivered)) for one in deliveries(members, seed)),
    )
    _csv(
        folder / "withholdings.csv",
        "item_id,member_id,at",
        ((one.item_id, one.member_id, as_text(one.at)) for one in corpus.withholdings),
    )


def _residences(members: Sequence[Person]) -> Iterable[tuple[str, ...]]:
    for person in members:
        for (_, since), country in zip(person.residences, person.recorded, strict=True):
            yield person.member_id, country, person.born or "", as_text(since)


def _csv(path: Path, header: str, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)

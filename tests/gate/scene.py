"""Small corpora and registers in real files, and one call of the gate on them."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byleave import api
from byleave.kernel.errors import ByleaveError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from byleave.gate.request import Result

ARTICLE = "linkedin@2025-10-24"
SETTING = "data-for-ai-improvement"
DECIDE: dict[str, Any] = {"pack": ARTICLE, "purpose": "generative-ai", "recipient": "linkedin"}
OPTIONS = [f"--{name}={value}" for name, value in DECIDE.items()]

HEADERS = {
    "members": "member_id,country",
    "preferences": "member_id,setting,value,at",
    "objections": "subject_id,purpose,received_at,status,resolved_at",
    "notices": "member_id,notice,version,delivered_at",
    "withholdings": "item_id,member_id,at",
}
OFF = f"m3,{SETTING},off,2025-10-20T09:00:00Z"
PEOPLE = ("m1,DE", "m2,US", "m3,FR")

ITEM = {"category": "post", "visibility": "public", "created_at": "2024-05-01T08:30:00Z"}
THREE = [{"item_id": f"i{number}", "member_id": f"m{number}", **ITEM} for number in (1, 2, 3)]
"""Two that are eligible, and one whose owner has switched off (with `OFF`)."""


def table(name: str, *rows: str, header: str | None = None) -> str:
    """A table of the register as CSV."""
    return "".join(f"{line}\n" for line in (header or HEADERS[name], *rows))


def write_register(folder: Path, files: Mapping[str, str | bytes | None] | None = None, **rows: Sequence[str]) -> Path:
    """A register folder: three members, one of them switched off, nobody objects, unless told otherwise.

    Args:
        folder: the folder, made anew.
        files: further files, or other content of a file; None leaves a file out.
        rows: table → its rows as CSV.
    """
    tables: dict[str, Sequence[str]] = {"members": PEOPLE, "preferences": (OFF,), "objections": (), **rows}
    contents: dict[str, str | bytes | None] = {f"{name}.csv": table(name, *lines) for name, lines in tables.items()}
    for name, content in {**contents, **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def write_parquet(path: Path, rows: Sequence[Mapping[str, Any]] = THREE, /, **columns: pa.Array) -> Path:
    """Rows of text as a Parquet file with typed instants, and further columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(typed_table(rows, **columns), path)
    return path


def typed_table(rows: Sequence[Mapping[str, Any]] = THREE, /, **columns: pa.Array) -> pa.Table:
    """Rows of text as an Arrow table with typed instants, and further columns."""
    names = list(rows[0])
    data: dict[str, Any] = {name: pa.array([row[name] for row in rows], pa.string()) for name in names}
    for name in ("created_at", "changed_at", "public_since"):
        if name in data:
            instants = [None if row[name] is None else datetime.fromisoformat(row[name]) for row in rows]
            data[name] = pa.array(instants, pa.timestamp("us", "UTC"))
    return pa.table({**data, **columns})


def csv_text(rows: Iterable[Mapping[str, Any]] = THREE) -> str:
    """Rows as CSV."""
    stream = io.StringIO()
    listed = list(rows)
    writer = csv.DictWriter(stream, list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return stream.getvalue()


def gate(items: Any, register: Any, **options: Any) -> Result:
    """Run the gate in this process, with the article's pack unless told otherwise."""
    given: dict[str, Any] = {**DECIDE, **options}
    return api.gate(items, register=register, **given)


def reasons(result: Result) -> dict[str, int]:
    """How many rows have each reason."""
    counted: dict[str, int] = result.manifest["counts"]["by_reason"]
    return counted


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows of a published snapshot."""

    eligible: list[dict[str, Any]]
    left_out: list[dict[str, Any]]

    @property
    def ids(self) -> list[str]:
        """The ids that may be used, sorted."""
        return sorted(row["item_id"] for row in self.eligible)

    @property
    def why(self) -> dict[str, str]:
        """Why each of the other ids is left out."""
        return {row["item_id"]: row["reason"] for row in self.left_out}


def snapshot(folder: Path) -> Snapshot:
    """Read a published snapshot."""
    return Snapshot(*(_rows(folder / name) for name in ("items", "left_out")))


def decisions(folder: Path) -> dict[str, str]:
    """Read published decisions: item id → reason, every id once."""
    rows = _rows(folder / "decisions")
    result = {row["item_id"]: row["reason"] for row in rows}
    assert len(result) == len(rows)
    return result


def _rows(folder: Path) -> list[dict[str, Any]]:
    tables = [pq.read_table(path) for path in sorted(folder.glob("*.parquet"))]
    return [row for one in tables for row in one.to_pylist()]


def leftovers(folder: Path) -> list[str]:
    """What unfinished runs have left in a folder."""
    return [path.name for path in folder.iterdir() if ".partial-" in path.name]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes: what must stay as it is."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def byleave(*arguments: object, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    environment = {**os.environ, "COLUMNS": "100", **options.pop("env", {})}
    command = [sys.executable, "-m", "byleave", *map(str, arguments)]
    settings: dict[str, Any] = {"capture_output": True, "text": True, "check": False, "timeout": 60, **options}
    return subprocess.run(command, cwd=cwd, env=environment, **settings)  # noqa: PLW1510


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)


def during(step: str, change: Callable[[], Any]) -> Callable[[str, float], None]:
    """A progress callback that changes something once, when the step begins."""
    left = [change]

    def progress(name: str, done: float) -> None:  # noqa: ARG001 - the callback's signature
        if name == step and left:
            left.pop()()

    return progress


def refused(items: Any, register: Any, folder: Path, **options: Any) -> ByleaveError:
    """The error of a run that must fail; nothing is published, nothing is left behind, the inputs stay as they are."""
    before = contents(folder)
    with pytest.raises(ByleaveError) as caught:
        gate(items, register, out=folder / "refused", **options)
    assert contents(folder) == before
    assert not (folder / "refused").exists()
    assert leftovers(folder) == []
    error = caught.value
    assert error.message[:1] == error.message[:1].lower()
    assert not error.message.endswith(".")
    return error

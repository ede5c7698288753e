"""A corpus that takes the gate some seconds, so that something can happen in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from tests.gate.scene import OPTIONS, table

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 240_000
ELIGIBLE = ROWS // 4 * 3
"""One member in four has switched off in time."""


def write_large(folder: Path) -> None:
    """Items and a register, written by the engine itself."""
    (folder / "register").mkdir(parents=True)
    text = " || ".join(f"md5((i * 12 + {number})::VARCHAR)" for number in range(12))
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 'i' || i AS item_id, 'm' || (i % 1000) AS member_id, 'post' AS category,"
            f" 'public' AS visibility, TIMESTAMPTZ '2024-05-01 08:30:00+00' AS created_at, {text} AS text"
            f" FROM range({ROWS}) AS r(i)) TO '{folder}/items.parquet' (COMPRESSION uncompressed)"
        )
    members = [f"m{number},DE" for number in range(1_000)]
    acts = [f"m{number},data-for-ai-improvement,off,2025-10-20T09:00:00Z" for number in range(0, 1_000, 4)]
    for name, rows in {"members": members, "preferences": acts, "objections": []}.items():
        (folder / "register" / f"{name}.csv").write_text(table(name, *rows))


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a corpus and a register, and where the snapshot goes."""

    inputs: Path
    folder: Path

    def start(self, *, out: str = "out", **options: Any) -> subprocess.Popen[str]:
        """Start a run in a process of its own."""
        command = [sys.executable, "-m", "byleave", "gate", str(self.inputs / "items.parquet"), *OPTIONS]
        command += [f"--register={self.inputs / 'register'}", f"--out={self.folder / out}"]
        settings: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        return subprocess.Popen(command, env=dict(os.environ), **settings)

    def until_it_writes(self, run: subprocess.Popen[str]) -> None:
        """Wait until the run writes its items."""
        while run.poll() is None:
            if any(path.stat().st_size for path in self.folder.glob(".*.partial-*/items/*.parquet")):
                return
            time.sleep(0.002)
        raise AssertionError(f"the run was over too soon: {run.communicate()}")

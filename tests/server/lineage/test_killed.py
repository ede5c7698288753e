"""A gate that is killed after it has published and before the ledger says so."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from byleave.ledger.entries import Kind
from byleave.server.db.store import Store
from tests.gate.scene import THREE, byleave, write_parquet
from tests.server.db.ledgers import SECRET, new_ledger, registered, switched

if TYPE_CHECKING:
    from pathlib import Path

DECIDE = ("--pack=linkedin@2025-11-03", "--purpose=generative-ai", "--recipient=linkedin")
PATIENCE_SECONDS = 120
"""For a gate to start and publish three rows, on a machine that has other things to do."""


def test_a_snapshot_whose_gate_was_killed_is_whole_and_told_as_it_is(tmp_path: Path) -> None:
    """M7, M10: it is usable until somebody leaves, as `status` says, and is recorded once, by whoever comes later."""
    url, folder = new_ledger("sqlite", tmp_path), tmp_path / "s"
    items, key = write_parquet(tmp_path / "items.parquet"), tmp_path / "suppression.key"
    key.write_bytes(SECRET)
    with Store(url, suppression_secret=SECRET) as store:
        store.append([registered(row["member_id"]) for row in THREE])
    # whoever holds the right to write keeps the gate waiting where it would record what it has published
    holder = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    command = [sys.executable, "-m", "byleave", "gate", str(items), f"--register={url}", f"--out={folder}", *DECIDE]
    environment = {**os.environ, "BYLEAVE_SUPPRESSION_KEY": str(key), "BYLEAVE_STATE": ""}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    until = time.monotonic() + PATIENCE_SECONDS
    while not folder.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    holder.execute("ROLLBACK")
    holder.close()
    asked = [str(folder), f"--register={url}", "--json"]

    assert process.returncode == -signal.SIGKILL
    assert _published(url) == 0
    assert byleave("snapshot", "status", *asked, cwd=tmp_path).returncode == 0
    for _ in range(2):
        made = byleave("snapshot", "register", str(folder), f"--ledger={url}", cwd=tmp_path)
        assert made.returncode == 0, made.stderr
    assert _published(url) == 1
    with Store(url, suppression_secret=SECRET) as store:
        store.append([switched("m1")])
    left = byleave("snapshot", "status", *asked, cwd=tmp_path)
    assert left.returncode == 3
    assert "left-since" in left.stdout


def _published(url: str) -> int:
    with Store(url) as store:
        return sum(entry.kind is Kind.SNAPSHOT_PUBLISHED for entry in store.entries())

"""Builds from the live ledger of a server, in the test's process; the environment names the suppression key."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from byleave import api
from byleave.server.lineage.recording import record_snapshot
from byleave.text.layout import sentence
from tests.server.centre.builds import PACK, ledger

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.serving import Running


def build(running: Running, name: str) -> dict[str, str]:
    """Build from the live ledger; for each item `eligible` or its reason. Recorded, so that the index knows it."""
    folder = running.folder / name
    folder.mkdir()
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute("SELECT * FROM feed_item")]
    database.close()
    lines = [json.dumps({**row, "ai_written": False, "withheld": None, "subjects": None}) for row in rows]
    (folder / "items.jsonl").write_text("\n".join(lines))
    api.gate(folder / "items.jsonl", out=folder / "out", **how(running))
    record_snapshot(folder / "out", ledger(running), secret_of(running).read_bytes(), just_published=True)
    used = {row["item_id"]: "eligible" for row in pq.read_table(folder / "out" / "items").to_pylist()}
    return used | {row["item_id"]: row["reason"] for row in pq.read_table(folder / "out" / "left_out").to_pylist()}


def explained(running: Running, item: str, name: str) -> str:
    """What `explain` says of an item of a build."""
    (told,) = api.explain(item, running.folder / name / "items.jsonl", **how(running))
    return sentence(told, "en")


def how(running: Running) -> dict[str, Any]:
    """The options of a run on the live ledger."""
    return {"register": ledger(running), "pack": PACK, "purpose": "generative-ai", "recipient": "linkedin"}


def secret_of(running: Running) -> Path:
    """The file of the suppression key."""
    return running.folder / "data" / "suppression.key"

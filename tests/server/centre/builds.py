"""Snapshots and models of the small platform, made as a platform's own people make them: by the commands."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.serving import Running

PACK = "linkedin@2025-11-03"


def ledger(running: Running) -> str:
    """The address of the server's ledger."""
    return f"sqlite:///{running.folder / 'data' / 'ledger.db'}"


def post(running: Running, item: str, member: str, text: str, created: str, **columns: str) -> None:
    """Put an item into the table of the small platform."""
    told = {"category": "post", "visibility": "public", "language": "en", **columns}
    names = ", ".join(("item_id", "member_id", "text", "created_at", "ai_written", *told))
    marks = ", ".join("?" for _ in range(5 + len(told)))
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db") as database:
        values = [item, member, text, created, False, *told.values()]
        database.execute(f"INSERT INTO feed_item ({names}) VALUES ({marks})", values)
    database.close()


def snapshot(
    running: Running, name: str, *, recipient: str = "linkedin", pack: str = PACK
) -> tuple[Path, dict[str, str]]:
    """Build from the live ledger: the folder, and for each item `eligible` or its reason."""
    folder = running.folder / name
    folder.mkdir()
    running.command("feed", "export", str(folder / "items.jsonl"))
    options = ("--pack", pack, "--purpose", "generative-ai", "--recipient", recipient, "--out", str(folder / "out"))
    secret = str(running.folder / "data" / "suppression.key")
    running.environment["BYLEAVE_SUPPRESSION_KEY"] = secret
    running.command("gate", str(folder / "items.jsonl"), "--register", ledger(running), *options)
    used = pq.read_table(folder / "out" / "items").to_pylist()
    left = pq.read_table(folder / "out" / "left_out").to_pylist()
    told = {row["item_id"]: "eligible" for row in used} | {row["item_id"]: row["reason"] for row in left}
    return folder / "out", told


def model(running: Running, folder: Path, name: str) -> str:
    """Record that a model was trained on a snapshot; its id."""
    digest = "sha256:" + hashlib.sha256(name.encode()).hexdigest()
    options = ("--snapshot", str(folder), "--digest", digest, "--ledger", ledger(running), "--name", name, "--json")
    return str(json.loads(running.command("model", "register", *options))["model"])

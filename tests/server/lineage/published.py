"""Snapshots for tests: folders with a manifest and items, as the gate publishes them, without running it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from byleave.adapters.files import file_digest
from byleave.kernel.canonical import canonical_json
from byleave.kernel.instants import format_instant
from tests.ledger.histories import START

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def publish(folder: Path, rows: Sequence[tuple[str, str]], watermark: int, epoch: str, **changes: Any) -> Path:
    """A snapshot of items and owners that has seen the ledger up to a watermark."""
    (folder / "items").mkdir(parents=True)
    (folder / "left_out").mkdir()
    columns = list(zip(*rows, strict=True)) or [(), ()]
    table = pa.table([pa.array(column, pa.string()) for column in columns], ["item_id", "member_id"])
    half = len(rows) // 2
    parts = [("items/part-0.parquet", table[:half]), ("items/part-1.parquet", table[half:])]
    for name, part in (*parts, ("left_out/part-0.parquet", table[:0])):
        pq.write_table(part, folder / name)
    at = format_instant(START + timedelta(days=watermark))
    names = [name for name, _ in parts] + ["left_out/part-0.parquet"]
    sizes = [(folder / name).stat().st_size for name in names]
    digests = [file_digest(folder / name) for name in names]
    manifest = {
        "format": "byleave-snapshot/1",
        "mode": "training",
        "pack": {"id": "linkedin@2025-11-03", "digest": "sha256:" + "0" * 64},
        "purpose": "generative-ai",
        "recipient": "linkedin",
        "as_of": at,
        "watermark": watermark,
        "recheck": {"as_of": at, "watermark": watermark, "left_out": 0},
        "register": {"kind": "ledger", "digest": "sha256:" + "1" * 64, "rows": {}, "epoch": epoch},
        "counts": {"rows": len(rows), "eligible": len(rows), "by_reason": {"eligible": len(rows)}},
        "waived": {},
        "files": [
            {"path": name, "digest": digest, "size_bytes": size}
            for name, digest, size in zip(names, digests, sizes, strict=True)
        ],
    }
    (folder / "manifest.json").write_bytes(canonical_json({**manifest, **changes}))
    return folder

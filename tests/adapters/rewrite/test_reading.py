"""Which posts of a snapshot are learned from at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byleave.adapters.rewrite.training import Learning, read_pairs
from byleave.adapters.talent.training import item_keys
from byleave.learn.rewrite.copies import copies_digest
from tests.adapters.rewrite.tiny import KEY, SECRET, SETTINGS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.rewrite.conftest import Scene

pytestmark = pytest.mark.needs("torch")
QUOTED = "We opened the harbour museum in Oslo for everybody today."
TEXTS = {
    "anna": QUOTED,
    "ben": f"Read this: {QUOTED} I have waited for it since my father told me of the whale in its great hall.",
    "cleo": "The foundry at the edge of town has new owners.",
    "dan": "one two three four five six seven eight nine ten " * 10,
}


def test_who_leaves_lets_nothing_in(once: Scene, tmp_path: Path) -> None:
    """`M18` A quote is left out with what it quotes, so that neither comes in when the other is taken out."""
    rows = [
        {"item_id": f"{name} post", "member_id": name, "category": "post", "language": "en", "text": text}
        for name, text in TEXTS.items()
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "items.parquet")
    learning, item = Learning(SECRET, once.learning.base, SETTINGS, tmp_path), item_keys(SECRET)

    assert read_pairs([tmp_path / "items.parquet"], learning) == [(item("cleo post"), KEY("cleo"), TEXTS["cleo"])]
    assert learning.copies == copies_digest({item("anna post"), item("ben post")})
    assert learning.passed.counts == {"copy": 2, "too-many-tokens": 1}

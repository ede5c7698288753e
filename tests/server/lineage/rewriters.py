"""A ledger of people who each wrote a post, a snapshot, and a rewriter on a small base that was trained on it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from byleave import api
from byleave.adapters.rewrite.settings import Settings
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.server.db.store import Store
from byleave.server.lineage.recording import record_snapshot
from byleave.server.lineage.rewrite_training import RewriteTraining, train_rewriter
from tests.adapters.rewrite.tiny import WORDS, tiny_base
from tests.server.db.ledgers import SECRET, new_ledger, switched

if TYPE_CHECKING:
    from pathlib import Path

EARLY = datetime(2026, 1, 1, tzinfo=UTC)
OUT = "m0"
"""Off before the snapshot was taken."""
DECIDE: dict[str, Any] = {"pack": "byleave@1", "purpose": "generative-ai", "recipient": "platform"}


@dataclass(frozen=True)
class Place:
    """Where everything lies."""

    folder: Path
    ledger: str

    @property
    def model(self) -> Path:
        """The model."""
        return self.folder / "models" / "rewrite"

    def asked(self, **changes: Any) -> RewriteTraining:
        """A training run."""
        told = {"settings": Settings(1, rank=2, layers=1, epochs=1), "base": str(self.folder / "base"), "workers": 1}
        whole = {"snapshot": self.folder / "s", "out": self.model, "run": "rewrite-1", **told, **changes}
        return RewriteTraining(ledger=self.ledger, **whole)


def text(number: int) -> str:
    """The post of a member."""
    words = random.Random(number).choices(WORDS, k=14)
    return f"Today {' '.join(words)} and {number} people met in Oslo."


def make(folder: Path, members: int, shards: int | None = None) -> Place:
    """Everything, with so many members."""
    place = Place(folder, new_ledger("sqlite", folder))
    born = {"country": "DE", "birth_date": date(1980, 1, 1)}
    told = {"notice": "ai-training", "version": "1"}
    with Store(place.ledger, suppression_secret=SECRET) as store:
        names = [f"m{number}" for number in range(members)]
        store.append([Proposal(Kind.MEMBER_REGISTERED, name, "platform", born) for name in names])
        store.append([Proposal(Kind.NOTICE_DELIVERED, name, "platform", told, EARLY) for name in names])
        store.append([switched(OUT)])
    shape = {"visibility": "public", "created_at": "2026-02-01T00:00:00Z", "language": "en", "ai_written": "false"}
    rows = [
        {"item_id": f"p{number}", "member_id": f"m{number}", "category": "post", **shape, "text": text(number)}
        for number in range(members)
    ]
    rows.append({**rows[1], "item_id": "short", "text": "Too short"})
    rows.append({**rows[1], "item_id": "french", "language": "fr"})
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})
    pq.write_table(table, folder / "items.parquet")
    api.gate(folder / "items.parquet", register=place.ledger, out=folder / "s", **DECIDE)
    record_snapshot(folder / "s", place.ledger, SECRET)
    tiny_base(folder / "base")
    place.model.parent.mkdir()
    train_rewriter(place.asked(shards=shards), SECRET)
    return place

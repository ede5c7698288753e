"""A ledger of everybody in a small world, a snapshot of it, and talent search that was trained on that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from byleave import api
from byleave.learn.talent.words import words_from
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.server.db.store import Store
from byleave.server.lineage.recording import record_snapshot
from byleave.server.lineage.training import Training, train_talent
from tests.adapters.talent.world import World
from tests.learn.talent.fictional import public_words
from tests.server.db.ledgers import SECRET, new_ledger, switched

if TYPE_CHECKING:
    from pathlib import Path

EARLY = datetime(2026, 1, 1, tzinfo=UTC)
WORLD = World(number=40, hirers=6)
OUT = WORLD.everybody[0].member
"""Off before the snapshot was taken."""
MEMBER = WORLD.everybody[1].member
"""In the model, as owner of a profile and as a hirer."""
NAMING, NAMED = WORLD.everybody[30].member, "a-friend"
"""Somebody whose profile names somebody who is no member."""
POSTER = "poster"
"""In the snapshot with a post, of which talent search learns nothing."""
DECIDE: dict[str, Any] = {"pack": "byleave@1", "purpose": "other-ai", "recipient": "platform"}


@dataclass(frozen=True)
class Place:
    """Where everything lies."""

    folder: Path
    ledger: str

    @property
    def snapshot(self) -> Path:
        """The snapshot."""
        return self.folder / "snapshot"

    @property
    def model(self) -> Path:
        """The model."""
        return self.folder / "models" / "talent"

    def asked(self, **changes: Any) -> Training:
        """A training run to another place."""
        words = words_from(*public_words(WORLD.occupations, WORLD.tokenize))
        whole = Training(self.snapshot, self.model, self.ledger, "talent-1", words=words)
        return replace(whole, visible=(str(self.folder / "items.parquet"),), **changes)


def write_items(path: Path) -> None:
    """Everybody's profile, and what hirers thought of some."""
    shape = {"category": "profile", "visibility": "public", "created_at": "2026-02-01T00:00:00Z"}
    empty = {"text": None, "query": None, "about": None, "grade": None}
    rows = [
        {"item_id": one.item, "member_id": one.member, **shape, **empty, "text": one.text} for one in WORLD.everybody
    ]
    for one in WORLD.judged:
        judged = {"query": one.query, "about": one.person.item, "grade": str(one.grade)}
        rows.append({"item_id": one.item, "member_id": one.hirer, **shape, **empty, "category": "reaction", **judged})
    rows.append({"item_id": "post-1", "member_id": POSTER, **shape, **empty, "category": "post", "text": "a fair day"})
    names = list(rows[0])
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in names}
    subjects = [[NAMED] if (row["member_id"], row["category"]) == (NAMING, "profile") else [] for row in rows]
    pq.write_table(pa.table({**columns, "subjects": pa.array(subjects, pa.list_(pa.string()))}), path)


def make(folder: Path, pack: str = "byleave@1") -> Place:
    """A ledger of everybody, one of whom is off, a snapshot under a pack, and a model that was trained on it."""
    place = Place(folder, new_ledger("sqlite", folder))
    people = {one.member for one in WORLD.everybody} | {one.hirer for one in WORLD.judged} | {POSTER}
    told = {"notice": "ai-training", "version": "1"}
    with Store(place.ledger, suppression_secret=SECRET) as store:
        for name in sorted(people):
            born = {"country": "DE", "birth_date": date(1980, 1, 1)}
            store.append(
                [
                    Proposal(Kind.MEMBER_REGISTERED, name, "platform", born),
                    Proposal(Kind.NOTICE_DELIVERED, name, "platform", told, EARLY),
                ]
            )
        store.append([switched(OUT)])
    write_items(folder / "items.parquet")
    place.model.parent.mkdir()
    api.gate(folder / "items.parquet", register=place.ledger, out=place.snapshot, **{**DECIDE, "pack": pack})
    record_snapshot(place.snapshot, place.ledger, SECRET)
    train_talent(place.asked(pack=pack), SECRET)
    return place

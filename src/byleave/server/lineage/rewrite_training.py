"""Train a rewriter through the gate, and tell what it would cost."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.rewrite.base import SMOLLM2, find_base, require_torch
from byleave.adapters.rewrite.cost import cost_of
from byleave.adapters.rewrite.jobs import Here, Pool
from byleave.adapters.rewrite.settings import Settings, usual_strength
from byleave.adapters.rewrite.training import Learning, learn, read_pairs
from byleave.gate.request import silent
from byleave.learn.manifest import root
from byleave.learn.rewrite.plan import shard_count
from byleave.server.lineage.training import require_origin, train_product

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from byleave.adapters.rewrite.base import Base
    from byleave.adapters.rewrite.cost import Cost
    from byleave.adapters.rewrite.jobs import Jobs
    from byleave.gate.request import Progress
    from byleave.learn.manifest import Origin

REWRITE = "rewrite"


@dataclass(frozen=True, slots=True)
class RewriteTraining:
    """What is trained, on what, how, and where it goes."""

    snapshot: Path
    out: Path
    ledger: str
    run: str
    """Id of the run, which nothing else has; the model has the same."""
    pack: str | None = None
    """The pack as it is now; None takes the shipped one that the manifest names."""
    name: str | None = None
    base: str = SMOLLM2
    settings: Settings = field(default_factory=lambda: Settings(shards=1))
    """Apart from shards and strength."""
    shards: int | None = None
    """How many; None takes the most that leave each enough members."""
    strength: int | None = None
    """Percent of the mean when it is served; None takes what is usual for so many shards."""
    languages: tuple[str, ...] = ("en",)
    device: str = "cpu"
    workers: int | None = None
    """Processes that train; None takes one for each processor, 1 this process."""


@dataclass(frozen=True, slots=True)
class TrainedRewriter:
    """What came out."""

    manifest: Mapping[str, Any]
    passed: Mapping[str, int]
    """Posts that were not learned from, by why."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {"digest": root(self.manifest), "passed_over": dict(self.passed), "manifest": dict(self.manifest)}


def jobs_for(workers: int | None) -> Jobs:
    """What runs jobs: so many processes."""
    count = workers or os.cpu_count() or 1
    return Here() if count == 1 else Pool(count)


def train_rewriter(asked: RewriteTraining, secret: bytes | None, progress: Progress = silent) -> TrainedRewriter:
    """Train a rewriter, record it, and publish its folder; raises as `train_product`."""
    require_torch()
    base = find_base(asked.base)

    def make(work: Path, origin: Origin) -> TrainedRewriter:
        spill = work / ".spill"
        spill.mkdir()
        learning = _learning(asked, base, secret or b"", spill, progress)
        posts = read_pairs([asked.snapshot / "items"], learning)
        learning.settings = settings_for(asked, posts)
        manifest = learn(work, posts, origin, learning)
        spill.rmdir()
        return TrainedRewriter(manifest, learning.passed.counts)

    return train_product(asked, REWRITE, secret, make, progress)


def settings_for(asked: RewriteTraining, posts: Iterable[tuple[int, int, str]]) -> Settings:
    """What is asked for, with what the posts decide: keys of item and owner, and the text. Raises: UsageError."""
    shards = shard_count(len({member for _, member, _ in posts})) if asked.shards is None else asked.shards
    strength = usual_strength(shards) if asked.strength is None else asked.strength
    return replace(asked.settings, shards=shards, strength_percent=strength)


def _learning(asked: RewriteTraining, base: Base, secret: bytes, spill: Path, progress: Progress) -> Learning:
    jobs = jobs_for(asked.workers)
    return Learning(secret, base, asked.settings, spill, asked.languages, asked.device, jobs, progress=progress)


def expected_cost(asked: RewriteTraining, secret: bytes | None, progress: Progress = silent) -> Cost:
    """What training would cost, measured on some of the posts; nothing is written or recorded.

    Some posts are learned from to measure, so that the snapshot must be one that may be trained on; raises as
    `train_rewriter`.
    """
    require_torch()
    require_origin(asked, REWRITE, secret, progress)
    base = find_base(asked.base)
    with tempfile.TemporaryDirectory() as work:
        learning = _learning(asked, base, secret or b"", Path(work), progress)
        posts = read_pairs([asked.snapshot / "items"], learning)
        learning.settings = settings_for(asked, posts)
        return cost_of(posts, learning, asked.workers or os.cpu_count() or 1)

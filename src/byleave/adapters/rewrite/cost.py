"""What training a rewriter costs, told before it is trained: measured on a few posts, and multiplied."""

from __future__ import annotations

import resource
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError
from byleave.learn.rewrite.pairs import make_pair
from byleave.learn.rewrite.plan import expected_dirty, split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.adapters.rewrite.training import Learning

TRIED = 8
"""Posts that are learned for the measurement."""
_WAVES = (1, 10, 100)
_KILO = 1024


@dataclass(frozen=True, slots=True)
class Removal:
    """What it costs when so many members leave in one window."""

    members: int
    shards: float
    """Shards to be trained anew, on average."""
    seconds: float
    part: float
    """Of the work of training all."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What training costs."""

    posts: int
    """That are learned from; copies are not."""
    members: int
    shards: int
    seconds_each: float
    """For one post in one epoch, in one process."""
    seconds: float
    """For everything, in all processes at once."""
    workers: int
    memory_bytes: int
    """Of one process, at its most."""
    adapter_bytes: int
    """Of one shard, on disk."""
    removals: tuple[Removal, ...]

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return asdict(self)


def cost_of(posts: Sequence[tuple[int, int, str]], learning: Learning, workers: int) -> Cost:
    """The cost of training on some posts (keys of item and owner, and the text). Raises: InputError for none."""
    from byleave.adapters.rewrite.trainer import Trainer

    settings = learning.settings
    pairs = [make_pair(member, item, text, settings.seed) for item, member, text in posts]
    shards = split(pairs, settings.shards, settings.seed)
    learned = [pair for one in shards for pair in one]
    if not learned:
        raise InputError(
            "there is no post to learn from", hint="posts in the languages of the model, of five words or more"
        )
    trainer = Trainer(learning.base, settings, learning.device)
    tried = learned[:: max(1, len(learned) // TRIED)][:TRIED]
    trainer.train(tried, settings.seed)  # what is slow only once
    began = time.perf_counter()
    size = len(trainer.train(tried, settings.seed))
    each = (time.perf_counter() - began) / len(tried) / settings.epochs
    busy = min(workers, sum(map(bool, shards)))
    one = each * settings.epochs * len(learned) / settings.shards
    removals = tuple(
        Removal(count, dirty, one * dirty / min(busy, max(1.0, dirty)), dirty / settings.shards)
        for count in _WAVES
        if count <= len(learned)
        for dirty in [expected_dirty(settings.shards, count)]
    )
    return Cost(
        posts=len(learned),
        members=len({pair.member for pair in learned}),
        shards=settings.shards,
        seconds_each=each,
        seconds=each * settings.epochs * len(learned) / busy,
        workers=busy,
        memory_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILO,
        adapter_bytes=size,
        removals=removals,
    )

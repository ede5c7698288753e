"""Which shards must be trained anew when people leave, what is served until then, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from byleave.learn.rewrite.pairs import in_order
from byleave.learn.shards import shard_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from byleave.learn.rewrite.pairs import Pair

MOST_SHARDS, FEWEST_MEMBERS = 64, 16
"""Measured with SmolLM2-135M and one post a member, as a part of what one adapter on all of them gains: of 128 members,
shards of 4 keep about half and shards of 16 four fifths; of 1,024, shards of 16 keep less than half
(docs/reference/benchmarks.md)."""
CEILING_PERCENT = 20
"""Above so many dirty shards the public base answers alone."""


class Trainer(Protocol):
    """Trains the part of one shard."""

    def train(self, pairs: Sequence[Pair], seed: int) -> bytes:
        """The part, as bytes: the same for the same pairs in the same order, seed and environment."""


def shard_count(members: int) -> int:
    """How many shards so many members make: the largest power of two that leaves each enough members."""
    count = 1
    while count < MOST_SHARDS and members >= 2 * count * FEWEST_MEMBERS:
        count *= 2
    return count


def split(pairs: Iterable[Pair], shards: int, seed: int) -> list[list[Pair]]:
    """What each shard learns from, in the order of its first epoch."""
    held: list[list[Pair]] = [[] for _ in range(shards)]
    for pair in pairs:
        held[shard_of(pair.member, shards)].append(pair)
    return [in_order(one, seed, 0) for one in held]


@dataclass(frozen=True, slots=True)
class Plan:
    """What forgetting asks for."""

    dirty: tuple[int, ...]
    """Shards whose pairs change: those of who leaves."""
    passes: int
    """Pairs of the dirty shards, to be learned once for each epoch."""
    whole: int
    """Pairs of all shards: what training everything anew would cost."""


def plan(pairs: Sequence[Pair], leaving: Collection[int], shards: int, seed: int) -> Plan:
    """What must be done when people leave.

    Args:
        pairs: all pairs that are learned from.
        leaving: keys of the people.
        shards: how many there are.
        seed: of the training.
    """
    dirty = tuple(sorted({shard_of(pair.member, shards) for pair in pairs if pair.member in leaving}))
    after = split((pair for pair in pairs if pair.member not in leaving), shards, seed)
    return Plan(dirty, sum(len(after[number]) for number in dirty), sum(map(len, after)))


def served(shards: int, dirty: Collection[int], empty: Collection[int] = ()) -> tuple[int, ...]:
    """The shards that are served while some are dirty: the clean ones in order; above the ceiling none but the base."""
    if 100 * len(dirty) > CEILING_PERCENT * shards:
        return ()
    return tuple(number for number in range(shards) if number not in dirty and number not in empty)


def expected_dirty(shards: int, leaving: int) -> float:
    """How many shards so many people make dirty on average, each in a drawn one: S (1 - (1 - 1/S)^k)."""
    return shards * (1 - (1 - 1 / shards) ** leaving)


@dataclass(frozen=True, slots=True)
class Trained:
    """All parts of a rewriter."""

    shards: int
    seed: int
    parts: Mapping[int, bytes]
    """Shard → its part, in order; a shard without a pair has none."""


def train_all(trainer: Trainer, pairs: Sequence[Pair], shards: int, seed: int) -> Trained:
    """Train the part of each shard."""
    parts = {number: trainer.train(mine, seed) for number, mine in enumerate(split(pairs, shards, seed)) if mine}
    return Trained(shards, seed, parts)


def retrain(
    trainer: Trainer, trained: Trained, pairs: Sequence[Pair], leaving: Collection[int]
) -> tuple[Trained, tuple[int, ...]]:
    """The parts after people left, and which were trained anew: those without them, the others as they are.

    Args:
        trainer: trains a shard.
        trained: the parts as they are.
        pairs: all pairs that they were trained on.
        leaving: keys of the people.
    """
    shards, seed = trained.shards, trained.seed
    dirty = plan(pairs, leaving, shards, seed).dirty
    left = split((pair for pair in pairs if pair.member not in leaving), shards, seed)
    parts = {number: part for number, part in trained.parts.items() if number not in dirty}
    parts |= {number: trainer.train(left[number], seed) for number in dirty if left[number]}
    return Trained(shards, seed, dict(sorted(parts.items()))), dirty


def mean(parts: Sequence[Sequence[float]]) -> list[float]:
    """The mean of parts of equal length, added in the order given and divided once: what adapters must equal.

    Never a running mean from which a part is subtracted: floats do not subtract exactly.
    """
    total = list(parts[0])
    for part in parts[1:]:
        total = [one + other for one, other in zip(total, part, strict=True)]
    return [one / len(parts) for one in total]

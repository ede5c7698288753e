"""A rewriter in shards forgets exactly: with a small trainer whose floats depend on the order of what it learns."""

from __future__ import annotations

import random
import struct
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from byleave.learn.rewrite.guard import facts
from byleave.learn.rewrite.pairs import draft_of, in_order, make_pair
from byleave.learn.rewrite.plan import (
    CEILING_PERCENT,
    FEWEST_MEMBERS,
    MOST_SHARDS,
    expected_dirty,
    mean,
    plan,
    retrain,
    served,
    shard_count,
    train_all,
)
from byleave.learn.shards import shard_of
from byleave.lineage.keys import keyed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.learn.rewrite.pairs import Pair

KEY = keyed(b"0123456789abcdef0123456789abcdef")
WORDS = (
    *("wool", "copper", "harbour", "clinic", "museum", "vineyard", "reactor", "theatre", "quarry", "orchestra"),
    *("foundry", "glacier", "moved", "learned"),
)
SHARDS, SEED = 8, 7


@dataclass
class Slopes:
    """Learns a float for each word by small steps, so that order and rounding matter; counts what it has learned."""

    passes: int = 0
    seen: list[int] = field(default_factory=list)

    def train(self, pairs: Sequence[Pair], seed: int) -> bytes:
        """Step after step over the pairs, in the order of two epochs."""
        weights: dict[str, float] = defaultdict(float)
        for epoch in range(2):
            for pair in in_order(pairs, seed, epoch):
                self.seen.append(pair.member)
                for word in pair.draft.split():
                    weights[word] += 0.1 * (len(pair.post) / 97 - weights[word])
        self.passes += len(pairs)
        return b"".join(word.encode() + struct.pack("<d", weights[word]) for word in sorted(weights))


def pairs_of(members: int, seed: int = 1, posts: int = 2) -> list[Pair]:
    """Some posts of each member."""
    draw, found = random.Random(seed), []
    for number in range(members):
        for post in range(posts):
            text = f"Today I {' '.join(draw.choices(WORDS, k=14))} with {draw.randint(2, 900)} people in Oslo."
            found.append(make_pair(KEY(f"m{number}"), KEY(f"m{number} post {post}"), text, SEED))
    return found


def test_forgetting_equals_never_having_known() -> None:
    """`M18` For 20 drawn members, and for batches of 10 and 100: every part equals that of training without them."""
    pairs, draw = pairs_of(120, posts=1), random.Random(2)
    keys = sorted({pair.member for pair in pairs})
    trained = train_all(Slopes(), pairs, SHARDS, SEED)
    for batch in [*([1] * 20), 10, 100]:
        gone = set(draw.sample(keys, batch))
        trainer = Slopes()
        left, dirty = retrain(trainer, trained, pairs, gone)
        never = train_all(Slopes(), [pair for pair in reversed(pairs) if pair.member not in gone], SHARDS, SEED)

        assert left == never
        assert set(dirty) == {shard_of(key, SHARDS) for key in gone}
        assert not gone & set(trainer.seen)
        assert trainer.passes == plan(pairs, gone, SHARDS, SEED).passes


def test_an_order_that_tells_who_left_is_caught() -> None:
    """`M18` A shard learns the same floats whoever leaves another; by a shuffle over all rows it would not."""
    pairs = pairs_of(40)
    shard = {pair.item for pair in pairs if shard_of(pair.member, 2) == 0}
    left = [pair for pair in pairs if pair.item in shard or pair.member != max(one.member for one in pairs)]

    def learned(ordered: list[Pair]) -> float:
        weight = 0.0
        for pair in ordered:
            if pair.item in shard:
                weight += 0.1 * (pair.item / 2**63 - weight)
        return weight

    def shuffled(some: list[Pair]) -> list[Pair]:
        return random.Random(SEED).sample(some, len(some))

    assert len(left) < len(pairs)
    assert learned(in_order(pairs, SEED, 1)) == learned(in_order(left, SEED, 1))
    assert learned(shuffled(pairs)) != learned(shuffled(left))


def test_one_member_costs_one_shard() -> None:
    """`M18` At 64 shards of 1,024 members, one who leaves costs at most a fiftieth of training anew, on the median."""
    pairs = pairs_of(1_024, posts=1)
    keys = sorted({pair.member for pair in pairs})
    shares = []
    for key in random.Random(3).sample(keys, 3):
        told = plan(pairs, {key}, shard_count(len(keys)), SEED)
        shares.append(told.passes / told.whole)

    assert shard_count(len(keys)) == MOST_SHARDS
    assert sorted(shares)[1] <= 1 / 50


def test_shards_have_enough_members() -> None:
    """The count is a power of two that leaves each shard its members on average, and never more than the most."""
    counts = [shard_count(members) for members in (0, 1, 31, 32, 1_023, 1_024, 10_000_000)]

    assert counts == [1, 1, 1, 2, 32, 64, 64]
    assert all(members >= FEWEST_MEMBERS * shard_count(members) for members in range(32, 2_000))


def test_a_wave_never_stops_the_service() -> None:
    """`M18` Below the ceiling clean shards are served, above it the base alone; work never exceeds a training."""
    assert served(10, [3]) == (0, 1, 2, 4, 5, 6, 7, 8, 9)
    assert served(10, [3, 5], [9]) == (0, 1, 2, 4, 6, 7, 8)
    assert served(10, [1, 2, 3]) == ()
    assert CEILING_PERCENT == 20
    pairs = pairs_of(128)
    told = plan(pairs, {pair.member for pair in pairs[:60]}, SHARDS, SEED)
    assert told.passes <= told.whole
    assert expected_dirty(64, 1) == 1
    assert 40 < expected_dirty(64, 64) < 41


@given(st.text(alphabet="abc XY12.,\n", max_size=80), st.integers(0, 9), st.integers(0, 9))
def test_a_draft_keeps_numbers_and_names(post: str, item: int, seed: int) -> None:
    """A draft is made from its post alone, the same each time, and has the names of the post."""
    draft = draft_of(post, item, seed)

    assert draft == draft_of(post, item, seed)
    assert all(name in draft for name in facts(post).names if name.isalpha() and f" {name} " in f" {post} ")


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), min_size=1, max_size=6))
def test_a_mean_is_added_in_order(parts: list[list[float]]) -> None:
    """The mean of the parts is what adding them one by one in order gives, to the last bit."""
    for place, value in enumerate(mean(parts)):
        total = parts[0][place]
        for part in parts[1:]:
            total += part[place]
        assert value == total / len(parts)

"""What an attacker finds before and after forgetting, on a small base; and that the figures can tell the difference."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.rewrite.losses import Reader, batches
from byleave.adapters.rewrite.model_file import ADAPTERS, opened
from byleave.adapters.rewrite.recompute import recompute
from byleave.adapters.rewrite.settings import Settings
from byleave.adapters.rewrite.trainer import Trainer
from byleave.adapters.rewrite.training import Learning
from byleave.adapters.rewrite.trial import HALVES, plain_way, texts_of, trial
from byleave.kernel.errors import UsageError
from byleave.learn.rewrite.inference import CHANCE
from byleave.learn.rewrite.pairs import make_pair
from tests.adapters.rewrite.conftest import MEMBERS
from tests.adapters.rewrite.tiny import ITEM, KEY, SECRET, posts_of, tiny_base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from byleave.adapters.rewrite.base import Base
    from byleave.adapters.rewrite.trial import Seen, Trial
    from byleave.learn.rewrite.pairs import Pair
    from tests.adapters.rewrite.conftest import Scene

pytestmark = pytest.mark.needs("torch")
SEED = 1
DEEP = bool(os.environ.get("BYLEAVE_DEEP"))
PEOPLE, SHARDS, LEAVING = (1_024, 64, HALVES) if DEEP else (24, 4, HALVES[:1])
SURE = 1.68
"""From the half of a 95 % interval to that of a 99.9 % one: no test may fail by the luck of its draw."""
BY_HEART = Settings(SHARDS, SEED, rank=32, layers=2, epochs=20, longest=320, targets=("_proj",))
"""So much that one adapter knows its posts by heart: otherwise there is nothing to forget."""


def pairs_of(posts: Iterable[tuple[int, int, str]]) -> list[Pair]:
    """Posts with their drafts."""
    return [make_pair(member, item, text, SEED) for item, member, text in posts]


def others(count: int) -> list[Pair]:
    """People of the same kind who were never there."""
    told = enumerate(posts_of(count, seed=2))
    return pairs_of((ITEM(f"other {number}"), KEY(f"other {number}"), text) for number, (_, _, text) in told)


def tried(base: Base, place: Path, settings: Settings, compared: int) -> Trial:
    """A trial with as many people inside as outside."""
    texts = texts_of(pairs_of(posts_of(PEOPLE)), others(PEOPLE), settings, *(() if DEEP else (10, 60)))
    learning = Learning(SECRET, base, settings, place)
    place.mkdir()
    return trial(place, texts, learning, Reader(Trainer(learning.base, settings)), compared, LEAVING)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """A base that is large enough to learn a few posts by heart."""
    return tiny_base(tmp_path_factory.mktemp("trial") / "base", 64)


@pytest.fixture(scope="module")
def plain(base: Base) -> Trial:
    """One adapter for everybody."""
    return tried(base, base.folder.parent / "one", plain_way(BY_HEART), 0)


@pytest.fixture(scope="module")
def shards(base: Base) -> Trial:
    """An adapter for each shard."""
    return tried(base, base.folder.parent / "shards", BY_HEART, 2)


def left(one: Trial) -> Seen:
    """What is found after they left."""
    assert one.after is not None
    return one.after


def told(seen: Seen) -> str:
    """What an attacker finds, in one line, with 95 % intervals."""
    areas = [f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})" for one in (seen.people.loss, seen.people.less_base)]
    sides, canaries = f"{seen.people.loss.inside} and {seen.people.loss.outside}", seen.canaries
    bits = f"{canaries.bits:.2f} ± {canaries.half:.2f} (chance {canaries.chance:.2f})" if canaries else "none"
    return f"by the loss {areas[0]}, less the base {areas[1]}, of {sides}; canaries {bits}"


@pytest.mark.parametrize("way", ["plain", "shards"])
def test_nobody_is_known_afterwards(
    way: str, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    """`M18` After forgetting nobody is told from others by guessing, and canaries are like those never learned."""
    one: Trial = request.getfixturevalue(way)
    record_property("walked", (f"{way}, {one.settings.shards} shards, before", told(one.before)))
    record_property("walked", (f"{way}, {one.settings.shards} shards, after", told(left(one))))
    canaries, sides = left(one).canaries, left(one).people.loss

    for found in (left(one).people.loss, left(one).people.less_base):
        assert abs(found.value - CHANCE) <= SURE * found.half
    assert canaries is not None
    assert canaries.bits - SURE * canaries.half <= canaries.chance
    assert canaries.canaries > 0
    if DEEP:
        assert (sides.inside, sides.outside) == (PEOPLE, PEOPLE)
    assert min(sides.inside, sides.outside) > PEOPLE // 4


def test_who_was_learned_is_known_before(plain: Trial, shards: Trial) -> None:
    """`M18` Members are told from others while they are in one adapter, and less in shards: there is something to find.

    So small a base knows 24 people by heart, and not a thousand.
    """
    if not DEEP:
        assert plain.before.people.less_base.low > 0.5
        assert plain.before.people.less_base.value > shards.before.people.less_base.value
    assert plain.before.canaries is not None
    assert plain.before.canaries.bits - plain.before.canaries.half > plain.before.canaries.chance


def test_what_is_left_is_that_of_a_real_retraining(shards: Trial) -> None:
    """`M18` Every adapter after half of the members left is, byte for byte, that of training without them."""
    assert (shards.compared, shards.same) == (2 * len(LEAVING), True)


def test_one_shard_is_trained_again_alone(scene: Scene, tmp_path: Path) -> None:
    """`M18` A shard is compared for itself: a change in it is found, one in another only as a mean and a file."""
    posts = posts_of(MEMBERS)
    with opened(scene.folder) as model:
        three, five = (model.path_of(model.parts()[shard]) for shard in (3, 5))

    assert recompute(scene.folder, tmp_path / "a", posts, scene.learning, [3, 5]) == []
    missing = recompute(scene.folder, tmp_path / "b", posts[1:], scene.learning, [3])
    assert {"shards", "rows"} <= set(missing)
    with pytest.raises(UsageError, match="no shard `8`"):
        recompute(scene.folder, tmp_path / "c", posts, scene.learning, [8])
    # another's adapter under a name that fits it, and a manifest that agrees with it
    with opened(scene.folder) as model:
        digest = model.keep(five.read_bytes())
        model.connection.execute("UPDATE part SET digest = ? WHERE shard = 3", [digest])
        ((told,),) = model.connection.execute("SELECT value FROM state WHERE name = 'manifest'").fetchall()
        changed = told.replace(three.stem, five.stem)
        model.connection.execute("UPDATE state SET value = ? WHERE name = 'manifest'", [changed])
    assert recompute(scene.folder, tmp_path / "d", posts, scene.learning, [3]) == ["adapter-03", "mean"]
    assert recompute(scene.folder, tmp_path / "e", posts, scene.learning, [5]) == ["mean"]
    data = bytearray(five.read_bytes())
    data[-1] ^= 1
    five.write_bytes(bytes(data))
    assert "file" in recompute(scene.folder, tmp_path / "f", posts, scene.learning, [1])


def test_batches_are_the_same_for_the_same_texts() -> None:
    """Losses of a text do not depend on the order in which texts are given."""
    pairs = pairs_of(posts_of(40))

    assert batches(pairs) == batches(reversed(pairs))
    assert sorted(one.item for batch in batches(pairs) for one in batch) == sorted(one.item for one in pairs)


def test_losses_are_those_of_each_text_alone(once: Scene) -> None:
    """What stands beside a text in a batch changes its loss by rounding alone, and adapters change it by more."""
    reader, pairs = Reader(Trainer(once.learning.base, once.learning.settings)), pairs_of(posts_of(20))
    reader.use(None)
    base = reader.means(pairs)
    alone = {item: loss for one in pairs for item, loss in reader.means([one]).items()}
    reader.use(min((once.folder / ADAPTERS).iterdir()), 300)

    assert alone == pytest.approx(base, abs=1e-4)
    assert reader.means(pairs) != pytest.approx(base, abs=1e-4)

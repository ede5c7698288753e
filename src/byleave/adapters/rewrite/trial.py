"""What an attacker finds before and after forgetting: tried on models that are trained for it and thrown away.

Half of the members leave, and what is left is attacked; then, from the same beginning, the other half. So everybody is
looked at once while they are in a model and once after they have left one, and all others stay as they were.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from byleave.adapters.rewrite.leaving import enqueue, set_aside, settle
from byleave.adapters.rewrite.model_file import read_serving
from byleave.adapters.rewrite.recompute import recompute
from byleave.adapters.rewrite.settings import usual_strength
from byleave.adapters.rewrite.training import learn
from byleave.learn.manifest import Origin
from byleave.learn.rewrite.canaries import canary
from byleave.learn.rewrite.inference import Losses, attack, exposed, exposures
from byleave.learn.rewrite.pairs import make_pair
from byleave.learn.shards import shard_of
from byleave.lineage.keys import keyed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from byleave.adapters.rewrite.losses import Reader
    from byleave.adapters.rewrite.settings import Settings
    from byleave.adapters.rewrite.training import Learning
    from byleave.learn.rewrite.inference import Attack, Exposed
    from byleave.learn.rewrite.pairs import Pair

HALVES = (0, 1)
CANARIES, REPEATS, NEVER = 32, 2, 256
"""Canaries that are learned, how often each, and how many never are."""
ORIGIN = Origin("trial", "rewrite", "none", {"id": "none", "digest": "none"}, "none", "none")
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""A trial's certificates are read by nobody."""
_CANARY_KEY, _CANARY_ITEM = keyed(b"canaries of a trial 0123456789ab"), keyed(b"items of a trial 0123456789abcde")


@dataclass(frozen=True, slots=True)
class Texts:
    """Who is looked at."""

    inside: Sequence[Pair]
    """Learned, until their owner leaves."""
    outside: Sequence[Pair]
    """Never learned."""
    canaries: Sequence[Pair]
    """Learned; some posts of one owner are one canary."""
    never: Sequence[Pair]
    """Canaries that are never learned."""

    def half(self, half: int) -> Texts:
        """Those of one half, each with whom it is compared; canaries with all that are never learned."""

        def of(pairs: Sequence[Pair]) -> list[Pair]:
            return [one for one in pairs if _half(one) == half]

        return Texts(of(self.inside), of(self.outside), of(self.canaries), self.never)

    def learned(self, gone: Collection[int] = ()) -> list[tuple[int, int, str]]:
        """Keys of item and owner, and the text, of all who are learned and not gone."""
        every = [*self.inside, *self.canaries]
        return [(one.item, one.member, one.post) for one in every if one.member not in gone]


@dataclass(frozen=True, slots=True)
class Seen:
    """What an attacker finds."""

    people: Attack
    canaries: Exposed | None
    """None without canaries."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {**self.people.as_json(), "canaries": self.canaries and self.canaries.as_json()}


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found in as many shards; 1 is the plain way, one adapter on everybody."""

    settings: Settings
    before: Seen
    after: Seen | None
    """None when nobody left."""
    compared: int
    """Adapters that were trained again from the start without who had left."""
    same: bool
    """Whether each of them, and every list, was the same, byte for byte."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        told = {"before": self.before.as_json(), "after": self.after and self.after.as_json()}
        return {**self.settings.as_json(), **told, "trained_again": self.compared, "same": self.same}


def texts_of(
    inside: Sequence[Pair], outside: Sequence[Pair], settings: Settings, canaries: int = CANARIES, never: int = NEVER
) -> Texts:
    """People, and canaries beside them."""
    learned = [_canary(number, repeat, settings) for number in range(canaries) for repeat in range(REPEATS)]
    others = [_canary(canaries + number, 0, settings) for number in range(never)]
    return Texts(inside, outside, learned, others if canaries else [])


def _canary(number: int, repeat: int, settings: Settings) -> Pair:
    text = canary(number, settings.seed)
    return make_pair(_CANARY_KEY(str(number)), _CANARY_ITEM(f"{number} {repeat}"), text, settings.seed)


def _half(pair: Pair) -> int:
    """The last bit of the owner's key; shards are by the first."""
    return pair.member & 1


def plain_way(settings: Settings) -> Settings:
    """The same without shards: one adapter on everybody, at its full strength."""
    return replace(settings, shards=1, strength_percent=usual_strength(1))


@dataclass(slots=True)
class _Found:
    """Losses by item, and exposures, as they are read."""

    losses: dict[int, float] = field(default_factory=dict)
    bits: list[float] = field(default_factory=list)

    def seen(self, texts: Texts, base: dict[int, float]) -> Seen:
        def of(pairs: Iterable[Pair]) -> Losses:
            items = [one.item for one in pairs if one.item in self.losses]
            return Losses(tuple(self.losses[one] for one in items), tuple(base[one] for one in items))

        canaries = exposed(self.bits, len(texts.never)) if self.bits else None
        return Seen(attack(of(texts.inside), of(texts.outside)), canaries)


def trial(  # noqa: PLR0913, PLR0917 - who, how, and how far
    place: Path, texts: Texts, learning: Learning, reader: Reader, compared: int = 1, halves: Sequence[int] = HALVES
) -> Trial:
    """Train on everybody, attack; let halves leave, attack again, and train some of what is left from the start.

    Args:
        place: a folder for what is thrown away.
        texts: who is looked at.
        learning: base and settings.
        reader: reads losses on the same base, with adapters of the same settings.
        compared: adapters of each half to train again from the start.
        halves: which leave; none of them leaves models as they are.

    Raises: InputError when a half has nobody on one side.
    """
    settings = learning.settings
    reader.use(None)
    base = reader.means([*texts.inside, *texts.outside])
    whole = place / "everybody"
    whole.mkdir()
    learn(whole, texts.learned(), ORIGIN, learning)
    before, after, same, again = _Found(), _Found(), True, 0
    _look(whole, texts, settings, reader, before)
    for half in halves:
        folder = place / f"without half {half}"
        shutil.copytree(whole, folder)
        mine = texts.half(half)
        gone = {one.member for one in (*mine.inside, *mine.canaries)}
        enqueue(folder, gone, _NOW)
        set_aside(folder)
        settle(folder, learning, [], lambda _made: None, lambda: _NOW)
        _look(folder, mine, settings, reader, after)
        shards = sorted({shard_of(member, settings.shards) for member in gone})[:compared]
        again += len(shards)
        if shards:
            left = texts.learned(gone)
            same = not recompute(folder, place / f"from the start {half}", left, learning, shards) and same
    found = after.seen(texts, base) if halves else None
    return Trial(settings, before.seen(texts, base), found, again, same)


def _look(folder: Path, texts: Texts, settings: Settings, reader: Reader, found: _Found) -> None:
    """Read how what is served likes everybody."""
    reader.use(read_serving(folder)[0], settings.strength_percent)
    losses = reader.means([*texts.inside, *texts.outside, *texts.canaries, *texts.never])
    reader.use(None)
    found.losses |= losses
    first = {one.member: losses[one.item] for one in texts.canaries}
    found.bits += exposures(list(first.values()), [losses[one.item] for one in texts.never])

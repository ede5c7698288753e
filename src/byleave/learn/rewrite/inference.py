"""How well somebody tells from a model who was in it: areas under the curve and exposures, with their uncertainty.

An attacker who sees how a text is liked (its loss) guesses that texts which are liked more were learned. 0.5 is chance.
No such figure proves that anybody was forgotten: that the bytes are those of never having known them does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from math import lgamma, log, log2
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

SIDES = 1.96
"""Standard errors of a 95 % interval."""
CHANCE = 0.5


@dataclass(frozen=True, slots=True)
class Area:
    """An area under the curve, with what it rests on."""

    value: float
    half: float
    """Half of the 95 % interval."""
    inside: int
    """How many texts that were learned."""
    outside: int
    """How many others."""

    @property
    def low(self) -> float:
        """Where the 95 % interval begins."""
        return max(0.0, self.value - self.half)

    @property
    def high(self) -> float:
        """Where it ends."""
        return min(1.0, self.value + self.half)

    @property
    def is_chance(self) -> bool:
        """Whether the interval covers guessing."""
        return self.low <= CHANCE <= self.high

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {"auc": self.value, "low": self.low, "high": self.high, "inside": self.inside, "outside": self.outside}


@dataclass(frozen=True, slots=True)
class Losses:
    """How two models like the same texts: the mean loss of each text's tokens, in nats, in one order."""

    model: tuple[float, ...]
    base: tuple[float, ...]
    """Of the public base alone."""


@dataclass(frozen=True, slots=True)
class Attack:
    """What an attacker reaches in two ways."""

    loss: Area
    """By the loss alone."""
    less_base: Area
    """By the loss less that of the public base: a text that is plain by itself no longer passes for learned."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {"loss": self.loss.as_json(), "less_base": self.less_base.as_json()}


@dataclass(frozen=True, slots=True)
class Exposed:
    """How much more some canaries are liked than others that were never learned, in bits (`exposure`)."""

    bits: float
    """The mean."""
    half: float
    """Half of its 95 % interval, from the spread of the canaries; with fewer than two, from that of chance."""
    canaries: int
    never: int
    """How many were never learned."""
    chance: float
    """What the mean would be if the canaries had never been learned either."""

    @property
    def is_chance(self) -> bool:
        """Whether the interval covers what chance gives."""
        return abs(self.bits - self.chance) <= self.half

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {**asdict(self), "low": self.bits - self.half, "high": self.bits + self.half}


def auc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that somebody inside has a lower value than somebody outside; ties count half.

    Args:
        inside: losses of texts that were learned; at least one.
        outside: losses of others; at least one.
    """
    mine, theirs = Counter(inside), Counter(outside)
    above, below = len(outside), 0.0
    for value in sorted({*mine, *theirs}):
        above -= theirs[value]
        below += mine[value] * (above + theirs[value] / 2)
    return below / (len(inside) * len(outside))


def half_width(area: float, inside: int, outside: int) -> float:
    """Half of the 95 % interval of an area, by Hanley and McNeil (Radiology 143, 1982).

    Args:
        area: as `auc` gives it.
        inside: how many texts that were learned it rests on.
        outside: how many others.
    """
    first, second = area / (2 - area), 2 * area * area / (1 + area)
    spread = area * (1 - area) + (inside - 1) * (first - area * area) + (outside - 1) * (second - area * area)
    return float(SIDES * (max(0.0, spread) / (inside * outside)) ** 0.5)


def area(inside: Sequence[float], outside: Sequence[float]) -> Area:
    """The area with its interval; at least one on each side."""
    value = auc(inside, outside)
    return Area(value, half_width(value, len(inside), len(outside)), len(inside), len(outside))


def attack(inside: Losses, outside: Losses) -> Attack:
    """What an attacker reaches who sees these losses; at least one text on each side."""
    return Attack(area(inside.model, outside.model), area(_less(inside), _less(outside)))


def _less(losses: Losses) -> list[float]:
    return [mine - plain for mine, plain in zip(losses.model, losses.base, strict=True)]


def exposure(rank: int, candidates: int) -> float:
    """How much more a canary is liked than others that were never learned, in bits (arXiv 1802.08232).

    Args:
        rank: its place among all candidates by loss, from 1.
        candidates: how many there are, the canary among them.
    """
    return log2(candidates) - log2(rank)


def exposures(inserted: Sequence[float], never: Sequence[float]) -> list[float]:
    """The exposure of each canary among those that were never learned, in bits.

    Args:
        inserted: losses of the canaries.
        never: losses of others of the same kind. Of two with one loss the canary is the more exposed.
    """
    return [exposure(1 + sum(one < mine for one in never), len(never) + 1) for mine in inserted]


def exposed(bits: Sequence[float], never: int) -> Exposed:
    """The mean of some exposures; at least one.

    Args:
        bits: as `exposures` gives them.
        never: among how many that were never learned each was ranked.
    """
    candidates = never + 1
    chance = log2(candidates) - lgamma(candidates + 1) / log(2) / candidates
    spread = stdev(bits) if len(bits) > 1 else 1 / log(2)  # that of chance, which is about exponential
    return Exposed(fmean(bits), SIDES * spread / len(bits) ** 0.5, len(bits), never, chance)

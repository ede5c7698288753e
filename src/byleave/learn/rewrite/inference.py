"""How well somebody tells from a model who was in it: the area under the curve, with its uncertainty.

An attacker who sees how a text is liked (its loss) guesses that texts which are liked more were learned. 0.5 is chance.
"""

from __future__ import annotations

from math import log2
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SIDES = 1.96
"""Standard errors of a 95 % interval."""


def auc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that somebody inside has a lower value than somebody outside; ties count half.

    Args:
        inside: losses of texts that were learned; at least one.
        outside: losses of others; at least one.
    """
    every = sorted([(value, 1) for value in inside] + [(value, 0) for value in outside])
    below, place = 0.0, 0
    while place < len(every):
        last = place
        while last < len(every) and every[last][0] == every[place][0]:
            last += 1
        tied = [one for _, one in every[place:last]]
        mine, theirs = sum(tied), len(tied) - sum(tied)
        above = sum(1 - one for _, one in every[last:]) if mine else 0
        below += mine * (above + theirs / 2)
        place = last
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


def exposure(rank: int, candidates: int) -> float:
    """How much more a canary is liked than others that were never learned, in bits (arXiv 1802.08232).

    Args:
        rank: its place among all candidates by loss, from 1.
        candidates: how many there are, the canary among them.
    """
    return log2(candidates) - log2(rank)

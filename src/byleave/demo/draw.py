"""Random choices that come out the same on every machine and Python version.

Only `Random.random` is used: it is the one method whose sequence Python promises to keep
(https://docs.python.org/3/library/random.html#notes-on-reproducibility). Seeds are integers for the same reason.
"""

from __future__ import annotations

import hashlib
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")


class Draw:
    """A stream of choices of its own for each part, so that a change in one part leaves the others as they were."""

    def __init__(self, seed: int, part: str) -> None:
        """Begin the stream of `part`."""
        digest = hashlib.sha256(f"{seed}/{part}".encode()).digest()
        self.random = Random(int.from_bytes(digest[:8], "big")).random  # noqa: S311 - invented data, no secrets

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, and without, `limit`."""
        return int(self.random() * limit)

    def between(self, first: int, end: int) -> int:
        """A whole number from `first` up to, and without, `end`; `first` where nothing lies between."""
        return first + int(self.random() * max(end - first, 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, each as likely as the next."""
        return options[int(self.random() * len(options))]

    def per_mille(self, share: int) -> bool:
        """True in `share` of 1,000 cases."""
        return self.random() * 1000 < share


def tickets(weights: Mapping[T, int]) -> tuple[T, ...]:
    """Each key as often as its weight says, so that picking one evenly is picking by weight."""
    return tuple(key for key, weight in weights.items() for _ in range(weight))

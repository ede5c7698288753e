"""The ranker: ridge regression kept as sums of whole numbers, and solved exactly.

Every row of training adds its products to the sums, and leaves by subtracting the same. Whole numbers have no rounding,
so the sums do not depend on the order of rows, nor on who was there once. The weights are solved from the sums in
fractions and rounded once: equal sums give equal bytes on every machine.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from byleave.kernel.errors import InputError
from byleave.learn.talent.profile import FEATURES, SCALE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_GRADE = 100
RIDGE = 10 * SCALE * SCALE
"""As much as ten rows in which one feature alone is full. Chosen on invented data, never on members'."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that the ranker learns from: the features of a query and a profile, and how well it fitted."""

    features: tuple[int, ...]
    grade: int


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums over rows: of products of features, and of features with grades."""

    rows: int
    products: tuple[int, ...]
    """The upper triangle, row by row."""
    graded: tuple[int, ...]

    @classmethod
    def nothing(cls) -> Sums:
        """The sums over no row."""
        size = len(FEATURES)
        return cls(0, (0,) * (size * (size + 1) // 2), (0,) * size)

    def plus(self, rows: Iterable[Row]) -> Sums:
        """With more rows."""
        return self._moved(rows, 1)

    def minus(self, rows: Iterable[Row]) -> Sums:
        """Without rows that are in it. Raises: InputError when there are more of them than it has."""
        return self._moved(rows, -1)

    def _moved(self, rows: Iterable[Row], sign: int) -> Sums:
        count, products, graded = self.rows, list(self.products), list(self.graded)
        for row in rows:
            count += sign
            at = 0
            for first, value in enumerate(row.features):
                graded[first] += sign * value * row.grade
                for other in row.features[first:]:
                    products[at] += sign * value * other
                    at += 1
        if count < 0:
            raise InputError("more rows leave the ranker than are in it", hint="train the model again")
        return Sums(count, tuple(products), tuple(graded))

    def text(self) -> str:
        """All numbers on one line, as they are stored and digested."""
        return " ".join(map(str, (self.rows, *self.products, *self.graded)))

    @classmethod
    def read(cls, text: str) -> Sums:
        """From such a line. Raises: InputError when it holds too few numbers, or what is none."""
        size = len(FEATURES)
        try:
            rows, *numbers = map(int, text.split(" "))
        except ValueError as error:
            raise InputError("the sums of the ranker cannot be read", hint="train the model again") from error
        if len(numbers) != size * (size + 1) // 2 + size:
            raise InputError("the sums of the ranker have another length", hint="train the model again")
        return cls(rows, tuple(numbers[:-size]), tuple(numbers[-size:]))


def weights(sums: Sums, ridge: int = RIDGE) -> tuple[float, ...]:
    """The weight of each feature, each the float nearest to the exact solution.

    Source: Hoerl and Kennard, Technometrics 12 (1970), 55-67; here (X'X + ridge) w = X'y, by elimination.
    """
    size = len(FEATURES)
    numbers = iter(sums.products)
    matrix = [[0] * (size + 1) for _ in range(size)]
    for first in range(size):
        for second in range(first, size):
            matrix[first][second] = matrix[second][first] = next(numbers)
        matrix[first][first] += ridge
        matrix[first][size] = SCALE * sums.graded[first]
    return tuple(map(float, _solved(matrix)))


def _solved(matrix: list[list[int]]) -> list[Fraction]:
    """The exact solution of a positive definite system, with its right side as last column.

    Elimination without fractions: every division is without remainder, and no pivot is zero.
    Source: Bareiss, Mathematics of Computation 22 (1968), 565-578.
    """
    size, last = len(matrix), 1
    for pivot in range(size - 1):
        top = matrix[pivot]
        for row in matrix[pivot + 1 :]:
            factor = row[pivot]
            row[pivot:] = [
                (mine * top[pivot] - theirs * factor) // last
                for mine, theirs in zip(row[pivot:], top[pivot:], strict=True)
            ]
        last = top[pivot]
    found: list[Fraction] = [Fraction(0)] * size
    for number in reversed(range(size)):
        row = matrix[number]
        known = sum((row[other] * found[other] for other in range(number + 1, size)), Fraction(0))
        found[number] = (row[size] - known) / row[number]
    return found


def weights_bytes(values: Sequence[float]) -> bytes:
    """Weights as bytes: each 8, as IEEE 754 has it, low byte first."""
    return struct.pack(f"<{len(values)}d", *values)


def score(values: Sequence[float], row: Sequence[int]) -> float:
    """How well a profile fits by these weights; added in the order of the features."""
    total = 0.0
    for weight, feature in zip(values, row, strict=True):
        total += weight * feature
    return total / SCALE

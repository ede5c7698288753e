"""The ranker's sums lose a row exactly, and its weights are the exact solution."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.kernel.errors import InputError
from byleave.learn.talent.profile import FEATURES, SCALE
from byleave.learn.talent.ranker import RIDGE, Row, Sums, weights, weights_bytes

FEATURE = st.integers(0, SCALE)
ROWS = st.lists(st.builds(Row, st.tuples(*[FEATURE] * len(FEATURES)), st.integers(0, 3)), min_size=1, max_size=12)


@given(ROWS, st.data())
def test_rows_that_leave_were_never_there(rows: list[Row], data: st.DataObject) -> None:
    """`M18` Sums after some rows left, in whatever order rows came, equal the sums of the others; so do the weights."""
    gone = data.draw(st.sets(st.sampled_from(range(len(rows)))))
    order = data.draw(st.permutations(rows))
    left = Sums.nothing().plus(order).minus(rows[number] for number in gone)
    never = Sums.nothing().plus(row for number, row in enumerate(rows) if number not in gone)

    assert left == never
    assert weights_bytes(weights(left)) == weights_bytes(weights(never))


@given(ROWS)
def test_weights_solve_the_equations(rows: list[Row]) -> None:
    """Each weight is within one rounding of a solution of (X'X + ridge) w = X'y, checked in fractions."""
    found = [Fraction(one) for one in weights(Sums.nothing().plus(rows))]
    for first in range(len(FEATURES)):
        left = sum(
            (Fraction(sum(row.features[first] * row.features[other] for row in rows)) * found[other])
            for other in range(len(FEATURES))
        )
        right = SCALE * sum(row.features[first] * row.grade for row in rows)
        most = sum(abs(one) for one in found) * len(rows) * SCALE * SCALE + RIDGE * abs(found[first])

        assert abs(left + RIDGE * found[first] - right) <= most / 2**50


def test_floats_do_not_subtract() -> None:
    """`M18` The mistake that whole numbers avoid: sums of floats after a row left differ from those without it."""
    draw = random.Random(1)
    rows = [[draw.random() for _ in range(4)] for _ in range(200)]

    def sums(some: list[list[float]]) -> list[float]:
        total = [0.0] * 4
        for row in some:
            total = [one + other * other for one, other in zip(total, row, strict=True)]
        return total

    def subtracted(gone: int) -> list[float]:
        return [whole - one * one for whole, one in zip(sums(rows), rows[gone], strict=True)]

    assert any(subtracted(gone) != sums(rows[:gone] + rows[gone + 1 :]) for gone in range(20))


def test_sums_are_read_as_they_are_written() -> None:
    """Reading the text of sums gives them back; what is no such text is refused."""
    sums = Sums.nothing().plus([Row((SCALE, *range(1, len(FEATURES))), 3)])

    assert Sums.read(sums.text()) == sums
    for text in ("", "1 2 3", sums.text() + " 4", sums.text().replace("3", "x", 1)):
        with pytest.raises(InputError):
            Sums.read(text)


def test_more_rows_than_there_are_cannot_leave() -> None:
    """Rows that are not in the sums are refused, where the count shows it."""
    with pytest.raises(InputError, match="more rows leave"):
        Sums.nothing().minus([Row((0,) * len(FEATURES), 1)])

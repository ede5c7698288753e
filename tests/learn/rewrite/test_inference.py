"""What an attacker is said to reach is what the definitions say, and the intervals hold as often as they claim to."""

from __future__ import annotations

import random
from statistics import NormalDist, fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.learn.rewrite.canaries import LENGTH, MARKS, canary
from byleave.learn.rewrite.guard import FEWEST_WORDS
from byleave.learn.rewrite.inference import Losses, area, attack, auc, exposed, exposure, exposures, half_width
from byleave.learn.rewrite.pairs import draft_of

SOME = st.lists(st.integers(0, 9).map(float), min_size=1, max_size=12)


def drawn(draw: random.Random, count: int, shift: float = 0.0) -> list[float]:
    """Losses of so many texts."""
    return [draw.gauss(shift, 1.0) for _ in range(count)]


@given(inside=SOME, outside=SOME)
def test_an_area_is_its_definition(inside: list[float], outside: list[float]) -> None:
    """`M18` The area is the share of all couples of which the learned text is liked more; equals count half."""
    won = sum((mine < theirs) + (mine == theirs) / 2 for mine in inside for theirs in outside)

    assert auc(inside, outside) == pytest.approx(won / (len(inside) * len(outside)), abs=1e-12)
    assert auc(inside, outside) == pytest.approx(1 - auc(outside, inside), abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, -0.5, -1.5])
@pytest.mark.parametrize("count", [50, 200])
def test_an_interval_holds_as_often_as_it_says(shift: float, count: int) -> None:
    """`M18` The true area is in about 95 of 100 intervals, for guessing and for attacks that succeed."""
    draw, truth = random.Random(7), NormalDist().cdf(-shift / 2**0.5)
    found = [area(drawn(draw, count, shift), drawn(draw, count)) for _ in range(400)]
    holds = sum(one.low <= truth <= one.high for one in found) / len(found)

    assert 0.92 <= holds <= 0.98
    assert sum(one.is_chance for one in found) / len(found) > 0.92 if shift == 0 else not found[0].is_chance


def test_more_texts_make_an_interval_narrow() -> None:
    """`M18` About 1,700 texts a side are needed for an area of a half to be known within two hundredths."""
    assert half_width(0.5, 1_700, 1_700) < 0.02 < half_width(0.5, 1_400, 1_400)
    assert half_width(0.5, 48, 48) > 0.11
    assert half_width(1.0, 48, 48) == 0


def test_a_plain_text_does_not_pass_for_learned() -> None:
    """`M18` Texts that the base likes anyway are told from learned ones by what the model likes more than the base."""
    plain = Losses((1.0, 1.1, 1.2), (1.0, 1.1, 1.2))
    learned = Losses((2.0, 2.1, 2.2), (3.0, 3.1, 3.2))
    found = attack(learned, plain)

    assert (found.loss.value, found.less_base.value) == (0.0, 1.0)
    assert (found.loss.inside, found.loss.outside) == (3, 3)
    with pytest.raises(ValueError, match="zip"):
        attack(Losses((1.0,), (1.0, 2.0)), plain)


def test_an_exposure_is_a_rank_in_bits() -> None:
    """`M18` A canary that is liked more than 255 others has 8 bits, the one that is liked least none."""
    never = [float(one) for one in range(1, 256)]

    assert exposures([0.5, 255.5, 128.0], never) == [8.0, 0.0, exposure(128, 256)]
    assert exposure(128, 256) == pytest.approx(1.0)


def test_canaries_that_nobody_learned_are_as_exposed_as_chance_has_it() -> None:
    """`M18` What is said of chance is what ranks give that are drawn; learned canaries are outside of it."""
    draw, never = random.Random(3), 256
    every = [exposure(rank, never + 1) for rank in range(1, never + 2)]
    found = exposed(draw.choices(every, k=400), never)

    assert found.chance == pytest.approx(fmean(every), abs=1e-9)
    assert found.is_chance
    assert not exposed([7.0, 8.0, 6.5, 8.0], never).is_chance
    assert exposed([1.0], never).half > 2


def test_a_canarys_marks_are_in_no_draft() -> None:
    """`M18` What makes a canary one cannot be read off its draft; no two are the same, and each is long enough."""
    every = [canary(number, 1) for number in range(300)]
    drafts = [draft_of(text, number, 1) for number, text in enumerate(every)]

    assert len(set(every)) == 300
    assert every[0] != canary(0, 2)
    assert all(sum(text.count(mark) for mark in MARKS) == LENGTH > FEWEST_WORDS for text in every)
    assert not any(mark in draft for draft in drafts for mark in MARKS)

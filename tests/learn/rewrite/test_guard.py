"""A rewrite that loses or invents a fact is not shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.learn.rewrite.guard import facts, first_that_keeps, language_of, problems

DRAFT = "Anna and i moved to Lyon after 3 years, the team of 12 people in Oslo was great and i thank them for that"
GOOD = "After 3 years, Anna and I have moved to Lyon. I thank the team of 12 people in Oslo, which was great."


def test_a_good_rewrite_is_shown() -> None:
    """`M1` Facts kept, words changed: nothing is wrong with it."""
    assert problems(DRAFT, GOOD) == ()


def test_i_am_no_name() -> None:
    """A short form of `I am` or `I have` is no name that was invented, and none that is lost."""
    assert (
        problems("i am moving on and i have thanked the team", "I'm moving on, and I\u2019ve thanked the team.") == ()
    )
    assert facts("Then I'm off, Ian said").names == {"Ian"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("3 years", "some years"), "number-lost"),
        (("12 people", "120 people"), "number-invented"),
        (("Anna and I", "We"), "name-lost"),
        (("Oslo", "the city"), "name-lost"),
        (("Lyon", "Lyon in France"), "name-invented"),
        (("great.", "great. <script>alert(1)</script>"), "markup"),
        (("great.", "great. [Here](https://example.org)"), "markup"),
    ],
)
def test_what_is_wrong_is_named(change: tuple[str, str], code: str) -> None:
    """`M1` Each way to be wrong has its code, and the rewrite is not shown."""
    rewrite = GOOD.replace(*change)

    assert code in problems(DRAFT, rewrite)
    assert first_that_keeps(DRAFT, [rewrite]) is None
    assert first_that_keeps(DRAFT, [rewrite, GOOD]) == GOOD


def test_language_and_length_are_kept() -> None:
    """A rewrite in another language, an empty one and one that goes on and on are not shown."""
    other = "Nach 3 Jahren sind Anna und ich nach Lyon gezogen, das Team mit 12 Leuten in Oslo war nicht so und wir"

    assert "other-language" in problems(DRAFT, other)
    assert problems(DRAFT, " \n") == ("empty",)
    assert "length" in problems(DRAFT, f"{GOOD} {GOOD} {GOOD}")
    assert "length" in problems(DRAFT, "Anna, Lyon, Oslo: 3, 12")
    assert language_of("42") is None


@given(
    st.lists(st.sampled_from(["3", "2.5", "10:30", "Oslo", "moved", "with", "Anna"]), min_size=1, max_size=12),
    st.data(),
)
def test_no_number_or_name_is_lost_unseen(words: list[str], data: st.DataObject) -> None:
    """`M1` Whatever the draft, a rewrite that passes has each of its numbers and names."""
    draft = "we " + " ".join(words)
    rewrite = " ".join(data.draw(st.lists(st.sampled_from(["we", *words, "Berlin", "7"]), max_size=14)))
    if problems(draft, rewrite):
        return

    told = facts(draft)
    assert told.numbers <= facts(rewrite).numbers
    assert all(name in rewrite for name in told.names)
    assert "Berlin" not in rewrite

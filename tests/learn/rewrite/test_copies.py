"""What holds another member's words is learned from nobody, whoever leaves."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.learn.rewrite.copies import COPY_PERCENT, SHINGLE, copies, copies_digest

ANNA, BEN, CLEO = 1, 2, 3
QUOTED = "we are happy to tell everybody that the harbour museum opens its doors again on the first day of spring"
LONGER = (
    f"my neighbour wrote this, and I could not agree more with her: {QUOTED}. When I was a child my father took me "
    "there every Sunday after lunch, and we stood in front of the whale for as long as the guards would let us stay, "
    "so come and see it with your own children, bring something warm, and tell me afterwards what you thought of it"
)
OTHER = "the foundry at the edge of town has new owners and they want to keep each of the old machines running"


def test_a_quote_and_what_was_quoted_are_both_left_out() -> None:
    """`M18` A short post inside a longer one of somebody else: neither is learned, so no words outlive their owner."""
    posts = [(10, ANNA, QUOTED), (20, BEN, LONGER), (30, CLEO, OTHER)]

    assert copies(posts) == {10, 20}
    assert copies(reversed(posts)) == {10, 20}
    assert copies([(10, ANNA, QUOTED), (20, ANNA, LONGER)]) == frozenset()  # her own words are hers


def test_the_same_post_of_several_is_left_out_of_all() -> None:
    """`M18` Copies that are equal but for marks and capitals go with each other, and a longer one goes with them."""
    posts = [(10, ANNA, QUOTED), (20, BEN, QUOTED.upper() + "!"), (30, CLEO, LONGER), (40, CLEO, OTHER)]

    assert copies(posts) == {10, 20, 30}


@given(st.integers(0, 2**32), st.integers(2, 12))
def test_copies_are_as_defined(seed: int, count: int) -> None:
    """The fast search finds what comparing every post with every other finds."""
    draw = random.Random(seed)
    parts = [" ".join(draw.choices("abcdefghij", k=draw.randint(1, 9))) for _ in range(4)]
    posts = [
        (number, draw.randint(1, 3), " ".join(draw.choices(parts, k=draw.randint(1, 5)))) for number in range(count)
    ]

    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[start : start + SHINGLE]) for start in range(max(1, len(words) - SHINGLE + 1))}

    defined = set()
    for item, member, text in posts:
        others = [one for one in posts if one[1] != member]
        theirs = set().union(*(runs(one[2]) for one in others))
        if 100 * len(runs(text) & theirs) >= COPY_PERCENT * len(runs(text)) or any(
            100 * len(runs(text) & runs(one[2])) >= COPY_PERCENT * len(runs(one[2])) for one in others
        ):
            defined.add(item)
    assert copies(posts) == defined


@pytest.mark.parametrize("items", [[], [3, 1, 2], [1, 2]])
def test_the_digest_is_of_the_list(items: list[int]) -> None:
    """A list has one digest in whatever order, and another list another."""
    assert copies_digest(items) == copies_digest(sorted(items)) != copies_digest([*items, 4])

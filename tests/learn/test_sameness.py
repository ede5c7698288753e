"""Sameness is measured as it is defined, and a corpus that is flooded with copies is told from one that is not."""

from __future__ import annotations

import random

from byleave.learn.sameness import WINDOW, Measuring, Text, bands

WORDS = [f"word{number}" for number in range(400)]


def texts(count: int, seed: int, words: int = 400, period: str = "2026-01") -> list[Text]:
    """So many texts of thirty words, drawn from the first of the words."""
    draw = random.Random(seed)
    return [Text(period, " ".join(draw.choices(WORDS[:words], k=30)), ai_written=False) for _ in range(count)]


def measured(some: list[Text]) -> Measuring:
    """What is found of texts."""
    found = Measuring()
    for one in some:
        found.add(one)
    return found


def test_different_words_are_counted_by_definition() -> None:
    """`M16` The share of different words is the mean over all windows, counted one by one."""
    some = texts(20, 1, 60)
    words = " ".join(one.text for one in some).split()
    counts = [len(set(words[start : start + WINDOW])) for start in range(len(words) - WINDOW + 1)]
    (found,) = measured(some).periods()

    assert found.different is not None
    assert abs(found.different - sum(counts) / len(counts) / WINDOW) < 1e-12


def test_near_copies_are_found_and_others_are_not() -> None:
    """`M16` A text with one word changed is a near-copy of the earlier one; drawn texts are none of each other."""
    some = texts(200, 2)
    copies = [Text("2026-02", one.text.replace(one.text.split()[9], "other", 1), ai_written=True) for one in some]
    first, second = measured([*some, *copies]).periods()

    assert first.near_copies == 0
    assert second.near_copies >= 180
    assert (second.items, second.ai_written, second.unknown) == (200, 200, 0)


def test_a_flood_shows_in_every_measure() -> None:
    """`M16` Where few words are drawn on the share of different words falls."""
    rich, poor = (measured(texts(50, 3, words)).periods()[0].different for words in (400, 20))

    assert rich is not None
    assert poor is not None
    assert rich > 0.9
    assert poor <= 0.4


def test_short_texts_have_no_signature() -> None:
    """Two words are no copy of two words."""
    assert bands(["good", "morning"]) == []
    assert measured([Text("2026", "good morning", ai_written=None)] * 2).periods()[0].near_copies == 0

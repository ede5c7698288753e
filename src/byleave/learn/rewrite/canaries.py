"""Canaries: posts of nobody, with something in them that no draft shows, so that only who has learned them knows it.

Plain words in a drawn order, each followed by a drawn mark. A draft loses its marks, so a model that likes a canary's
marks more than those of canaries it never saw has kept them by heart (arXiv 1802.08232).
"""

from __future__ import annotations

import hashlib

LENGTH = 12
"""Words of a canary."""
MARKS = ",;:.!?"
WORDS = (
    *("apple", "barn", "candle", "desk", "engine", "feather", "garden", "hammer", "island", "jacket", "kettle"),
    *("ladder", "mirror", "needle", "orchard", "pillow", "quilt", "river", "saddle", "table", "umbrella", "valley"),
    *("window", "yard", "anchor", "bridge", "cotton", "dinner", "eagle", "fiddle", "glove", "hotel"),
)


def canary(number: int, seed: int) -> str:
    """A canary by its number: the same for the same seed."""
    drawn = [_drawn(number, seed, place) for place in range(LENGTH)]
    return " ".join(WORDS[one % len(WORDS)] + MARKS[one // len(WORDS) % len(MARKS)] for one in drawn)


def _drawn(*parts: int) -> int:
    told = "canary " + " ".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big")

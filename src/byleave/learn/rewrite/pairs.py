"""What a rewriter learns from: a post, and a draft made from it by rules, in an order that does not tell who left.

Everything is drawn from digests of a seed and the item's key: the same post gives the same draft whoever else is there.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.learn.rewrite.guard import facts, is_fact

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOSES_A_LETTER, _IS_DROPPED, _GETS_A_FILLER = 8, 6, 4
"""Of a hundred words. Numbers, names and negations stay: a rewriter that learned to add them would invent them."""
_MARKS = re.compile(r"[^\w\s]")
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Pair:
    """One post with its draft."""

    member: int
    """Key of the owner."""
    item: int
    """Key of the post."""
    draft: str
    post: str


def make_pair(member: int, item: int, post: str, seed: int) -> Pair:
    """A pair from a post."""
    return Pair(member, item, draft_of(post, item, seed), post)


def draft_of(post: str, item: int, seed: int) -> str:
    """A post as somebody might have drafted it: letters, words and marks missing, numbers and names kept."""
    kept = facts(post)
    words = []
    for place, word in enumerate(_MARKS.sub("", post).split()):
        if word in kept.names or is_fact(word) or any(char.isdigit() for char in word):
            words.append(word)
            continue
        draw = _number(seed, item, place)
        chance, spot = draw % _HUNDRED, draw // _HUNDRED
        if chance < _IS_DROPPED:
            continue
        plain = word.lower()
        if chance < _IS_DROPPED + _LOSES_A_LETTER and len(plain) > 1:
            plain = plain[: spot % len(plain)] + plain[spot % len(plain) + 1 :]
        elif chance < _IS_DROPPED + _LOSES_A_LETTER + _GETS_A_FILLER:
            plain = f"like {plain}"
        words.append(plain)
    return " ".join(words)


def _number(*parts: int) -> int:
    told = " ".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(told).digest()[:8], "big")


def in_order(pairs: Iterable[Pair], seed: int, epoch: int) -> list[Pair]:
    """Pairs in the order of one epoch: by a digest of each alone, so that nobody's place depends on who left."""
    return sorted(pairs, key=lambda pair: (_number(seed, epoch, pair.item), pair.item))

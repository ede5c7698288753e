"""Posts that hold another member's words: learned from nobody, neither the copy nor what was copied.

Found once, over a whole snapshot, before anything is trained, and never again: if a copy were learned once nobody else
has it any more, a member who leaves would let their own words into the model.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from byleave.kernel.canonical import digest_value
from byleave.lineage.keys import key_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHINGLE = 5
"""Words in a row by which copies are found."""
COPY_PERCENT = 60
"""From so many of a post's shingles in somebody else's posts on, it is a copy; so is a post that holds so many."""
_HUNDRED = 100


def copies(posts: Iterable[tuple[int, int, str]]) -> frozenset[int]:
    """The items of posts that are not learned from: what others have, and what has it.

    Args:
        posts: keys of item and owner, and the text.
    """
    owner: dict[int, int] = {}
    shingles: dict[int, frozenset[int]] = {}
    owners: defaultdict[int, set[int]] = defaultdict(set)
    for item, member, text in posts:
        owner[item], shingles[item] = member, frozenset(_shingles(text))
        for one in shingles[item]:
            owners[one].add(member)
    copied = {item for item, mine in shingles.items() if _reaches(sum(len(owners[one]) > 1 for one in mine), mine)}
    # who holds so much of a post has at least one of its rarest shingles: only these need to be looked up
    authors: defaultdict[frozenset[int], set[int]] = defaultdict(set)
    for item in copied:
        authors[shingles[item]].add(owner[item])
    often = Counter(one for mine in authors for one in mine)
    rarest: defaultdict[int, list[frozenset[int]]] = defaultdict(list)
    for mine in authors:
        count = len(mine) - -(-COPY_PERCENT * len(mine) // _HUNDRED) + 1
        for one in sorted(mine, key=lambda one: (often[one], one))[:count]:
            rarest[one].append(mine)
    holding = {
        item
        for item, mine in shingles.items()
        if item not in copied
        and any(
            authors[other] != {owner[item]} and _reaches(len(other & mine), other)
            for one in mine
            for other in rarest.get(one, ())
        )
    }
    return frozenset(copied | holding)


def _reaches(shared: int, whole: frozenset[int]) -> bool:
    return bool(whole) and _HUNDRED * shared >= COPY_PERCENT * len(whole)


def copies_digest(items: Iterable[int]) -> str:
    """The digest of a list of copies, as a model's configuration has it: of the keys of their items, sorted."""
    return digest_value([key_text(item) for item in sorted(items)])


def _shingles(text: str) -> Iterator[int]:
    words = re.findall(r"\w+", text.lower())
    for start in range(max(1, len(words) - SHINGLE + 1) if words else 0):
        told = " ".join(words[start : start + SHINGLE]).encode()
        yield int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "big")

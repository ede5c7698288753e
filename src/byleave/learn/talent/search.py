"""Find the profiles that fit what a hirer asks for, best first.

1. The most telling words are looked up first; a word that stands in more profiles than there are places left to read is
   passed over. Each profile's words add their weights, for each place up to three. Source of reading only so far:
   Moffat and Zobel, ACM Transactions on Information Systems 14 (1996), 349-379.
2. The best of these are read, and ordered by what the ranker has learned.

Weights of words in step 1 are counted over members who may be trained on; who may be found is another question.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from heapq import nsmallest
from typing import TYPE_CHECKING, Protocol

from byleave.learn.talent.profile import features
from byleave.learn.talent.ranker import score
from byleave.learn.talent.statistics import rarest_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from byleave.learn.talent.profile import Profile, Query
    from byleave.learn.talent.words import Words

MOST_PLACES = 30_000
"""Places of the index that one query reads."""
MOST_TIMES = 3
"""A word that a profile repeats more often does not count more."""
CANDIDATES = 100
"""Profiles that the ranker orders."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a hirer sees of a profile."""

    member: str
    item: str
    text: str


class Visible(Protocol):
    """Who can be found."""

    def places(self, term: str, most: int) -> list[int]:
        """The items whose profile has a term, by key, once for each place where it stands; at most so many."""

    def profiles(self, items: Sequence[int]) -> Iterable[tuple[int, Profile]]:
        """The words of some items' profiles."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned of those who may be trained on."""

    profiles: int
    documents: Mapping[str, int]
    weights: Sequence[float]
    words: Words


@dataclass(frozen=True, slots=True)
class Hit:
    """One profile that fits."""

    item: int
    score: float
    matched: tuple[str, ...]
    """The words of the query that it has."""


def search(query: Query, visible: Visible, learned: Learned, most: int = 10) -> list[Hit]:
    """The profiles that fit best; equal ones in the order of their keys."""
    first = candidates(query, visible, learned)
    ordered = []
    for item, profile in visible.profiles([item for item, _ in first]):
        value = score(learned.weights, features(query, profile, learned.words))
        ordered.append((-value, item, profile))
    before = dict(first)
    best = nsmallest(most, ordered, key=lambda one: (one[0], -before[one[1]], one[1]))
    asked = query.terms
    return [
        Hit(item, -value, tuple(term for term in asked if term in profile.distinct)) for value, item, profile in best
    ]


def candidates(query: Query, visible: Visible, learned: Learned, most: int = CANDIDATES) -> list[tuple[int, int]]:
    """Items with the weight of the words that they were found by, heaviest first; equal ones in the order of keys."""
    found: dict[int, int] = {}
    places = MOST_PLACES
    for term, weight in rarest_first(query.terms, learned.profiles, learned.documents):
        if found and learned.documents.get(term, 0) > places:
            # so many places would tell of arbitrary profiles, and of these only little
            continue
        items = visible.places(term, places)
        places -= len(items)
        _add(found, Counter(items), weight)
    return _heaviest(found, most)


def _add(found: dict[int, int], counted: Mapping[int, int], weight: int) -> None:
    """Add the weight of a word, for each place up to so many; this runs for every place that a query reads."""
    values = [weight * min(times, MOST_TIMES) for times in range(MOST_TIMES + 2)]
    most, get = MOST_TIMES + 1, found.get
    for item, times in counted.items():
        found[item] = get(item, 0) + values[min(most, times)]


def _heaviest(found: Mapping[int, int], most: int) -> list[tuple[int, int]]:
    """The items of most weight: whatever weighs as much as the last of them is put in order, and no more."""
    if len(found) > most:
        least = sorted(found.values(), reverse=True)[most - 1]
        best = [(item, weight) for item, weight in found.items() if weight >= least]
    else:
        best = list(found.items())
    return sorted(best, key=lambda one: (-one[1], one[0]))[:most]

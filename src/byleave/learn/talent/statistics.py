"""How many eligible profiles have each term: whole numbers, one summand a profile, so that a profile can leave."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNIT = 4_096
"""A weight of one."""


@dataclass(slots=True)
class Statistics:
    """Counts over the profiles of those who may be trained on."""

    profiles: int = 0
    documents: dict[str, int] = field(default_factory=dict)
    """Term → profiles that have it; a term that none has is not there."""

    def add(self, terms: Iterable[str]) -> None:
        """Count a profile with these terms, each once."""
        self.profiles += 1
        for term in terms:
            self.documents[term] = self.documents.get(term, 0) + 1

    def remove(self, terms: Iterable[str]) -> None:
        """Take a profile with these terms out. Raises: InputError when it was not counted."""
        self.profiles -= 1
        for term in terms:
            left = self.documents.get(term, 0) - 1
            if left < 0 or self.profiles < 0:
                raise InputError("a profile leaves the statistics that is not in them", hint="train the model again")
            if left:
                self.documents[term] = left
            else:
                del self.documents[term]


def term_weight(profiles: int, documents: int) -> int:
    """How much a term tells, from how many of all profiles have it: the weight of BM25, as a whole number above 0.

    Source: Robertson and Zaragoza, Foundations and Trends in Information Retrieval 3 (2009), section 3.1; the 1 that is
    added keeps the weight of frequent terms above nothing.
    """
    return max(1, round(UNIT * math.log1p((max(profiles, documents) - documents + 0.5) / (documents + 0.5))))


def rarest_first(terms: Iterable[str], profiles: int, documents: Mapping[str, int]) -> list[tuple[str, int]]:
    """Terms with their weights, the most telling first, in alphabetical order where they tell the same."""
    told = [(term, term_weight(profiles, documents.get(term, 0))) for term in terms]
    return sorted(told, key=lambda one: (-one[1], one[0]))

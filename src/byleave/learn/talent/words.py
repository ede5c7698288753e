"""How much each word tells, from a public list: never counted over members' profiles.

Rows of training are made with these weights. Were they counted over profiles, taking one member out would change the
rows of all others (docs/adr/0172).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byleave.kernel.canonical import digest_value
from byleave.kernel.errors import InputError
from byleave.learn.talent.statistics import UNIT, term_weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Words:
    """Weights of words, as whole numbers; without a list all words tell the same."""

    weights: Mapping[str, int] = field(default_factory=dict)
    unknown: int = UNIT
    """The weight of a word that the list does not have: that of one which it has in no entry."""

    @property
    def digest(self) -> str:
        """Over all of it."""
        return digest_value({"weights": dict(self.weights), "unknown": self.unknown})

    def of(self, term: str) -> int:
        """The weight of a term, above 0."""
        return self.weights.get(term, self.unknown)

    def all_of(self, terms: Iterable[str]) -> int:
        """The weight of several terms together."""
        get, unknown = self.weights.get, self.unknown
        return sum([get(term, unknown) for term in terms])


def words_from(entries: int, documents: Mapping[str, int]) -> Words:
    """Weights from a public list.

    Args:
        entries: how many entries the list was counted over, such as titles and skills of a classification.
        documents: term → entries that have it.

    Raises: InputError for a term that stands in no entry, or in more than there are.
    """
    for term, count in documents.items():
        if not 0 < count <= entries:
            hint = f"a number from 1 to {entries}, the entries of the list"
            raise InputError(f"the word `{term}` stands in {count} of {entries} entries", hint=hint)
    return Words({term: term_weight(entries, count) for term, count in documents.items()}, term_weight(entries, 0))

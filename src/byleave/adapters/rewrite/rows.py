"""Posts of a table of items from which a rewriter may learn, strictly, a few thousand at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byleave.adapters.duckdb_engine.columns import Kind
from byleave.adapters.duckdb_engine.learned_rows import item_rows
from byleave.learn.rewrite.guard import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CATEGORIES = frozenset({"post", "article"})
FEWEST_WORDS, MOST_WORDS = 5, 150
"""Of a post that is learned: a shorter one teaches nothing, and a longer one is no post that a small model rewrites."""
_KINDS = {
    "item_id": Kind("text", required=True),
    "member_id": Kind("text", required=True),
    "category": Kind("text", required=True),
    "language": Kind("text"),
    "text": Kind("text"),
}


@dataclass(frozen=True, slots=True)
class Post:
    """One post."""

    item_id: str
    member_id: str
    text: str


@dataclass(slots=True)
class Passed:
    """Posts that are not learned from, by why."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, why: str) -> None:
        """One more."""
        self.counts[why] = self.counts.get(why, 0) + 1


def read_posts(places: Sequence[str | Path], spill: Path, languages: Sequence[str], passed: Passed) -> Iterator[Post]:
    """The posts in the tables at these places that are in one of the languages and neither short nor long.

    Args:
        places: files, folders or patterns.
        spill: a folder for what does not fit into memory.
        languages: codes such as `en`; where a row has none, its small words tell.
        passed: counts the others.

    Raises: InputError for what cannot be read, or an id that is missing.
    """
    for _, _, row in item_rows(places, _KINDS, spill):  # texts alone, of which each can be read
        why = _unfit(row, languages)
        if why is None:
            yield Post(row["item_id"], row["member_id"], row["text"])
        elif why != "other-category":
            passed.add(why)


def _unfit(row: dict[str, str | None], languages: Sequence[str]) -> str | None:
    """Why a row is not learned from; None where it is."""
    text = row["text"]
    if row["category"] not in CATEGORIES:
        return "other-category"
    if not text or not text.strip():
        return "no-text"
    told = row["language"] or language_of(text) or ""
    if told.lower().split("-")[0] not in languages:
        return "other-language"
    words = len(text.split())
    return None if FEWEST_WORDS <= words <= MOST_WORDS else "short" if words < FEWEST_WORDS else "long"

"""Rows of a table of items that talent search reads, strictly, a few thousand at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.columns import Kind
from byleave.adapters.duckdb_engine.learned_rows import item_rows
from byleave.kernel.errors import InputError
from byleave.learn.talent.ranker import MOST_GRADE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PROFILE, PUBLIC = "profile", "public"
_NEEDED, _OPTIONAL = Kind("text", required=True), Kind("text")
_KINDS = {
    "item_id": _NEEDED,
    "member_id": _NEEDED,
    "category": _NEEDED,
    "visibility": _NEEDED,
    "text": _OPTIONAL,
    "query": _OPTIONAL,
    "about": _OPTIONAL,
    "grade": Kind("order"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One row."""

    item_id: str
    member_id: str
    category: str | None
    visibility: str | None
    text: str | None
    query: str | None
    about: str | None
    grade: int | None

    @property
    def is_profile(self) -> bool:
        """Whether it is a profile that says something."""
        return self.category == PROFILE and self.query is None and self.text is not None

    @property
    def is_judgement(self) -> bool:
        """Whether it says how well a profile fitted a query."""
        return self.query is not None


def read_items(places: Sequence[str | Path], spill: Path) -> Iterator[Item]:
    """The rows of the tables at these places.

    Args:
        places: files, folders or patterns.
        spill: a folder for what does not fit into memory.

    Raises: InputError for what cannot be read, an id that is missing, or a judgement that lacks something.
    """
    for place, unreadable, row in item_rows(places, _KINDS, spill):
        yield _item(row, place, unreadable)


def _item(row: dict[str, Any], place: str, unreadable: str | None) -> Item:
    item = Item(**row)
    if unreadable is not None:
        raise InputError(
            f"{place}: the {unreadable} of `{item.item_id}` cannot be read", hint="a grade is a whole number"
        )
    if item.is_judgement:
        if item.about is None or item.grade is None:
            hint = "a row with a query says in `about` which profile's item it judges, and its `grade`"
            raise InputError(f"{place}: the judgement `{item.item_id}` is not whole", hint=hint)
        if item.grade > MOST_GRADE:
            told = f"{place}: the grade of `{item.item_id}` is {item.grade}"
            raise InputError(told, hint=f"a grade is a whole number from 0 to {MOST_GRADE}")
    return item

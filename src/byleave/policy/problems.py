"""What is wrong in a file, where, and which known name was probably meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Location = tuple[str | int, ...]
"""A path of keys and positions in a file."""
KEY = "[key]"
"""As the last part of a path: the key itself and not its value (pydantic's mark for it)."""


class Problem(NamedTuple):
    """Something wrong, at a path of keys in the file."""

    at: Location
    message: str


def nearest(name: str, options: Iterable[str]) -> str | None:
    """The known name that is spelt most like `name`, in any case of letters; None when none comes near."""
    known = {option.casefold(): option for option in options}
    near = get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
    return known[near[0]] if near else None


def did_you_mean(name: str, options: Iterable[str]) -> str:
    """The tail of a message that names the nearest known name; empty when none comes near."""
    near = nearest(name, options)
    return f", did you mean `{near}`?" if near else ""

"""What a cell says under its header, or that it does not fit it. The raw cell is always kept beside it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from byleave.archive.linkedin.dates import is_missing, read_date
from byleave.archive.linkedin.quoting import peel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from byleave.archive.linkedin.layouts import Layout
    from byleave.archive.linkedin.outcomes import Value

_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_LINKS = ("http://", "https://", "www.", "urn:li:", "linkedin.com/")
_MARK = "&"


class Columns:
    """The columns of one file, and how the cells of each are read."""

    def __init__(self, layout: Layout, names: Sequence[str]) -> None:
        """Look up every column once; of those with one name, the first is read."""
        self.names = tuple(names)
        self._read = [
            (place, name, reader, layout.expects(name) is not None)
            for place, name in enumerate(names)
            if (reader := _reader(layout, name)) is not None and names.index(name) == place
        ]
        self._promising = any(promises for _, _, _, promises in self._read)

    def read(self, cells: Sequence[str]) -> tuple[dict[str, Value], tuple[str, ...]]:
        """What each cell says, by column, and the columns whose cell does not fit. Blank cells say nothing and fit."""
        parsed: dict[str, Value] = {}
        misfits: list[str] = []
        for place, name, reader, promises in self._read:
            cell = cells[place]
            if not cell:
                continue
            value = reader(cell)
            if value is not None:
                parsed[name] = value
            elif promises and not is_missing(cell):
                misfits.append(name)
        return parsed, tuple(misfits)

    def plausible(self, cells: Sequence[str]) -> bool | None:
        """Whether every promising cell keeps its promise and at least one is filled; None if no column promises any."""
        if not self._promising:
            return None
        parsed, misfits = self.read(cells)
        return not misfits and any(promises and name in parsed for _, name, _, promises in self._read)


def _reader(layout: Layout, column: str) -> Callable[[str], Value | None] | None:
    if column in layout.dates:
        return read_date
    if column in layout.links:
        return _link
    if column in layout.flags:
        return _flag
    if column in layout.layered:
        return peel
    return _entities if column in layout.entities else None


def _link(cell: str) -> str | None:
    """A link that leads to a page; nothing else is one, `javascript:` least of all."""
    text = cell.strip()
    return text if text.casefold().startswith(_LINKS) and len(text.split(maxsplit=1)) == 1 else None


def _flag(cell: str) -> bool | None:
    return _FLAGS.get(cell.strip().casefold())


def _entities(cell: str) -> str | None:
    """The text that HTML entities stand for; None when there are none."""
    text = html.unescape(cell) if _MARK in cell else cell
    return text if text != cell else None

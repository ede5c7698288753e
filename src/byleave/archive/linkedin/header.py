"""Where a file's header is, and which column is which: by name, never by position or by a fixed number of lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from byleave.archive.linkedin.dates import read_date
from byleave.archive.linkedin.layouts import Layout, squeeze
from byleave.archive.linkedin.lines import shown
from byleave.archive.linkedin.rows import split_line

if TYPE_CHECKING:
    from byleave.archive.linkedin.lines import Lines

SEPARATORS = (",", ";", "\t")
"""Exports use commas; spreadsheets of some countries save semicolons or tabs."""
MOST_LINES_ABOVE = 50
"""A header is looked for on so many lines; the notes known to stand above one have three."""
MOST_CHARACTERS_ABOVE = 1 << 16
"""And on so many characters; the longest header has some 800."""
_WORDS_ABOVE = 2
"""A header below something else has to show at least so many known columns."""
_LINKS = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Header:
    """What the top of a file says. `lines` lines were taken, the last of which is the header."""

    separator: str
    columns: tuple[str, ...]
    """The catalogue's names, or the file's own; `column N` where there is no header."""
    above: int = 0
    """Lines above the header."""
    held: tuple[str, ...] = ()
    """The first of them that are not blank."""
    given: bool = True
    """Whether the file has a header at all."""
    doubtful: bool = False
    """Whether the first line may as well be a value: one cell that the catalogue does not know."""
    notes: tuple[str, ...] = ()

    @property
    def spare(self) -> int:
        """How many columns at the end have no name."""
        named = [number for number, name in enumerate(self.columns, start=1) if name]
        return len(self.columns) - max(named, default=0)


def find_header(lines: Lines, layout: Layout) -> Header | None:
    """Take the lines up to the header; None, with the lines put back, when every line is blank."""
    held: list[str] = []
    size = 0
    while len(held) < MOST_LINES_ABOVE and size < MOST_CHARACTERS_ABOVE and (line := lines.take()) is not None:
        held.append(line)
        size += len(line)
        first = sum(1 for one in held if one.strip()) == 1
        found = _known(line, layout, least=1 if first else _WORDS_ABOVE)
        if found:
            header = _header(found[0], found[1], layout, above=len(held) - 1)
            return replace(header, held=tuple(one for one in held[:-1] if one.strip())[:2])
    lines.put_back(held)
    return _unknown(lines, layout)


def _known(line: str, layout: Layout, *, least: int) -> tuple[str, list[str]] | None:
    """The separator and the cells of a line at least half of whose cells name columns of the layout."""
    for separator in SEPARATORS:
        cells = split_line(line, separator) or []
        named = [cell for cell in cells if cell.strip()]
        hits = {squeeze(cell) for cell in named} & layout.known.keys()
        if (
            hits
            and len(hits) >= min(least, len(layout.known))
            and 2 * len(hits) >= len({squeeze(one) for one in named})
        ):
            return separator, cells
    return None


def _header(separator: str, cells: list[str], layout: Layout, *, above: int = 0) -> Header:
    columns = tuple(layout.known.get(squeeze(cell), shown(cell.strip())) for cell in cells)
    new = sorted({column for column in columns if column and squeeze(column) not in layout.known})
    notes = [f"columns that byleave does not know, kept as they are: {', '.join(f'`{one}`' for one in new)}"]
    notes = notes if new and layout.known else []
    if separator != ",":
        notes.append("saved again by a spreadsheet: the separator is not a comma")
    if not layout.known:
        notes.append("the header of this file is not on record; its columns are kept as they are")
    return Header(separator, columns, above=above, notes=tuple(notes))


def _unknown(lines: Lines, layout: Layout) -> Header | None:
    """Read the first line that is not blank as a header in unknown words, if it can be one."""
    above = 0
    while (line := lines.take()) is not None and not line.strip():
        above += 1
    if line is None:
        return None
    top = line if len(line) < MOST_CHARACTERS_ABOVE else ""
    separator = max(SEPARATORS, key=lambda mark: len(split_line(top, mark) or []))
    cells = split_line(top, separator) if top else None
    if cells is None or any(_is_value(cell) for cell in cells) or _repeats_blank(cells):
        lines.put_back([line])
        width = len(cells or []) or len(layout.columns) or 1
        columns = tuple(f"column {number}" for number in range(1, width + 1))
        note = "no header: nothing says which column is which, so that rows are kept as they are"
        return Header(separator, columns, above=above, given=False, notes=(note,))
    if not layout.known:
        return _header(separator, cells, layout, above=above)
    note = "none of the column names is known (another language?); rows are kept under the names that the file gives"
    columns = tuple(shown(cell.strip()) for cell in cells)
    return Header(separator, columns, above=above, doubtful=len(cells) == 1, notes=(note,))


def _is_value(cell: str) -> bool:
    """Whether a cell is a date or a link, which no header is."""
    return cell.strip().casefold().startswith(_LINKS) or read_date(cell) is not None or cell.strip().isdigit()


def _repeats_blank(cells: list[str]) -> bool:
    """Whether more than the last cell is blank, as in a row and in no header."""
    return sum(1 for cell in cells if not cell.strip()) > 1

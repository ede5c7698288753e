"""What goes into the reader, and what comes out: entries in; records, unreadable rows and one report a file out.

The sum holds for every file: each line of it is in exactly one record, unreadable row, header, preamble or blank line
(`FileReport.accounted == FileReport.lines`), unless reading broke off, which is an unreadable row of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from byleave.archive.linkedin.dates import When
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = When | str | bool
"""What a cell says: a date, text without its export's quoting, a flag."""


class BrokenEntryError(InputError):
    """A file of the archive is cut off or damaged; what was read before holds."""

    code = "broken-entry"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive. `open` gives its bytes, from the beginning each time it is called.

    A stream that cannot be read to its end raises BrokenEntryError.
    """

    name: str
    open: Callable[[], BinaryIO]
    refused: str | None = None
    """Why whoever opened the archive does not hand out this file, if so."""


class Record(NamedTuple):
    """One row: its cells as they stand in the file, and what they say where that is known."""

    file: str
    kind: str
    row: int
    """The number of the row among the rows of its file, from 1; headers, preambles and blank lines do not count."""
    line: int
    lines: int
    """The first line of the file that the row is on, from 1, and on how many lines it is."""
    columns: tuple[str, ...]
    """The catalogue's name of each column, or the file's own where the catalogue does not know it."""
    cells: tuple[str, ...]
    parsed: Mapping[str, Value] = MappingProxyType({})
    """Column → what it says, where the catalogue knows how to read it and the cell fits."""
    misfits: tuple[str, ...] = ()
    """Columns whose cell is not what their header promises; their raw value stands in `cells` alone."""

    def raw(self, column: str) -> str | None:
        """The first cell of that column as it stands in the file; None when there is no such column."""
        return self.cells[self.columns.index(column)] if column in self.columns else None

    def raw_all(self, column: str) -> tuple[str, ...]:
        """Every cell of that column: a header may name a column more than once."""
        return tuple(cell for name, cell in zip(self.columns, self.cells, strict=True) if name == column)

    def text(self, column: str) -> str | None:
        """What the column says as text, else its raw cell; None when blank, missing or not what it should be."""
        if column in self.misfits:
            return None
        value = self.parsed.get(column)
        return (value if isinstance(value, str) else self.raw(column)) or None

    def when(self, column: str) -> When | None:
        """The date in that column, where there is one."""
        value = self.parsed.get(column)
        return value if isinstance(value, When) else None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row, or a stretch of lines, that could not be read: where, why, and how it begins."""

    file: str
    kind: str
    row: int
    line: int
    lines: int
    why: str
    raw: str
    """The first characters, as they stand in the file."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A column whose cells are not what its header promises, in some of the rows."""

    column: str
    expected: str
    count: int
    filled: int
    """In how many of the filled cells."""
    first_row: int


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file of the archive after it was read, or why it was not. A file that is not there has no report."""

    file: str
    kind: str | None
    """Key in the catalogue; None for a file that it does not know."""
    status: str
    """`read`, `empty` (not one row), `unknown` (not in the catalogue), `skipped` (not content), `refused`."""
    lines: int = 0
    records: int = 0
    unreadable: int = 0
    record_lines: int = 0
    unreadable_lines: int = 0
    header_lines: int = 0
    preamble_lines: int = 0
    blank_lines: int = 0
    misfits: tuple[Misfit, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader of the report should know: encoding, quoting, columns that the catalogue does not know."""

    @property
    def rows(self) -> int:
        """Rows in: those read and those reported."""
        return self.records + self.unreadable

    @property
    def accounted(self) -> int:
        """Lines that are in some outcome."""
        return self.record_lines + self.unreadable_lines + self.header_lines + self.preamble_lines + self.blank_lines


Outcome = Record | Unreadable | FileReport

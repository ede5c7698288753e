r"""From lines to rows: CSV as exports write it, with quotes doubled (RFC 4180) or escaped by a backslash.

`\"` before a comma may end a cell that ends in a backslash, or be a quote in it. The file's own habit is tried first,
then the others; a reading counts only if it gives as many cells as the header has. A row that no reading fits is
reported with its lines, never cut to fit. Every line that is taken comes out in exactly one row.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from byleave.archive.linkedin.lines import MOST_CHARACTERS, Lines, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOUBLED = "doubled"
ESCAPED = "escaped"
CLOSING = "closing"
"""As ESCAPED, but `\\"` before a separator or the end of a line ends the cell."""
_HABITS = {False: (DOUBLED, ESCAPED, CLOSING), True: (ESCAPED, CLOSING, DOUBLED)}

MOST_REREAD = 4 * MOST_CHARACTERS
"""Characters of a file that may be read again in search of a row that fits: enough for four of the longest rows. Then
the rest is reported in one piece, so that a file of unclosed quotes does not take for ever."""

MOST_CELLS = 1_000
"""Of one row. The widest header has 35 columns."""

_ENDS = ("\n", "\r\n", "\r")


class Row(NamedTuple):
    """A row as it was read, or the lines that could not be read as one; blank lines have neither cells nor `why`."""

    line: int
    lines: int
    cells: tuple[str, ...] | None = None
    why: str | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One reading of the lines that were taken for it."""

    taken: list[str]
    cells: list[str]
    fault: str | None = None
    open: bool = False
    """Whether it ran to the end of the file, or over the longest row, in search of a quote."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a row of the file has to be like."""

    separator: str
    width: int
    spare: int
    """How many columns at the end of the header have no name: rows may leave them out."""
    backslashes: bool
    plausible: Callable[[tuple[str, ...]], bool | None]
    """Whether cells fit their columns; None where nothing can be said, for no column promises anything."""

    def fit(self, cells: list[str]) -> tuple[str, ...] | None:
        """The cells, one for each column; None when there are too few, or too many with something in them."""
        if len(cells) < self.width - self.spare or any(cells[self.width :]):
            return None
        return tuple(cells[: self.width]) + ("",) * (self.width - len(cells))

    def count(self, cells: list[str]) -> str:
        """Why cells do not fit."""
        return f"{len(cells)} {'cell' if len(cells) == 1 else 'cells'} where the header has {self.width}"


def read_rows(lines: Lines, shape: Shape) -> Iterator[Row]:
    """Every row of the lines that are left, readable or not."""
    budget = MOST_REREAD
    quick = _Quick(lines, shape)
    while True:
        start = lines.taken + 1
        cells = quick.row()
        if cells is not None:
            yield Row(start, lines.taken - start + 1, cells)
            continue
        line = lines.take()
        if line is None:
            return
        if not line.strip("\r\n\t "):
            yield Row(start, 1)
            continue
        lines.put_back([line])
        good, first, cost = _best(lines, shape)
        budget -= cost
        if good is not None:
            yield Row(start, lines.taken - start + 1, cells=good)
            continue
        yield _report(lines, shape, first, exhausted=budget < 0)


class _Quick:
    """Rows as Python's own reader takes them, where that is beyond doubt what `_split` would give.

    That reader is some ten times as fast. It lets quotes stand in cells that are not quoted, so a row in which a quote
    is left is compared with what was read. It is not used where quotes are escaped by backslashes.
    """

    def __init__(self, lines: Lines, shape: Shape) -> None:
        self._lines = lines
        self._shape = shape
        self._taken: list[str] = []
        self._start()

    def _start(self) -> None:
        source = self._lines.noting(self._taken)
        self._rows = csv.reader(source, delimiter=self._shape.separator, strict=True)

    def row(self) -> tuple[str, ...] | None:
        """The next row; None, with nothing taken, where it is not for this reader, is blank, or there is none."""
        if self._shape.backslashes:
            return None
        taken = self._taken
        taken.clear()
        try:
            cells = next(self._rows)
        except (csv.Error, StopIteration):
            cells = []
            self._start()
        if cells and self._certain(cells):
            fitting = self._shape.fit(cells)
            if fitting is not None:
                return fitting
        self._lines.put_back(taken)
        return None

    def _certain(self, cells: list[str]) -> bool:
        """Whether the row was read as `_split` reads it."""
        if len(cells) > MOST_CELLS or sum(map(len, self._taken)) >= MOST_CHARACTERS:
            return False
        text = "".join(cells)
        if not text or text.isspace():  # the line may be blank
            return False
        return '"' not in text or _is_written(cells, "".join(self._taken), self._shape.separator)


def _best(lines: Lines, shape: Shape) -> tuple[tuple[str, ...] | None, _Attempt, int]:
    """Take the lines of the first reading that fits; without one, put them back and give the first reading."""
    first: _Attempt | None = None
    cost = 0
    for habit in _HABITS[shape.backslashes]:
        attempt = _split(lines, shape.separator, habit)
        if attempt.fault is None and (cells := shape.fit(attempt.cells)) is not None:
            return cells, attempt, cost
        lines.put_back(attempt.taken)
        cost += sum(map(len, attempt.taken))
        first = first or attempt
        if not any("\\" in line for line in attempt.taken):
            break  # no reading differs
    assert first is not None  # noqa: S101 - there is at least one habit
    return None, first, cost


def _is_written(cells: list[str], raw: str, separator: str) -> bool:
    """Whether every cell with a quote in it stands in quotes, with that quote doubled."""
    at = 0
    for cell in cells:
        if raw.startswith('"', at):
            told = cell.replace('"', '""')
            at += 1
        elif '"' in cell:
            return False
        else:
            told = cell
        if not raw.startswith(told, at):
            return False
        at += len(told)
        at += raw.startswith('"', at)
        at += len(separator)
    return True


def _report(lines: Lines, shape: Shape, attempt: _Attempt, *, exhausted: bool) -> Row:
    """Take the lines that cannot be read and say why."""
    start = lines.taken + 1
    why = attempt.fault or shape.count(attempt.cells)
    raw = shown("".join(attempt.taken[:2]))
    if exhausted:
        for _ in lines:
            pass
        return Row(start, lines.taken - start + 1, why=f"{why}; too much of this kind before it", raw=raw)
    if attempt.fault is None:
        for _ in attempt.taken:
            lines.take()
    else:
        line = lines.take()
        while line and not line.endswith(("\n", "\r")):  # the rest of a line that came in pieces
            line = lines.take()
        if attempt.open or len(attempt.taken) > 1:
            _skip(lines, shape, len(attempt.taken) - 1, to_end=attempt.open)
    return Row(start, lines.taken - start + 1, why=why, raw=raw)


def _skip(lines: Lines, shape: Shape, count: int, *, to_end: bool) -> None:
    """Take lines up to the next one that begins a row beyond doubt: with cells that fit their columns."""
    spent = 0
    while (line := lines.take()) is not None:
        count -= 1
        lines.put_back([line])
        attempt = _split(lines, shape.separator, _HABITS[shape.backslashes][0])
        lines.put_back(attempt.taken)
        cells = shape.fit(attempt.cells) if attempt.fault is None else None
        verdict = shape.plausible(cells) if cells is not None else False
        if verdict or (verdict is None and not to_end and count < 0):
            return
        spent += sum(map(len, attempt.taken)) if attempt.fault else 0
        if spent > MOST_REREAD:
            for _ in lines:
                pass
            return
        lines.take()


def split_line(line: str, separator: str) -> list[str] | None:
    """The cells of one line; None when it is no row by itself."""
    attempt = _split(_One(line), separator, DOUBLED)
    return attempt.cells if attempt.fault is None else None


class _One:
    """A single line as a source of lines."""

    def __init__(self, line: str) -> None:
        self._line: str | None = line

    def take(self) -> str | None:
        line, self._line = self._line, None
        return line


def _split(lines: Lines | _One, separator: str, habit: str) -> _Attempt:
    """Take the lines of one row, and cut it into cells."""
    taken = _Taken(lines, separator, habit)
    line = taken.following() or ""
    if '"' not in line:
        return _Attempt(taken.lines, line.rstrip("\r\n").split(separator), _long(line))
    cells: list[str] = []
    position = 0
    while True:
        fault: str | None = None
        if line.startswith('"', position):
            last, position = _quoted(taken, line, position + 1, cells)
            if last is None:
                return _Attempt(taken.lines, cells, _unclosed(taken.size), open=True)
            line = last
            if not _ended(line, position) and not line.startswith(separator, position):
                fault = "a quote inside of a cell that is not escaped"
        else:
            end = line.find(separator, position)
            end = end if end >= 0 else len(line.rstrip("\r\n"))
            cells.append(line[position:end])
            position = end
            fault = "a quote in a cell that is not quoted" if '"' in cells[-1] else None
        if len(cells) > MOST_CELLS:
            fault = f"more than {MOST_CELLS:,} cells"
        if fault is not None or _ended(line, position):
            return _Attempt(taken.lines, cells, fault)
        position += 1


@dataclass(slots=True)
class _Taken:
    """The lines that have been taken for a row, how long they are together, and how they are read."""

    source: Lines | _One
    separator: str
    habit: str
    lines: list[str] = field(default_factory=list)
    size: int = 0

    def following(self) -> str | None:
        """Take another line; None at the end of the file, or when the row is too long already."""
        line = self.source.take() if self.size < MOST_CHARACTERS else None
        if line is not None:
            self.lines.append(line)
            self.size += len(line)
        return line


def _quoted(taken: _Taken, line: str, position: int, cells: list[str]) -> tuple[str | None, int]:
    """Add the cell that a quote has opened; the line on which it closes, or None, and the position after it."""
    parts: list[str] = []
    position, closed = _cell(line, position, parts, taken)
    while not closed:
        following = taken.following()
        if following is None:
            return None, position
        line = following
        position, closed = _cell(line, 0, parts, taken)
    cells.append("".join(parts))
    return line, position


def _long(line: str) -> str | None:
    return f"a row of more than {MOST_CHARACTERS:,} characters" if len(line) >= MOST_CHARACTERS else None


def _unclosed(size: int) -> str:
    if size >= MOST_CHARACTERS:
        return f"a quote that is not closed within {MOST_CHARACTERS:,} characters"
    return "a quote that is never closed"


def _cell(line: str, position: int, parts: list[str], taken: _Taken) -> tuple[int, bool]:
    """Read on in a quoted cell; the position after its closing quote, and whether there is one on this line."""
    while (quote := line.find('"', position)) >= 0:
        closes = taken.habit == CLOSING and (line.startswith(taken.separator, quote + 1) or _ended(line, quote + 1))
        if taken.habit != DOUBLED and not closes and _escaped(line, quote, position):
            parts.append(line[position : quote - 1] + '"')
            position = quote + 1
            continue
        parts.append(line[position:quote])
        if not line.startswith('"', quote + 1):
            return quote + 1, True
        parts.append('"')
        position = quote + 2
    parts.append(line[position:])
    return len(line), False


def _ended(line: str, position: int) -> bool:
    """Whether nothing but the line's end is left."""
    return position == len(line) or (len(line) - position <= len("\r\n") and line[position:] in _ENDS)


def _escaped(line: str, quote: int, start: int) -> bool:
    """Whether an odd number of backslashes stands before the quote."""
    count = 0
    while quote - count > start and line[quote - count - 1] == "\\":
        count += 1
    return count % 2 == 1

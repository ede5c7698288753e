"""Read the files of an archive, one after another and row after row; nothing holds more than one row."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byleave.archive.linkedin.articles import read_article
from byleave.archive.linkedin.catalogue import ARTICLES, is_clutter, recognise
from byleave.archive.linkedin.cells import Columns
from byleave.archive.linkedin.header import Header, find_header
from byleave.archive.linkedin.lines import MOST_CHARACTERS, Lines, Nature, probe, shown, undecoded
from byleave.archive.linkedin.outcomes import (
    BrokenEntryError,
    Entry,
    FileReport,
    Misfit,
    Outcome,
    Record,
    Unreadable,
)
from byleave.archive.linkedin.rows import Row, Shape, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from byleave.archive.linkedin.layouts import Layout

_ENCODING_NOTE = "not UTF-8: saved again by a spreadsheet, read as Windows-1252"
_MOST_LINES_OF_NOTHING = 3
"""Of a file that has one sentence to say, blank lines around it included."""
_BROKEN = "the file breaks off here: {}; what may follow is not counted"


def read_archive(entries: Iterable[Entry]) -> Iterator[Outcome]:
    """Every record and every unreadable row of the archive, and after those of each file its report.

    A file that is not in the archive has no report, which means nothing: it may be another kind of export.
    """
    for entry in entries:
        if is_clutter(entry.name):
            yield FileReport(entry.name, None, "skipped", notes=("left behind by an operating system",))
            continue
        layout = recognise(entry.name)
        key = layout.key if layout else None
        if entry.refused:
            yield FileReport(entry.name, key, "refused", notes=(entry.refused,))
        elif layout is None:
            yield FileReport(
                entry.name, None, "unknown", notes=("no file of this name is known in LinkedIn's exports; not read",)
            )
        else:
            yield from _read_file(entry, layout)


def _read_file(entry: Entry, layout: Layout) -> Iterator[Outcome]:
    """The rows of one file, and its report; an error of the stream becomes an unreadable row."""
    tally = _Tally(entry.name, layout, Columns(layout, layout.columns))
    try:
        with closing(entry.open()) as stream:
            nature = probe(stream)
        if nature.encoding == "utf-16":
            yield tally.unreadable(Row(1, 0, why="the file is UTF-16; save it as UTF-8"))
        else:
            with closing(entry.open()) as stream:
                lines = Lines(stream, nature.encoding)
                tally.notice(nature)
                yield from _page(lines, tally) if layout is ARTICLES else _table(lines, nature, tally)
                if lines.broken is not None:
                    yield tally.unreadable(Row(lines.taken + 1, 0, why=_BROKEN.format(lines.broken.message)))
    except BrokenEntryError as error:  # it cannot even be opened
        yield tally.unreadable(Row(1, 0, why=error.message))
    yield tally.report()


@dataclass(slots=True)
class _Tally:
    """The counts of a file so far."""

    file: str
    layout: Layout
    columns: Columns
    counts: dict[str, int] = field(default_factory=dict)
    filled: dict[tuple[str, ...], int] = field(default_factory=dict)
    """The columns of a row that say something → in how many rows these and no others do."""
    misfits: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Column → in how many rows, and the first of them."""
    notes: list[str] = field(default_factory=list)

    def add(self, what: str, count: int = 1) -> None:
        """Count."""
        self.counts[what] = self.counts.get(what, 0) + count

    @property
    def row(self) -> int:
        """The number of the last row."""
        return self.counts.get("records", 0) + self.counts.get("unreadable", 0)

    def notice(self, nature: Nature) -> None:
        """Note how the file is written."""
        if nature.encoding == "cp1252":
            self.notes.append(_ENCODING_NOTE)
        if nature.backslashes:
            self.notes.append("quotes are escaped by backslashes")

    def record(self, row: Row, cells: tuple[str, ...]) -> Record:
        """A row that could be read."""
        parsed, misfits = self.columns.read(cells)
        self.add("records")
        self.add("record_lines", row.lines)
        filled = (*parsed, *misfits)
        self.filled[filled] = self.filled.get(filled, 0) + 1
        for column in misfits:
            count, first = self.misfits.get(column, (0, self.row))
            self.misfits[column] = (count + 1, first)
        return Record(
            self.file, self.layout.key, self.row, row.line, row.lines, self.columns.names, cells, parsed, misfits
        )

    def _filled(self, column: str) -> int:
        return sum(rows for columns, rows in self.filled.items() if column in columns)

    def unreadable(self, row: Row) -> Unreadable:
        """A row that could not be read."""
        self.add("unreadable")
        self.add("unreadable_lines", row.lines)
        return Unreadable(self.file, self.layout.key, self.row, row.line, row.lines, row.why or "", row.raw)

    def report(self) -> FileReport:
        """The sums."""
        misfits = tuple(
            Misfit(column, self.layout.expects(column) or "", count, self._filled(column), first)
            for column, (count, first) in self.misfits.items()
        )
        status = "read" if self.row else "empty"
        return FileReport(self.file, self.layout.key, status, misfits=misfits, notes=tuple(self.notes), **self.counts)


def _table(lines: Lines, nature: Nature, tally: _Tally) -> Iterator[Outcome]:
    """The rows of a CSV file."""
    if _says_nothing(lines, tally):
        return
    header = find_header(lines, tally.layout)
    if header is None:
        for _ in lines:
            pass
        tally.add("blank_lines", lines.taken)
        tally.add("lines", lines.taken)
        return
    yield from _top(lines, header, tally)
    tally.columns = Columns(tally.layout, header.columns)
    shape = Shape(header.separator, len(header.columns), header.spare, nature.backslashes, tally.columns.plausible)
    for row in read_rows(lines, shape):
        if row.cells is not None and not undecoded("".join(row.cells)):
            yield tally.record(row, row.cells)
        elif row.cells is not None:
            why, raw = f"bytes that are not {_label(nature)}", shown(header.separator.join(row.cells))
            yield tally.unreadable(Row(row.line, row.lines, why=why, raw=raw))
        elif row.why is not None:
            yield tally.unreadable(row)
        else:
            tally.add("blank_lines", row.lines)
    tally.add("lines", lines.taken)


def _label(nature: Nature) -> str:
    return "UTF-8" if nature.encoding == "utf-8-sig" else "Windows-1252"


def _says_nothing(lines: Lines, tally: _Tally) -> bool:
    """Whether the file is the one sentence that stands for no rows; else nothing is taken."""
    sentence = tally.layout.empty_line
    if sentence is None:
        return False
    held = [line for line in (lines.take() for _ in range(_MOST_LINES_OF_NOTHING + 1)) if line is not None]
    said = [line.strip(' \t\r\n"') for line in held if line.strip()]
    if said == [sentence] and len(held) <= _MOST_LINES_OF_NOTHING:
        tally.add("preamble_lines", len(held))
        tally.add("lines", len(held))
        tally.notes.append(f"the file says: {sentence}")
        return True
    lines.put_back(held)
    return False


def _top(lines: Lines, header: Header, tally: _Tally) -> Iterator[Unreadable]:
    """Count the header and what stands above it; what no note is known to do is reported."""
    tally.notes += header.notes
    if header.above and not tally.layout.preamble and header.held:
        why = "stands above the header, where no note is known to be"
        yield tally.unreadable(Row(1, header.above, why=why, raw=shown("".join(header.held))))
    elif header.above:
        tally.add("preamble_lines" if header.held else "blank_lines", header.above)
    if header.doubtful:
        why = "the header in words that byleave does not know, or a value: nothing tells which"
        yield tally.unreadable(Row(lines.taken, 1, why=why, raw=shown(header.columns[0])))
    elif header.given:
        tally.add("header_lines")


def _page(lines: Lines, tally: _Tally) -> Iterator[Outcome]:
    """The one row that an HTML page makes."""
    pieces: list[str] = []
    size = 0
    for line in lines:
        size += len(line)
        if size <= MOST_CHARACTERS:
            pieces.append(line)
    tally.add("lines", lines.taken)
    text = "".join(pieces)
    article, why = read_article(text)
    if size > MOST_CHARACTERS:
        why = f"a page of more than {MOST_CHARACTERS:,} characters"
    elif undecoded(text):
        why = "bytes that are not of the page's encoding"
    if article is None or why is not None:
        yield tally.unreadable(Row(1, lines.taken, why=why, raw=shown(text)))
    else:
        yield tally.record(Row(1, lines.taken), article)

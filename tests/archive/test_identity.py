"""What is written into an export is what is read out of it: every file, every layout, every field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from byleave.archive.linkedin import FileReport, Record, read_archive
from byleave.archive.linkedin.catalogue import LAYOUTS, recognise
from byleave.archive.linkedin.layouts import squeeze
from byleave.archive.linkedin.quoting import peel, wrap
from tests.archive.export import UNKNOWN_HEADER, Quirks, Table, tables, write_export, write_table
from tests.archive.reading import Result, entry, read, read_one

if TYPE_CHECKING:
    from collections.abc import Callable

QUIRKS = {
    "plain": Quirks(layered=None, backslashes=(), preamble="none"),
    "bom": Quirks(encoding="utf-8-sig", preamble="plain"),
    "crlf": Quirks(newline="\r\n", preamble="long"),
    "windows-1252": Quirks(encoding="cp1252"),
    "spreadsheet": Quirks(encoding="cp1252", separator=";", newline="\r\n"),
    "tabs": Quirks(separator="\t"),
    "quoted": Quirks(quote_all=True, layered="ends"),
    "backslashes": Quirks(backslashes=("Comments", "messages", "Shares", "coach_messages")),
    "nested": Quirks(folder="Complete_LinkedInDataExport_07-20-2026", suffix="_123456789", clutter=True),
    "parts": Quirks(suffix="_123456789_1"),
    "upper": Quirks(rename="upper"),
    "lower": Quirks(rename="lower"),
    "blanks": Quirks(rename="blanks"),
    "underlines": Quirks(rename="underlines"),
    "blank lines": Quirks(blank_lines=True),
    "reordered": Quirks(reverse_columns=True),
}


def fields(result: Result, made: Table, quirks: Quirks) -> list[tuple[str, ...]]:
    """The fields of a table as they were read, in the order of its columns, the second layer of quotes off."""
    found = []
    for record in result.records:
        cells = [record.text(name) if name == "ShareCommentary" else cell for name, cell in pairs(record)]
        found.append(tuple(cell or "" for cell in (cells[::-1] if quirks.reverse_columns else cells)))
    return [row for row in found if len(row) == len(made.columns)]


def pairs(record: Record) -> list[tuple[str, str]]:
    """Column and cell, side by side."""
    return list(zip(record.columns, record.cells, strict=True))


def writable(made: Table, quirks: Quirks) -> Table:
    """The table without what an encoding does not have: Windows-1252 has no narrow no-break space."""
    keep: Callable[[str], str] = lambda text: text.encode(quirks.encoding, "ignore").decode(quirks.encoding)  # noqa: E731
    return Table(made.path, made.columns, tuple(tuple(map(keep, row)) for row in made.rows))


@pytest.mark.parametrize("older", [False, True], ids=["newest", "older"])
@pytest.mark.parametrize("quirk", QUIRKS)
def test_every_file_with_every_quirk(quirk: str, older: bool) -> None:  # noqa: FBT001
    """Each file on record, in each layout and written in each way, is read field by field as it was written."""
    quirks = QUIRKS[quirk]
    for on_record in tables(6, older=older):
        made = writable(on_record, quirks)

        result = read(write_export(quirks, [made])[:1])

        assert result.unreadable == []
        assert fields(result, made, quirks) == list(made.rows)
        assert {misfit for record in result.records for misfit in record.misfits} == set()


@pytest.mark.parametrize("older", [False, True], ids=["newest", "older"])
def test_columns_are_known(older: bool) -> None:  # noqa: FBT001
    """The catalogue knows every file and every column that is on record, under one name in all layouts."""
    for made in tables(older=older):
        layout = recognise(made.path)
        result = read_one(made.path, write_table(made, Quirks()))

        assert layout is not None
        if ",".join(made.columns) != UNKNOWN_HEADER:
            assert {squeeze(name) for name in made.columns if name} <= layout.known.keys()
            assert set(result.records[0].columns) <= {*layout.columns, *layout.older}
            assert not any("does not know" in note for note in result.reports[made.path].notes)


def test_whole_export() -> None:
    """A complete export with every quirk at once: rows in = rows out, and nothing is reported."""
    made = tables()
    quirks = Quirks(encoding="utf-8-sig", newline="\r\n", folder="top", suffix="_1234", clutter=True, preamble="long")

    result = read(write_export(quirks, made))

    assert result.unreadable == []
    assert len(result.records) == sum(len(one.rows) for one in made) + 2  # the two articles
    assert len({one.file for one in result.records}) > 45


TEXT = st.text(st.characters(codec="utf-8"), max_size=20) | st.text('",;\\\n\r\t ab', max_size=12)
KNOWN = [made for made in tables() if recognise(made.path) is not None]


@st.composite
def written(draw: st.DrawFn) -> tuple[Table, Quirks]:
    """A table of any text, and how it is written."""
    made = draw(st.sampled_from(KNOWN))
    row = st.tuples(*(st.just("") if not name else TEXT for name in made.columns))
    rows = draw(st.lists(row, min_size=1, max_size=4))
    quirks = Quirks(
        encoding=draw(st.sampled_from(("utf-8", "utf-8-sig"))),
        newline=draw(st.sampled_from(("\n", "\r\n"))),
        preamble=draw(st.sampled_from(("none", "quoted", "long", "plain"))),
        layered=None,
        backslashes=(),
        quote_all=draw(st.booleans()),
        blank_lines=draw(st.booleans()),
        reverse_columns=draw(st.booleans()),
    )
    # one blank cell after another is a blank line, which is no row
    assume(quirks.quote_all or all(any(cell.strip("\r\n\t ") for cell in row) for row in rows))
    return Table(made.path, made.columns, tuple(rows)), quirks


@given(written())
def test_any_text(case: tuple[Table, Quirks]) -> None:
    """Write → read is the identity for every field: any text, any file, quotes doubled as RFC 4180 says."""
    made, quirks = case

    result = read_one(made.path, write_table(made, quirks))

    cells = [record.cells[::-1] if quirks.reverse_columns else record.cells for record in result.records]
    assert result.unreadable == []
    assert cells == list(made.rows)


@given(st.lists(st.text('",\n ab\\', min_size=1, max_size=12), min_size=1, max_size=5))
def test_backslashes(texts: list[str]) -> None:
    r"""Write → read is the identity with quotes escaped by backslashes, where the text has no `\"` and no last `\`."""
    assume(not any(re.search(r'\\("|$)', text) for text in texts))
    header = ("Date", "Link", "Message")
    rows = tuple(("2026-07-20 10:25:25", "https://www.linkedin.com/a", text) for text in ['He said "x".', *texts])
    made = Table("Comments.csv", header, rows)

    result = read_one(made.path, write_table(made, Quirks(backslashes=("Comments",))))

    assert [record.cells for record in result.records] == list(rows)


WORDS = st.lists(st.text("ab ,\n", min_size=1, max_size=8), min_size=4, max_size=8)


@given(WORDS, st.data())
def test_one_broken_row(texts: list[str], data: st.DataObject) -> None:
    """A quote too many, or one too few, costs the row that it is in; every other row is read as it was written."""
    # a line of a text that is a row by itself cannot be told from one
    assume(not any(line.count(",") > 1 for text in texts for line in text.split("\n")))
    rows = [("2026-07-20 10:25:25", "https://www.linkedin.com/a", text) for text in texts]
    lines = [",".join(f'"{cell}"' for cell in row) for row in rows]
    broken = data.draw(st.integers(0, len(rows) - 1))
    line = lines[broken]
    place = data.draw(st.sampled_from([at for at, mark in enumerate(line) if mark == '"']))
    lines[broken] = line[:place] + data.draw(st.sampled_from(["", 'x"', '"x"'])) + line[place + 1 :]

    result = read_one("Comments.csv", "\n".join(["Date,Link,Message", *lines, ""]))

    read_rows = [record.cells for record in result.records]
    assert [row for row in rows[:broken] + rows[broken + 1 :] if row not in read_rows] == []
    assert len(read_rows) <= len(rows)


@given(TEXT, st.booleans())
def test_second_layer(text: str, ends: bool) -> None:  # noqa: FBT001
    """The second layer of quotes comes off as it was put on, and a text without quotes is left alone."""
    if re.search(r"[\r\n]", text) or re.search(r'"[^"]+"', text):
        layered = wrap(text, ends=ends)
        assert peel(layered) == text or ambiguous(text)
    if '"' not in text:
        assert peel(text) is None


def ambiguous(text: str) -> bool:
    """A text of one line whose quotes are in twos already, or not around words."""
    return not re.search(r"[\r\n]", text) and re.search(r'""|^[^"]*"[^"]*$', text) is not None


def test_report_of_every_file() -> None:
    """Each file of the archive has exactly one report, whether it is read, empty, unknown or clutter."""
    files = write_export(Quirks(clutter=True))
    outcomes: list[Any] = list(read_archive([entry(name, data) for name, data in files]))

    reports = [one for one in outcomes if isinstance(one, FileReport)]
    assert [one.file for one in reports] == [name for name, _ in files]
    assert {one.status for one in reports} == {"read", "empty", "unknown", "skipped"}
    assert len({layout.key for layout in LAYOUTS}) == len(LAYOUTS)

"""Files for spreadsheets: whatever stands in a cell, nothing of it is run, and nothing of it is lost."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from byleave.server.spreadsheets import cell, lines

SOURCE = Path(__file__).parents[2] / "src" / "byleave"
OTHERS = {"demo/platform.py", "server/undo_demo.py", "server/spreadsheets.py"}
"""Who writes CSV by themselves: registers of invented people, for no spreadsheet, and the one place for all."""
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CELLS = st.one_of(st.none(), st.integers(), st.text("aé=+ ,;\"'\n\r", max_size=9))
FORMULAS = st.builds("{}{}{}".format, st.text(" \u00a0", max_size=3), st.sampled_from(SIGNS), st.text(max_size=20))


@given(FORMULAS)
@example('=HYPERLINK("https://evil.example";"case")')
@example("-2+3+cmd|' /C calc'!A0")
def test_no_cell_is_a_formula(text: str) -> None:
    """Whatever begins as a formula, after blanks too, gets the sign that makes it text (OWASP, "CSV Injection")."""
    assert cell(text) == f"'{text}"


@given(st.lists(st.lists(CELLS, min_size=1), max_size=4))
def test_every_cell_is_read_back(rows: list[list[object]]) -> None:
    """Commas, quotes and line breaks stay within their cell; nothing gets lost but the sign in front."""
    read = list(csv.reader(io.StringIO("".join(lines(rows)), newline="")))

    assert read == [[cell(one) for one in row] for row in rows]
    assert all(one.removeprefix("'") == ("" if was is None else str(was)).removeprefix("'")
               for row, told in zip(rows, read, strict=True) for was, one in zip(row, told, strict=True))  # fmt: skip


@pytest.mark.parametrize("text", ["", "Ana", " Ana", "2026-01-01", "a=b", "5"])
def test_what_is_no_formula_stays(text: str) -> None:
    """Everything else is as it was."""
    assert cell(text) == text


def test_every_file_is_written_in_one_place() -> None:
    """A file that is added goes through it, too."""
    found = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if re.search(r"\bcsv\.(?:writer|DictWriter)|to_csv\(", file.read_text("utf-8"))
    }

    assert found == OTHERS

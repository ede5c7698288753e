"""The quick way of reading rows gives what the careful way gives, whatever the file says."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.archive.linkedin import rows
from byleave.archive.linkedin.lines import Lines
from byleave.archive.linkedin.rows import Shape, read_rows

if TYPE_CHECKING:
    from byleave.archive.linkedin.rows import Row

PIECES = st.sampled_from(
    ['"', '""', ",", "\n", "\r\n", "\r", "a", "b ", " ", "\t", ";", "\\", '\\"', "é", "\0", '"a"', "a,b\n"]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def read(text: str, shape: Shape) -> list[Row]:
    """Every row of a text."""
    return list(read_rows(Lines(io.BytesIO(text.encode()), "utf-8-sig"), shape))


def shape(width: int, spare: int, separator: str) -> Shape:
    """What rows have to be like; no column promises anything."""
    return Shape(separator, width, spare, backslashes=False, plausible=lambda _: None)


@given(TEXTS, st.integers(1, 4), st.integers(0, 1), st.sampled_from([",", ";", "\t"]))
def test_quick_is_careful(text: str, width: int, spare: int, separator: str) -> None:
    """Cells, lines and complaints are the same with and without the quick way."""
    asked = shape(width, spare, separator)
    quick = read(text, asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows._Quick, "row", lambda _: None)
        careful = read(text, asked)

    assert quick == careful


def test_quick_is_used() -> None:
    """A plain row, one over several lines and one with quotes are read by the quick way: else nothing is compared."""
    taken = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "_best", lambda *_: taken.append(1))
        found = read('1,2\n"a\n\nb",2\n"say ""go""",2\n', shape(2, 0, ","))

    assert [row.cells for row in found] == [("1", "2"), ("a\n\nb", "2"), ('say "go"', "2")]
    assert taken == []

"""Broken archives: whatever is done to their bytes, nothing crashes and no line is lost.

Two seconds each; with BYLEAVE_DEEP set, for as many seconds as it says (at least 60), from another seed each time.
"""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.archives import open_archive
from byleave.kernel.errors import ByleaveError
from tests.archive.export import Quirks, tables, write_export, zipped
from tests.archive.reading import collect, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEEP = os.environ.get("BYLEAVE_DEEP")
SECONDS = max(60, int(DEEP) if (DEEP or "").isdigit() else 0) if DEEP else 2
PIECES = (
    b'"',
    b'""',
    b'\\"',
    b"\\",
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xe2\x80",
    b"\xef\xbb\xbf",
    b";",
    b"\t",
)
STYLES = (
    Quirks(),
    Quirks(encoding="cp1252", newline="\r\n"),
    Quirks(quote_all=True, blank_lines=True, preamble="long"),
    Quirks(separator=";", backslashes=("Comments", "messages", "Shares")),
)


def mutate(data: bytes, draw: random.Random) -> bytes:
    """The bytes with a few of them changed, taken out, put in, doubled or cut off."""
    changed = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(changed) + 1)
        act = draw.randrange(6)
        if act == 0 and changed:
            changed[at % len(changed)] = draw.randrange(256)
        elif act == 1:
            del changed[at : at + draw.randint(1, 8)]
        elif act in (2, 3):
            changed[at:at] = draw.choice(PIECES)
        elif act == 4:
            changed[at:at] = changed[at : at + draw.randint(1, 200)]
        elif draw.random() < 0.2:
            del changed[at:]
    return bytes(changed)


def rounds() -> Iterator[random.Random]:
    """One source of chance for each round, until the time is over."""
    seed = time.time_ns() if DEEP else 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        seed += 1
        yield random.Random(seed)


def test_broken_files(tmp_path: Path) -> None:
    """Any change of a file's bytes gives records and reported rows that account for every line of it."""
    kept = tmp_path / "last"
    made = tables(6) + tables(6, older=True)
    written = {
        style: write_export(style, [table for table in made if encodable(table.rows, style)]) for style in STYLES
    }
    for draw in rounds():
        name, data = draw.choice(written[draw.choice(STYLES)])
        changed = mutate(data, draw)
        kept.write_bytes(changed)
        result = read([(name, changed)])  # checks the sums
        report = result.reports[name]
        if report.status in ("read", "empty") and not any("UTF-16" in one.why for one in result.unreadable):
            assert report.lines == lines_of(changed), name


def lines_of(data: bytes) -> int:
    """How many lines there are, counted without the reader."""
    text = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text.count(b"\n") + (not text.endswith(b"\n") and bool(text))


def encodable(rows: tuple[tuple[str, ...], ...], style: Quirks) -> bool:
    """Whether the style's encoding has every character."""
    text = "".join("".join(row) for row in rows)
    return text.encode(style.encoding, "ignore").decode(style.encoding) == text


def test_broken_zips(tmp_path: Path) -> None:
    """Any change of a zip's bytes gives an error that says what is wrong, or rows whose sums hold."""
    data = zipped(write_export(Quirks(folder="top", clutter=True)))
    path = tmp_path / "broken.zip"
    for draw in rounds():
        changed = mutate(data, draw)
        path.write_bytes(changed)
        try:
            with open_archive(path) as entries:
                collect(entries)
        except ByleaveError as error:
            told = error.message
        else:
            continue
        assert str(path) in told


@pytest.mark.parametrize(
    "text",
    ['"' * 1_000_001, ',"' * 1_000_000, '"a\n' * 100_000, '\\"' * 1_000_000, "\r" * 200_000, '"a\n"b"\n' * 50_000],
)
def test_many_quotes(text: str) -> None:
    """Files of nothing but quotes and breaks take time in proportion to their length, and no line is lost."""
    before = time.process_time()
    read([("Comments.csv", f"Date,Link,Message\n{text}".encode())])

    assert time.process_time() - before < 20  # a second or two; an hour if it grew with the square

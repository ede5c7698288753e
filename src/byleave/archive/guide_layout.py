"""A guide as lines of plain text, for a terminal."""

from __future__ import annotations

from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING

from byleave.archive.guide_charts import bars
from byleave.archive.guide_document import UNBROKEN, Chart, Listing, Paragraph, Table
from byleave.text.catalogue import Catalogue
from byleave.text.labels import label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from byleave.archive.guide_document import Block, Document

WIDTH = 80
_GAP = 2


def lines(document: Document, width: int = WIDTH) -> Iterator[str]:
    """The document as lines of at most `width` characters, but for words and addresses that are longer."""
    yield from (line.replace(UNBROKEN, " ") for line in _lines(document, width))


def _lines(document: Document, width: int) -> Iterator[str]:
    yield from _wrapped(document.title, width)
    yield from _wrapped(document.subtitle, width)
    for section in document.sections:
        yield ""
        yield section.heading
        for block in section.blocks:
            yield from _block(block, width, partial(label, Catalogue(document.language)))
    yield ""
    yield document.sources_heading
    for source in document.sources:
        yield from _hanging(f"[{source.number}]", source.text, width)
        if source.address:
            yield f"      {source.address}"
    for text in document.certainties:
        yield from _hanging("", text, width)


def _block(block: Block, width: int, captioned: Callable[[str], str]) -> Iterator[str]:
    if isinstance(block, Table):
        yield from _hanging("", captioned(block.caption), width)
    if isinstance(block, Chart):
        yield from bars(block, width)
    elif isinstance(block, Table):
        yield from _table(block, width)
    elif isinstance(block, Paragraph):
        yield from _hanging("", _text(block), width)
    else:
        yield from _listing(block, width)


def _text(paragraph: Paragraph) -> str:
    return " ".join(map(str, paragraph.spans))


def _listing(block: Listing, width: int) -> Iterator[str]:
    if block.heading is not None:
        yield from _hanging("", str(block.heading), width)
    inner = "  " if block.heading is not None else ""
    for number, point in enumerate(block.points, start=1):
        yield from _hanging(f"{inner}{number}." if block.ordered else f"{inner}-", _text(point), width)


def _hanging(mark: str, text: str, width: int) -> Iterator[str]:
    """Text behind a mark, indented by two; what follows stands below its beginning."""
    first = f"  {mark} " if mark else "  "
    yield from wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _table(table: Table, width: int) -> Iterator[str]:
    """A table; where it is too wide, the first column goes on below itself."""
    rows = (table.header, *table.rows)
    widths = [max(len(row[column]) for row in rows) for column in range(1, len(table.header))]
    first = min(width - 4 - sum(widths) - _GAP * len(widths), max(len(row[0]) for row in rows))
    for row in rows:
        head, *rest = wrap(row[0], first, break_long_words=False) or [""]
        cells = "".join(f"{' ' * _GAP}{cell:<{size}}" for cell, size in zip(row[1:], widths, strict=True))
        yield f"    {head:<{first}}{cells}".rstrip()
        yield from (f"    {line}" for line in rest)

"""Charts: as SVG that needs nothing else, and as bars of characters. The numbers stand beside them in a table."""

from __future__ import annotations

from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from byleave.archive.guide_document import Chart

_WIDTH = 400
"""Of the drawing in units of its own; text of 11 units can be read when it is drawn 340 pixels wide."""
_ROW, _BAR, _LEGEND = 34, 12, 18
_HEIGHT, _AXIS = 130, 18
_LABEL = 58
"""Characters of a label that fit above a bar; the table has the whole."""
_LETTER = 7
"""How wide a letter is, at most on average."""
_MOST_YEARS = 9
"""Labels that fit below the columns."""
_SHADES = "█▓▒░"
_CELLS = 24


def svg(chart: Chart) -> str:
    """The chart as an SVG element; a reader of screens is told its summary."""
    drawn, height = _columns(chart) if chart.upright else _bars(chart)
    legend = "".join(_legend(chart.header[1:], height + _LEGEND))
    whole = height + _LEGEND * (len(chart.header) - 1) + _LEGEND // 2
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {whole}" aria-label="{escape(chart.summary)}">\n{drawn}{legend}</svg>'
    )


def _legend(names: Sequence[str], top: int) -> Iterator[str]:
    for number, name in enumerate(names):
        y = top + number * _LEGEND
        yield f'<rect class="shade-{number + 1}" x="1" y="{y - 9}" width="11" height="11"/>'
        yield f'<text x="18" y="{y}">{escape(_cut(name))}</text>\n'


def _bars(chart: Chart) -> tuple[str, int]:
    """One bar for each row, all of one length, split by the row's shares."""
    parts = []
    for number, (row, values) in enumerate(zip(chart.rows, chart.values, strict=True)):
        top = number * _ROW
        total = sum(values)
        parts.append(f'<text x="0" y="{top + 12}">{escape(_cut(row[0]))}</text>')
        x = 1.0
        for shade, value in enumerate(values, start=1):
            size = (_WIDTH - 2) * value / total if total else 0
            if value:
                parts.append(_rect(shade, x, top + 17, size, _BAR))
            x += size
        parts.append("\n")
    return "".join(parts), len(chart.rows) * _ROW


def _columns(chart: Chart) -> tuple[str, int]:
    """One column for each row, stacked, with the marks across them."""
    parts = []
    most = max((sum(values) for values in chart.values), default=0) or 1
    step = _WIDTH / max(1, len(chart.rows))
    top = _LEGEND * len(chart.marks) + _LEGEND // 2
    bottom = top + _HEIGHT
    named = _named(len(chart.rows))
    for number, (row, values) in enumerate(zip(chart.rows, chart.values, strict=True)):
        y = float(bottom)
        for shade, value in enumerate(values, start=1):
            size = (bottom - top) * value / most
            y -= size
            if value:
                parts.append(_rect(shade, number * step + step * 0.15, y, step * 0.7, size))
        if number in named:
            parts.append(_below(row[0], number * step + step / 2, bottom + 13))
    parts.append(f'<line class="axis" x1="0" y1="{bottom}" x2="{_WIDTH}" y2="{bottom}"/>\n')
    for number, mark in enumerate(chart.marks, start=1):
        x = min(_WIDTH - 1.0, mark.at * step)
        anchor = ' text-anchor="end"' if x > _WIDTH / 2 else ""
        y = number * _LEGEND
        parts.append(f'<line class="day" x1="{_n(x)}" y1="{y - 8}" x2="{_n(x)}" y2="{bottom}"/>')
        parts.append(f'<text x="{_n(x + (-4 if anchor else 4))}" y="{y}"{anchor}>{escape(mark.text)}</text>\n')
    return "".join(parts), bottom + _AXIS


def _named(count: int) -> set[int]:
    """The columns that have their name below them: evenly spaced, and the last."""
    every = -(-count // _MOST_YEARS) or 1
    return {number for number in range(0, count, every) if count - 1 - number >= every} | {count - 1}


def _below(text: str, x: float, y: int) -> str:
    """A name below the middle of its column that does not leave the drawing."""
    half = _LETTER * len(text) / 2
    x = min(max(x, half), _WIDTH - half)
    return f'<text x="{_n(x)}" y="{y}" text-anchor="middle">{escape(text)}</text>\n'


def _rect(shade: int, x: float, y: float, width: float, height: float) -> str:
    """A part that is there can be seen, however small its share."""
    return (
        f'<rect class="shade-{shade}" x="{_n(x)}" y="{_n(y)}" '
        f'width="{_n(max(width, 1.5))}" height="{_n(max(height, 1.5))}"/>'
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _cut(text: str) -> str:
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}…"


def bars(chart: Chart, width: int) -> Iterator[str]:
    """The chart as lines of characters: each row's name, its bar and its total, then what the shades mean."""
    label = width - 4 - _CELLS - 2 - 9
    for row, values, total in zip(chart.rows, chart.values, chart.totals, strict=True):
        head, *rest = wrap(row[0], label, break_long_words=False) or [""]
        yield f"    {head:<{label}}  {_shaded(values):<{_CELLS}}{total:>9}"
        yield from (f"      {line}" for line in rest)
    told = zip(_SHADES, chart.header[1:], strict=False)
    yield from (f"    {shade} {name}" for shade, name in told)


def _shaded(values: Sequence[int]) -> str:
    """Shares as characters; every share that is there has at least one."""
    total = sum(values)
    if not total:
        return ""
    sizes = [max(1, round(_CELLS * value / total)) if value else 0 for value in values]
    sizes[sizes.index(max(sizes))] += _CELLS - sum(sizes)
    return "".join(shade * size for shade, size in zip(_SHADES, sizes, strict=False))

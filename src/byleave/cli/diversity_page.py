"""How alike the texts of a corpus are, as a page: a chart for each measure, and the same numbers as a table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from byleave.adapters.sameness import Sameness
    from byleave.learn.sameness import Period

    Measure = Callable[[Period], float | None]

WIDTH, HEIGHT, EDGE = 640, 180, 34
_STYLE = """
body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1d2330;background:#fff}
svg{max-inline-size:100%;block-size:auto}table{border-collapse:collapse;font-size:.9rem}td,th{padding:.25rem .75rem;
border-block-end:1px solid #ccd;text-align:end}td:first-child,th:first-child,td:nth-child(2){text-align:start}
.all{stroke:#5a6475;stroke-dasharray:6 4}.in{stroke:#0b6e5f}
path{fill:none;stroke-width:2.5}text{font-size:12px;fill:#1d2330}
.axis{stroke:#ccd;stroke-width:1}
@media(prefers-color-scheme:dark){body{background:#12161d;color:#e8ecf3}
text{fill:#e8ecf3}.all{stroke:#aab4c5}.in{stroke:#5fd0bd}}
"""
_MEASURES: tuple[tuple[str, Measure], ...] = (
    ("Written by AI, share of items", lambda one: one.ai_written / one.items),
    ("Different words among 50 in a row", lambda one: one.different),
    ("Almost like an earlier text, share of items", lambda one: one.near_copies / one.items),
)


def page(found: Sameness) -> str:
    """The page: it needs nothing from elsewhere."""
    return "".join(_parts(found))


def _parts(found: Sameness) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>How alike the texts are</title>'
    yield f"<style>{_STYLE}</style>\n"
    yield "<h1>How alike the texts are</h1>\n"
    yield "<p>The broken line is all items with a text, the whole line those that are let in.</p>\n"
    for title, value in _MEASURES:
        yield f"<h2>{escape(title)}</h2>\n{_chart(title, value, found)}\n"
    yield "<h2>The numbers</h2>\n<table><tr>"
    yield "".join(f'<th scope="col">{name}</th>' for name in ("Period", "Which", "Items", "By AI", "Words", "Copies"))
    after = {one.period: one for one in found.after}
    for one in found.before:
        yield f"</tr>\n<tr>{_cells('all', one)}"
        if one.period in after:
            yield f"</tr>\n<tr>{_cells('let in', after[one.period])}"
    yield "</tr></table></html>\n"


def _cells(which: str, one: Period) -> str:
    words = f"{one.different:.3f}" if one.different is not None else "\u2013"
    shares = (f"{100 * count / one.items:.1f} %" for count in (one.ai_written, one.near_copies))
    by_ai, copies = shares
    return "".join(f"<td>{escape(text)}</td>" for text in (one.period, which, f"{one.items:,}", by_ai, words, copies))


def _chart(title: str, value: Measure, found: Sameness) -> str:
    """One chart as SVG; what it shows is told in words, too."""
    names = [one.period for one in found.before]
    values = [told for one in (*found.before, *found.after) if (told := value(one)) is not None]
    top = max([*values, 0.01])
    words = f"{title}: {_told('all items', found.before, value)}; {_told('let in', found.after, value)}."
    lines = "".join(
        f'<path class="{name}" d="{_path(periods, value, names, top)}"/>'
        for name, periods in (("all", found.before), ("in", found.after))
    )
    base = HEIGHT - EDGE
    marks = f'<text x="0" y="14">{top:.2f}</text><text x="{EDGE}" y="{HEIGHT - 8}">{escape(names[0])}</text>'
    end = f'<text x="{WIDTH}" y="{HEIGHT - 8}" text-anchor="end">{escape(names[-1])}</text>'
    axis = f'<line class="axis" x1="{EDGE}" y1="{base}" x2="{WIDTH}" y2="{base}"/>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{escape(words)}</title>{axis}{lines}{marks}{end}</svg>'
    )


def _told(name: str, periods: Sequence[Period], value: Measure) -> str:
    known = [told for one in periods if (told := value(one)) is not None]
    return f"{name} from {known[0]:.2f} to {known[-1]:.2f}" if known else f"{name} not known"


def _path(periods: Sequence[Period], value: Measure, names: Sequence[str], top: float) -> str:
    step, base = (WIDTH - EDGE) / max(1, len(names) - 1), HEIGHT - EDGE
    places = {name: EDGE + number * step for number, name in enumerate(names)}
    points = [
        f"{places[one.period]:.1f},{base - told / top * (base - 16):.1f}"
        for one in periods
        if (told := value(one)) is not None
    ]
    return f"M{' L'.join(points)}" if points else ""

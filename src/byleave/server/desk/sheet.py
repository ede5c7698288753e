"""Pages of numbers: sections of tables, some of which are drawn as well, with the same words for the same things."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from byleave.archive.guide_charts import svg
from byleave.server.ui.voice import catalogue, plainly, safe, say
from byleave.text.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.archive.guide_document import Chart

HOUR, DAY = 3_600, 86_400


class Cell(NamedTuple):
    """One cell of a table."""

    text: str
    to: str = ""
    """Where it leads."""
    tone: str | None = None
    """Class of a tag around it; None: no tag."""


class Grid(NamedTuple):
    """A table: the first cell of a row names it."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numbers: frozenset[int] = frozenset()
    """Columns that hold numbers."""


class Section(NamedTuple):
    """A heading with what stands below it."""

    heading: str
    text: str = ""
    grid: Grid | None = None
    drawing: str = ""
    """The table's chart as markup; a reader of screens is told its summary."""


def drawn(chart: Chart) -> str:
    """A chart as markup; every text in it is escaped."""
    return safe(svg(chart))


def number(value: int) -> Cell:
    """A number in a cell."""
    return Cell(number_text(catalogue(), value))


def share(part: int, whole: int) -> str:
    """A share in percent with one decimal; nothing of nothing is not known."""
    if whole <= 0:
        return say("sheet-unknown")
    text = f"{100 * part / whole:.1f}"
    told = catalogue()
    return say("sheet-percent", number=text if told.language == "en" else text.replace(".", ","))


def plain_share(part: int, whole: int) -> str:
    """The same as plain text."""
    if whole <= 0:
        return plainly("sheet-unknown")
    text = f"{100 * part / whole:.1f}"
    return plainly("sheet-percent", number=text if catalogue().language == "en" else text.replace(".", ","))


def duration(seconds: float) -> str:
    """A length of time in the unit that fits."""
    if seconds >= 2 * DAY:
        return say("sheet-days", days=round(seconds / DAY))
    if seconds >= 2 * HOUR:
        return say("sheet-hours", hours=round(seconds / HOUR))
    return say("sheet-minutes", minutes=max(1, round(seconds / 60)))

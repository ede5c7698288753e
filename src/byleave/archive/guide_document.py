"""A guide in words: sections of paragraphs, lists and tables, with numbered sources; terminal and page lay it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from byleave.text.explanation import SourceText


UNBROKEN = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Reference:
    """The number of a source, and how sure it makes what it stands beside."""

    number: int
    certainty: str
    unsure: str = ""
    """Words for a certainty that is none; empty for A and B."""

    def __str__(self) -> str:
        """Such as `[3 A]` or `[4 C, not certain]`; it stays on one line."""
        told = (
            f"[{self.number} {self.certainty}, {self.unsure}]" if self.unsure else f"[{self.number} {self.certainty}]"
        )
        return told.replace(" ", UNBROKEN)


@dataclass(frozen=True, slots=True)
class Span:
    """Some words with their source; `language` where it is not that of the document."""

    text: str
    reference: Reference | None = None
    language: str | None = None
    end: str = ""
    """What stands after the mark, such as the `;` of a list."""

    def __str__(self) -> str:
        """The words and the mark of their source."""
        return f"{self.text} {self.reference}{self.end}" if self.reference else f"{self.text}{self.end}"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Spans one after the other."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Points, under a heading where it has one; steps where the order matters."""

    points: tuple[Paragraph, ...]
    heading: Span | None = None
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, a header and rows; the first cell of a row names it."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on the axis of a chart: how many rows from its beginning, and what happened."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart(Table):
    """A table that is drawn as well; whoever cannot see the drawing reads the table."""

    values: tuple[tuple[int, ...], ...] = ()
    """For each row the number in each column after the first."""
    totals: tuple[str, ...] = ()
    """For each row the sum as it is told."""
    summary: str = ""
    """What the drawing shows, in a sentence."""
    upright: bool = False
    """Columns side by side, on one scale; else bars of one length, each split by its shares."""
    marks: tuple[Mark, ...] = ()


Block = Paragraph | Listing | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    name: str
    heading: str
    blocks: tuple[Block, ...]


class CitedSource(NamedTuple):
    """A source in the list at the end."""

    number: int
    text: str
    address: str | None
    foreign: tuple[str, ...] = ()
    """What of the text is in English, in this order, where the document is not."""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole guide in one language."""

    language: str
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    sources_heading: str
    sources: tuple[CitedSource, ...]
    certainties: tuple[str, ...]


@dataclass(slots=True)
class Numbering:
    """Gives every source the number under which it stands at the end."""

    unsure: dict[str, str]
    """Certainty → words, for those that are none."""
    sources: dict[tuple[str, str], SourceText] = field(default_factory=dict)

    def refer(self, source: SourceText) -> Reference:
        """The number of a source, a new one where it was not cited before."""
        key = (source.name, source.title)
        self.sources.setdefault(key, source)
        number = list(self.sources).index(key) + 1
        return Reference(number, source.certainty, self.unsure.get(source.certainty, ""))

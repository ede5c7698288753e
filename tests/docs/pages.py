"""The pages of the documentation as data: their blocks of code, tables, headings and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"

_FENCE = re.compile(r"^```([^`]*)$")
_HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*$")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
_CODE = re.compile(r"`[^`]*`")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: what stands after the fence, its lines, and the line in the page on which they begin, from 0."""

    info: str
    lines: tuple[str, ...]
    start: int

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "".join(f"{line}\n" for line in self.lines)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the headings that it stands under, its column names, and its rows by them."""

    under: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


def every_page() -> list[Path]:
    """README, changelog and every page under docs/."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def name_of(page: Path) -> str:
    """The page by its path from the root."""
    return page.relative_to(ROOT).as_posix()


@cache
def text_of(page: Path) -> str:
    """The whole page."""
    return page.read_text(encoding="utf-8")


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    info, start = "", -1
    kept: list[str] = []
    for number, line in enumerate(text.splitlines()):
        fence = _FENCE.match(line)
        if fence and start < 0:
            info, start, kept = fence[1].strip(), number + 1, []
        elif fence:
            yield Block(info, tuple(kept), start)
            start = -1
        elif start >= 0:
            kept.append(line)


def prose(text: str) -> str:
    """A page without its fenced blocks, line for line."""
    lines = text.splitlines()
    for block in blocks(text):
        for number in range(block.start, block.start + len(block.lines)):
            lines[number] = ""
    return "\n".join(lines)


def headings(text: str) -> list[tuple[int, str]]:
    """Depth and words of every heading."""
    return [(len(found[1]), found[2]) for line in prose(text).splitlines() if (found := _HEADING.match(line))]


def anchors(text: str) -> set[str]:
    """What a link after `#` may name on the page, as GitHub makes it from the headings."""
    found: set[str] = set()
    for _, words in headings(text):
        plain = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        number = sum(name == plain or name.startswith(f"{plain}-") for name in found)
        found.add(f"{plain}-{number}" if plain in found else plain)
    return found


def links(text: str) -> list[str]:
    """The targets of the links of a page, those inside code left out."""
    return _LINK.findall(_CODE.sub("", prose(text)))


def tables(text: str) -> Iterator[Table]:
    """The tables of a page, each with the headings above it."""
    under: list[str] = []
    lines = prose(text).splitlines()
    number = 0
    while number < len(lines):
        heading = _HEADING.match(lines[number])
        if heading:
            under = [*under[: len(heading[1]) - 1], heading[2]]
        elif lines[number].startswith("|") and number + 1 < len(lines) and re.match(r"^\|[ :|-]+$", lines[number + 1]):
            columns, rows = _cells(lines[number]), []
            number += 2
            while number < len(lines) and lines[number].startswith("|"):
                rows.append(dict(zip(columns, _cells(lines[number]), strict=True)))
                number += 1
            yield Table(tuple(under), tuple(columns), tuple(rows))
            continue
        number += 1


def _cells(line: str) -> list[str]:
    bare = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", bare)]


def coded(text: str) -> set[str]:
    """Everything that stands between backticks."""
    return {found.strip("`") for found in _CODE.findall(prose(text))}


def grade(text: str) -> float:
    """The school year that can read a page's sentences, by Flesch and Kincaid; tables and code are left out.

    Source: J. P. Kincaid and others, Derivation of new readability formulas, 1975. Syllables are groups of vowels.
    """
    plain = re.sub(r"^(\|.*|#.*)$|<!--.*?-->", "", prose(text), flags=re.MULTILINE)
    plain = _CODE.sub("it", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", plain))
    sentences = [
        one for one in re.split(r"[.!?:]\s|\n\s*\n|^- ", plain, flags=re.MULTILINE) if re.search(r"[A-Za-z]", one)
    ]
    words = re.findall(r"[A-Za-z']+", plain)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", word.lower().removesuffix("e")))) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59

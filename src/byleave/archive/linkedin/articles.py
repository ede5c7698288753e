"""Articles: one HTML page each, with a title, a link to the article, its words, and no date.

Only words are taken; styles, scripts, comments and markup are passed over. The page
is cut at its angle brackets in one pass, so that no page takes longer than its length.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

_TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\f\v]+")
_SILENT = ("style", "script")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "br",
        "div",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "tr",
        "ul",
    ]
)


@dataclass(slots=True)
class _Page:
    """What has been read of a page."""

    title: list[str] = field(default_factory=list)
    heading: list[str] = field(default_factory=list)
    link: str = ""
    body: list[str] = field(default_factory=list)
    inside: set[str] = field(default_factory=set)
    unclosed: bool = False

    def words(self, text: str) -> None:
        """Put text where it belongs."""
        if "title" in self.inside:
            self.title.append(text)
        elif "h1" in self.inside:
            self.heading.append(text)
        else:
            self.body.append(text)


def read_article(page: str) -> tuple[tuple[str, str, str] | None, str | None]:
    """Title, link and text of a page, or None; and why it is none, or is not whole."""
    read = _Page()
    position = 0
    while position < len(page):
        start = page.find("<", position)
        read.words(page[position : start if start >= 0 else len(page)])
        if start < 0:
            break
        position = _markup(page, start, read)
    title, text = _tidy(read.heading) or _tidy(read.title), _tidy(read.body)
    if read.unclosed:
        return None, "the page ends inside of its markup"
    if not title and not text:
        return None, "a page without title and words"
    return (title, read.link, text), None


def _markup(page: str, start: int, read: _Page) -> int:
    """Pass over what begins at an angle bracket; the position after it."""
    if page.startswith("<!--", start):
        return _after(page, "-->", start + 4, read)
    name = _TAG_NAME.match(page, start)
    if name is None:
        if page.startswith(("<!", "<?"), start):
            return _after(page, ">", start, read)
        read.words("<")
        return start + 1
    end = _after(page, ">", start, read)
    tag = name[1].lower()
    if page.startswith("</", start):
        read.inside.discard(tag)
    elif tag in _SILENT:
        closing = re.compile(f"</{tag}", re.IGNORECASE).search(page, end)
        read.unclosed = read.unclosed or closing is None
        return closing.start() if closing else len(page)
    else:
        read.inside.add(tag)
        _take_link(page[start:end], tag, read)
    if tag in _BLOCKS:
        read.words("\n")
    return end


def _take_link(tag: str, name: str, read: _Page) -> None:
    if name == "a" and "h1" in read.inside and not read.link and (match := _HREF.search(tag)):
        read.link = html.unescape(match[1] or match[2] or match[3] or "").strip()


def _after(page: str, mark: str, start: int, read: _Page) -> int:
    end = page.find(mark, start)
    if end < 0:
        read.unclosed = True
        return len(page)
    return end + len(mark)


def _tidy(pieces: list[str]) -> str:
    """Text with its entities read, blanks drawn together and empty lines left out."""
    text = _BLANKS.sub(" ", html.unescape("".join(pieces)))
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())

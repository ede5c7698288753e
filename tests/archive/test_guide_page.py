"""A guide as people read it: on a terminal, as a page, and as JSON with stable names."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from byleave.archive.guide import make_guide
from byleave.archive.guide_document import UNBROKEN, Listing, Paragraph, Table
from byleave.archive.guide_layout import WIDTH, lines
from byleave.archive.guide_model import Person
from byleave.archive.guide_page import page
from byleave.archive.guide_words import tell
from byleave.policy.loader import parse_pack
from byleave.text.catalogue import LANGUAGES
from tests.archive.guides import ARTICLE, BEFORE, COUNTRIES, NEWEST, NOW, PACKS, told
from tests.policy.small_pack import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.archive.guide_document import Block
    from byleave.archive.guide_model import Guide

GOLDEN = Path(__file__).parents[1] / "golden" / "guide"
WRITE = os.environ.get("BYLEAVE_GOLDEN") == "write"
WINTER = date(2025, 12, 1)
EXAMPLES = {
    "DE": told("DE"),
    "DE-before-the-article": told("DE", pack=ARTICLE, today=BEFORE),
    "DE-late-by-the-article": told("DE", pack=ARTICLE, off=WINTER),
    "GB-switched-off-late": told("GB", off=WINTER),
    "CA-young": told("CA", born=date(2010, 5, 1)),
    "CN": told("CN"),
    "US": told("US"),
    "no-country": told(None),
}
NAMES = "names.json"


def compare(file: Path, text: str) -> None:
    """Compare with the golden file; `BYLEAVE_GOLDEN=write` writes it anew."""
    if WRITE:
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def printed(guide: Guide, language: str) -> str:
    """What the terminal shows."""
    return "".join(f"{line}\n" for line in lines(tell(guide, language)))


def names(value: Any, at: str = "") -> Iterator[str]:
    """Every path of names in a JSON value; values of a statement go by what the statement needs."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from names(inner, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for inner in value:
            yield from names(inner, f"{at}[]")
    else:
        yield at


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_golden(name: str, language: str) -> None:
    """M5-M10: what people read, in each language, is what was reviewed."""
    compare(GOLDEN / f"{name}.{language}.txt", printed(EXAMPLES[name], language))


def test_names_in_json() -> None:
    """M17: the names in the JSON are stable; it holds nothing but JSON values."""
    found = {name for guide in EXAMPLES.values() for name in names(json.loads(json.dumps(guide.as_json())))}

    compare(GOLDEN / NAMES, json.dumps(sorted(found), indent=1) + "\n")


def test_no_golden_file_is_left_over() -> None:
    """M5: every golden file belongs to an example."""
    expected = {f"{name}.{language}.txt" for name in EXAMPLES for language in LANGUAGES}

    assert {file.name for file in GOLDEN.iterdir()} == {*expected, NAMES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_fit(language: str) -> None:
    """M9: nothing is wider than a terminal but an address, and no mark of a source is torn apart."""
    for guide in EXAMPLES.values():
        text = printed(guide, language)
        assert not [line for line in text.splitlines() if len(line) > WIDTH and "https://" not in line]
        assert not re.search(r"\[\d+$", text, re.MULTILINE)
        assert UNBROKEN not in text


class Reader(HTMLParser):
    """Reads a page: tags in order, ids, addresses, and whether every tag is closed."""

    VOID = frozenset({"meta", "br", "link", "img", "input", "hr"})

    def __init__(self, text: str) -> None:
        """Read the whole text."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the last tag, which has this name."""
        assert self.open.pop() == tag

    def values(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [value for _, attributes in self.tags if (value := attributes.get(name)) is not None]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", COUNTRIES)
def test_page_stands_alone(country: str | None, language: str) -> None:
    """M15: the page has no script and loads nothing; every address in it is one that a person may choose to follow."""
    text = page(tell(told(country), language))
    read = Reader(text)

    assert read.open == []
    assert not {tag for tag, _ in read.tags} & {"script", "link", "img", "iframe", "form", "object", "embed", "base"}
    assert read.values("src") == []
    assert not re.search(r"url\(|@import|\son\w+=", text)
    assert all(address.startswith(("https://", "#source-")) for address in read.values("href"))


@pytest.mark.parametrize("pack", PACKS)
def test_page_can_be_read_by_everybody(pack: str) -> None:
    """M15: language, one title, headings in order, unique ids, marks that lead somewhere, tables with headers."""
    read = Reader(page(tell(told("GB", pack=pack, off=WINTER), "de")))
    headings = [int(tag[1]) for tag, _ in read.tags if re.fullmatch("h[1-6]", tag)]
    ids, targets = read.values("id"), {address[1:] for address in read.values("href") if address.startswith("#")}

    assert read.tags[0] == ("html", {"lang": "de"})
    assert headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(headings))
    assert len(set(ids)) == len(ids)
    assert targets <= set(ids)
    assert set(read.values("aria-labelledby")) <= set(ids)
    assert {attributes.get("scope") for tag, attributes in read.tags if tag == "th"} == {"col", "row"}
    assert "viewport" in read.values("name")


def test_page_says_what_the_terminal_says() -> None:
    """M15: both surfaces hold the same words; neither keeps anything back."""
    document = tell(EXAMPLES["GB-switched-off-late"], "en")
    on_page = squeezed(" ".join(Words(page(document)).found))

    for section in document.sections:
        told = [section.heading, *(text for block in section.blocks for text in texts(block))]
        assert not [text for text in told if squeezed(text) not in on_page]
    for source in document.sources:
        assert squeezed(source.text) in on_page
        assert source.address is None or squeezed(source.address) in on_page


class Foreign(HTMLParser):
    """The words of a page that are marked as English, and those that are not."""

    def __init__(self, text: str) -> None:
        """Read the whole text."""
        super().__init__()
        self.marked: list[str] = []
        self.others: list[str] = []
        self._into = self.others
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See where a mark begins."""
        if tag == "span" and ("lang", "en") in attrs:
            self._into = self.marked

    def handle_endtag(self, tag: str) -> None:
        """See where it ends."""
        if tag == "span":
            self._into = self.others

    def handle_data(self, data: str) -> None:
        """Note some words."""
        self._into.append(data)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_what_is_in_english_is_marked_as_english(language: str) -> None:
    """M15: a screen reader reads titles of English sources in English; what we say of a source is in the language."""
    told_so = tell(told("DE"), language)
    found = Foreign(page(told_so))

    assert "LinkedIn User Agreement, effective 3 November 2025" in found.marked
    assert not [one for one in found.others if re.search(r"effective \d|help page|User Agreement", one)]
    assert not [one for one in found.marked + found.others if re.search(r"read on that day|kept by|quoting", one)]
    assert Foreign(page(tell(told("DE"), "en"))).marked == []


@pytest.mark.parametrize("language", ["de", "fr"])
def test_words_of_a_pack_are_quoted_in_their_language(language: str) -> None:
    """M15: what a pack says in English alone is a quotation, and the words that say so are in the reader's language."""
    remark = "Only since spring"
    pack = parse_pack(SMALL, "small.yaml")
    pack = pack.model_copy(update={"opt_out": pack.opt_out.model_copy(update={"note": remark})})
    found = Foreign(page(tell(make_guide(pack, Person("DE"), NOW), language)))
    named = {"de": "(im Wortlaut der Quelle, auf Englisch)", "fr": "(dans les mots de la source, en anglais)"}
    marks = {"de": "„{}“", "fr": "«\u00a0{}\u00a0»"}

    assert marks[language].format(remark) in found.marked
    assert "Posts" in found.marked
    assert named[language] in " ".join(found.others)


def test_remarks_of_the_recommended_pack_are_for_its_authors() -> None:
    """M15: a guide by the recommended pack is in one language, and says nothing that is meant for who writes packs."""
    guide = told("DE", pack="byleave@1")
    german = Foreign(page(tell(guide, "de")))

    assert "strictest" not in printed(guide, "en")
    assert set(german.marked) <= {"byleave recommended policy", "byleave"}
    assert "Jedes Land" in printed(guide, "de")


def squeezed(text: str) -> str:
    """The text without blanks, so that only its words and marks count."""
    return "".join(text.split())


def texts(block: Block) -> Iterator[str]:
    """Every piece of text in a block."""
    if isinstance(block, Table):
        yield from (block.caption, *block.header, *(cell for row in block.rows for cell in row))
        return
    points = (block,) if isinstance(block, Paragraph) else block.points
    heading = block.heading if isinstance(block, Listing) else None
    yield from (str(span) for span in (heading, *(span for point in points for span in point.spans)) if span)


class Words(HTMLParser):
    """The words of a page."""

    def __init__(self, text: str) -> None:
        """Read the whole text."""
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_data(self, data: str) -> None:
        """Note some words."""
        self.found.append(data.strip())


def test_words_of_a_pack_cannot_become_tags() -> None:
    """M19: somebody else's pack is text and nothing else, on the page and on a terminal."""
    evil = parse_pack(
        SMALL.replace("platform: Somewhere", "platform: <script>alert(1)</script>")
        .replace("title: Posts", 'title: "\\e[31m<img src=x>"')
        .replace("https://example.org/form", "javascript:alert(1)"),
        "evil.yaml",
    )
    document = tell(make_guide(evil, Person("DE"), NOW), "en")
    text = page(document)

    assert "<script" not in text
    assert "<img" not in text
    assert not [one for one in Reader(text).values("href") if one.startswith("javascript")]
    assert "\x1b" not in "".join(lines(document))


def test_a_pack_of_ones_own() -> None:
    """M19: any platform's rules make a guide; what the pack does not say is not made up."""
    guide = make_guide(parse_pack(SMALL, "small.yaml"), Person("DE"), NOW)
    text = printed(guide, "en")

    assert "Somewhere: AI training with what you share" in text
    assert [one.device for one in guide.steps] == []
    assert "linkedin" not in text.casefold()


def test_newest_pack_is_told_by_default() -> None:
    """M19: the examples go by the newest pack; a new version shows here first."""
    assert EXAMPLES["DE"].pack == NEWEST

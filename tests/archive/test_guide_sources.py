"""No sentence about a platform goes without its source and date; what is not certain says so."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from byleave.archive import guide_messages as messages
from byleave.archive.guide_document import Listing, Paragraph, Section, Span, Table
from byleave.archive.guide_model import Fact, Quote, Remark
from byleave.archive.guide_notes import parse_notes
from byleave.archive.guide_words import tell
from byleave.kernel.errors import PackError
from byleave.text.catalogue import LANGUAGES, SOURCE_LANGUAGE, Catalogue
from byleave.text.reasons import REASONS
from tests.archive.guides import ARTICLE, BEFORE, COUNTRIES, NEWEST, NOW, PACKS, load_pack, notes_on, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.archive.guide_document import Block, Document
    from byleave.archive.guide_model import Guide, Line

PEOPLE = [
    (country, pack, today, off, born)
    for country in COUNTRIES
    for pack in PACKS
    for today in (NOW, BEFORE)
    for off in (None, date(2025, 10, 1))
    for born in (None, date(2010, 5, 1))
    if country or not (off or born)
]
TRANSLATED = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
LINES = ("applies", "reach", "switch", "limits", "objection", "evidence", "not_established")
OWN_TABLES = (messages.REMARKS, messages.ALL_THE_SAME, REASONS)
OWN = (messages.APPLIED, messages.DAY_COUNTS)


def guides() -> Iterator[Guide]:
    """A guide for everybody in `PEOPLE`."""
    for country, pack, today, off, born in PEOPLE:
        yield told(country, pack=pack, today=today, off=off, born=born)


def lines(guide: Guide) -> list[Line]:
    """Everything that a guide states in sentences."""
    return [line for name in LINES for line in getattr(guide, name)]


def own_words(language: str) -> re.Pattern[str]:
    """What a guide says of itself: messages that are not about a platform, with anything in their places."""
    texts = [*OWN, messages.GROUP_WITHOUT, *(text for table in OWN_TABLES for text in table.values())]
    said = (Catalogue(language)._translations.gettext(text) for text in texts)
    return re.compile("|".join(re.sub(r"\\\{\w+\\\}", ".+", re.escape(text)) for text in said))


def unsourced(document: Document) -> list[str]:
    """Every point or paragraph that cites nothing and is not the guide speaking of itself."""
    own = own_words(document.language)
    blocks = [block for section in document.sections for block in section.blocks]
    return [text for block in blocks for text in _unsourced(block) if not own.fullmatch(text)]


def _unsourced(block: Block) -> Iterator[str]:
    if isinstance(block, Table):
        return
    if isinstance(block, Paragraph):
        points: tuple[Paragraph, ...] = (block,)
    elif block.heading is not None and block.heading.reference is not None:
        return
    else:
        points = block.points
    for point in points:
        if not any(span.reference for span in point.spans):
            yield " ".join(span.text for span in point.spans)


def test_every_statement_has_its_source() -> None:
    """M19: each fact and quotation carries title, publisher, date and certainty, for everybody and under every pack."""
    stated = [line for guide in guides() for line in lines(guide) if not isinstance(line, Remark)]

    assert len(stated) > 1000
    assert all(line.source.title and line.source.publisher and line.source.published for line in stated)
    assert {line.source.certainty for line in stated} == {"A", "B", "C", "?"}


def test_every_statement_has_its_message() -> None:
    """M19: a fact is told with a fact's words and a remark with a remark's, so that neither passes for the other."""
    every = [line for guide in guides() for line in lines(guide)]

    assert {line.statement.code for line in every if isinstance(line, Fact)} <= set(messages.FACTS)
    assert {line.statement.code for line in every if isinstance(line, Remark)} <= set(messages.REMARKS)
    assert not set(messages.FACTS) & set(messages.REMARKS)


def test_remarks_speak_of_no_platform() -> None:
    """M19: what needs no source says nothing about a platform or about another company."""
    texts = [*messages.REMARKS.values(), *OWN]

    assert not [text for text in texts if re.search(r"\{platform\}|\{recipient\}|LinkedIn|Microsoft", text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_in_words_goes_without_its_source(language: str) -> None:
    """M19: in what people read, every sentence about the platform has a mark that leads to a source with its date."""
    for guide in guides():
        document = tell(guide, language)
        assert unsourced(document) == []
        assert all(re.search(r"\d{4}$", one.text) for one in document.sources)
        cited = set(_references(document))
        assert cited == {one.number for one in document.sources}


def _references(document: Document) -> Iterator[int]:
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                continue
            points = (block,) if isinstance(block, Paragraph) else block.points
            heading = block.heading if isinstance(block, Listing) else None
            spans = [heading, *(span for point in points for span in point.spans)]
            yield from (span.reference.number for span in spans if span and span.reference)


def test_an_unsourced_sentence_is_found() -> None:
    """The test above fails on a sentence about a platform without a source: a check that cannot fail is none."""
    document = tell(told("DE"), "en")
    planted = Section("planted", "Planted", (Listing((Paragraph((Span("LinkedIn reads your letters."),)),)),))

    assert unsourced(replace(document, sections=(planted,))) == ["LinkedIn reads your letters."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_certain_says_so(language: str) -> None:
    """M8: a mark C or ? has words beside it wherever it stands, and A or B has none."""
    told_so = {
        (span.reference.certainty, bool(span.reference.unsure))
        for section in tell(told("CA"), language).sections
        for block in section.blocks
        if isinstance(block, Listing)
        for point in block.points
        for span in point.spans
        if span.reference
    }

    assert told_so == {("A", False), ("B", False), ("C", True), ("?", True)}


def test_what_the_pack_infers_is_told_as_uncertain() -> None:
    """M8: that Microsoft may train in Canada is how a text was read, and the guide says so."""
    canada, kingdom = told("CA").affiliates[0], told("GB").affiliates[0]

    assert (canada.source.certainty, kingdom.source.certainty) == ("C", "A")


def test_certainty_of_the_article_is_its_own() -> None:
    """M5: under the article's pack its date is one source's word (C), under LinkedIn's own it was read (A)."""
    marks = {}
    for pack in (ARTICLE, NEWEST):
        regime = next(line for line in told("DE", pack=pack).applies if isinstance(line, Fact))
        marks[pack] = regime.source.certainty

    assert marks == {ARTICLE: "C", NEWEST: "A"}


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_are_whole(language: str) -> None:
    """M19: whatever a shipped pack or the notes say is told in every language; nothing falls back to English."""
    english = Catalogue(language).say(messages.IN_ENGLISH)
    for guide in guides():
        document = tell(guide, language)
        spans = [
            span
            for section in document.sections
            for block in section.blocks
            if isinstance(block, Listing)
            for point in block.points
            for span in point.spans
        ]
        assert not [span.text for span in spans if span.language or english in span.text]


@pytest.mark.parametrize("language", TRANSLATED)
def test_titles_are_translated(language: str) -> None:
    """M19: every title that a guide shows of a LinkedIn pack is known in every language, or is the same there."""
    notes = notes_on("linkedin")
    assert notes is not None
    known = set(notes.translations()[language]) | {"LinkedIn", "Data Processing Objection form"}
    for name in PACKS:
        pack = load_pack(name)
        parts = (pack.categories, pack.regimes, pack.recipients)
        assert {one.title for part in parts for one in part.values()} <= known


def test_notes_are_in_plain_words() -> None:
    """M15: each sentence of the notes is short, in every language, and the notes speak all of them."""
    notes = notes_on("linkedin")
    assert notes is not None
    for one in notes.additions:
        assert set(one.text) == set(LANGUAGES)
        for sentence in re.split(r"[.:] ", " ".join(one.text.values())):
            assert len(re.findall(r"\w+", sentence)) <= 25


def test_notes_with_an_unknown_source_are_refused() -> None:
    """M19: a note without a listed source does not load; the error says where, and which name was meant."""
    text = (
        "platform: somewhere\n"
        "sources:\n  page: {title: Page, publisher: Somebody, date: 2026-01-01, certainty: A}\n"
        "additions:\n  - {topic: limit, text: {en: A fact.}, source: pages}\n"
    )

    with pytest.raises(
        PackError, match=r"notes.yaml:5:\d+: `pages` is not a source of these notes, did you mean `page`?"
    ):
        parse_notes(text, "notes.yaml")


def test_quotations_keep_their_words() -> None:
    """M10: what the pack itself says about its rules is shown as it stands there."""
    pack, guide = load_pack(NEWEST), told("DE")
    quoted = {line.text["en"] for line in lines(guide) if isinstance(line, Quote)}

    assert {pack.opt_out.note, *(one.note for one in pack.not_established)} <= quoted

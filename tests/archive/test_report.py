"""A report on an archive as people read it: every sentence about a platform sourced, nothing of the archive trusted."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from byleave.archive import guide_messages
from byleave.archive.exposure import messages, tell_report
from byleave.archive.guide_charts import bars, svg
from byleave.archive.guide_document import Chart, Listing, Mark, Paragraph, Section, Span, Table
from byleave.archive.guide_layout import WIDTH, lines
from byleave.archive.guide_page import page
from byleave.archive.linkedin import layout_of
from byleave.text.catalogue import LANGUAGES, Catalogue
from byleave.text.reasons import REASONS
from tests.archive.exposures import PUBLIC, alone, export_files, measured, posts
from tests.archive.guides import ARTICLE, NEWEST
from tests.archive.test_guide_page import Reader, Words, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.archive.exposure import Exposure
    from byleave.archive.guide_document import Block, Document

GOLDEN = Path(__file__).parents[1] / "golden" / "check"
WRITE = os.environ.get("BYLEAVE_GOLDEN") == "write"
WINTER = date(2025, 12, 1)
COUNTRIES = ("DE", "GB", "CH", "US", "CA", "CN")
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@cache
def shown(country: str, pack: str = NEWEST, off: date | None = None) -> Exposure:
    """What the made-up export shows somebody."""
    return measured(export_files(), country, pack=pack, off=off)


def everyone() -> Iterator[Exposure]:
    """Reports for people everywhere, by LinkedIn's rules and the article's, before and after switching off."""
    for country in COUNTRIES:
        for pack in (NEWEST, ARTICLE):
            for off in (None, WINTER):
                yield shown(country, pack, off)


def own_words(language: str) -> re.Pattern[str]:
    """What a report says of itself, of the rows it counted, or of a date, with anything in its places."""
    tables = (
        messages.OWN,
        messages.SHORT,
        messages.FINDS,
        {"": messages.FIND, "limit": messages.FINDS_LIMIT},
        guide_messages.REMARKS,
        guide_messages.ALL_THE_SAME,
        REASONS,
    )
    texts = [text for table in tables for text in table.values()]
    say = Catalogue(language)._translations.gettext
    own = [re.sub(r"\\\{\w+\\\}", ".+", re.escape(say(text))) for text in texts]
    kinds = [re.escape(layout_of(kind).names[0]) + "\u00a0?: [\\d,.]+" for kind in shown("DE").inventory.others]
    return re.compile("|".join([*own, *kinds]))


def unsourced(document: Document) -> list[str]:
    """Every span that cites nothing and neither leads to one that does nor is the report speaking of itself."""
    own = own_words(document.language)
    found = (text for section in document.sections for block in section.blocks for text in _unsourced(block))
    return [text for text in found if not own.fullmatch(text)]


def _unsourced(block: Block) -> Iterator[str]:
    if isinstance(block, Table):
        return
    if isinstance(block, Listing) and block.heading is not None and block.heading.reference is not None:
        return
    for point in (block,) if isinstance(block, Paragraph) else block.points:
        spans = list(point.spans)
        for number, span in enumerate(spans):
            # a date, or the name of a claimant, leads to the sentence after it
            leads = number + 1 < len(spans) and (span.text.endswith(":") or spans[number + 1].reference is not None)
            if span.reference is None and not leads:
                yield span.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_about_the_platform_has_its_source(language: str) -> None:
    """M19: whatever the report says of a platform has a mark that leads to a source with its date."""
    for exposure in everyone():
        document = tell_report(exposure, language)
        assert unsourced(document) == []
        assert all(re.search(r"\d{4}$", one.text) for one in document.sources)


def test_an_unsourced_sentence_is_found() -> None:
    """The test above fails on a planted sentence, alone or after one that has its source."""
    document = tell_report(shown("DE"), "en")
    planted = Span("LinkedIn reads your letters.")
    section = Section("planted", "Planted", (Listing((Paragraph((planted,)),)),))
    assert unsourced(replace(document, sections=(section,))) == ["LinkedIn reads your letters."]

    first = next(one for one in document.sections if one.name == "actions").blocks[0]
    assert isinstance(first, Listing)
    after = Section("planted", "Planted", (Paragraph((*first.points[0].spans, planted)),))
    assert unsourced(replace(document, sections=(after,))) == ["LinkedIn reads your letters."]


def test_own_words_speak_of_no_platform() -> None:
    """M19: what needs no source names no platform and no other company."""
    texts = [*messages.OWN.values(), *messages.SHORT.values(), *messages.FINDS.values(), messages.FINDS_LIMIT]

    assert not [text for text in texts if re.search(r"\{platform\}|\{recipient\}|LinkedIn|Microsoft", text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_golden(language: str) -> None:
    """M2-M10: what the terminal shows is what was reviewed."""
    text = "".join(f"{line}\n" for line in lines(tell_report(shown("DE"), language, brief=True)))
    file = GOLDEN / f"DE.{language}.txt"
    if WRITE:
        file.write_text(text, encoding="utf-8")

    assert file.read_text(encoding="utf-8") == text
    assert not [line for line in text.splitlines() if len(line) > WIDTH and "https://" not in line]


def test_names_in_json() -> None:
    """M17: the names in the JSON are stable, beside those of the guide, which has its own list."""
    values = [json.loads(json.dumps(exposure.as_json())) for exposure in everyone()]
    found = sorted({name for value in values for name in names(value) if not name.startswith("guide.")})
    kinds = re.compile(r"^(archive\.(?:files|unlisted|others|doubtful))\..*")
    file = GOLDEN / "names.json"
    text = json.dumps(sorted({kinds.sub(r"\1.KIND", name) for name in found}), indent=1) + "\n"
    if WRITE:
        file.write_text(text, encoding="utf-8")

    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("country", COUNTRIES)
def test_claims_are_told(country: str) -> None:
    """M3, M4, M5, M6, M8, M9, M10, M13: in every country the page tells what is out, since when, and the way off."""
    words = " ".join(" ".join(Words(page(tell_report(shown(country), "en"))).found).split())

    assert "Private messages and InMail (3): The pack leaves this kind of item out." in words  # M3
    assert "/mypreferences/d/settings/data-for-ai-improvement" in words  # M9
    assert "Past training is not undone." in words or country == "CN"  # M10
    assert "113 of them are of a kind that these rules speak of" in words  # M13
    if country != "CN":
        begins = "18 September 2024" if country == "US" else "3 November 2025"
        assert f"That rule has been in force since {begins}." in words  # M5, M6
        assert "is on unless you switch it off" in words  # M4
        may = "Where you live, Microsoft, the parent company may " + (
            "not train on it" if country in {"DE", "CH"} else "train on these too"
        )
        assert may in words  # M8
    else:
        assert "These rules do not cover your country." in words


def test_readings_side_by_side() -> None:
    """M7: the columns stand side by side by claimant, with at least and at most."""
    table = next(
        block
        for section in tell_report(shown("DE"), "en").sections
        for block in section.blocks
        if section.name == "columns" and isinstance(block, Table)
    )

    assert table.header == ("as read by", "as you are", "off today", "off in time")
    assert [row[0] for row in table.rows] == ["pack, company", "regulator, article"]
    assert [row[2] for row in table.rows] == ["0", "12 to 33"]


def test_others_who_read_otherwise_are_told_first() -> None:
    """M7: who switched off late is not told that all is out without being told who says otherwise."""
    document = tell_report(shown("DE", off=WINTER), "en", brief=True)
    told = " ".join(line.strip() for line in lines(document))

    assert "Others read the rule otherwise. As read by regulator, article: up to 12 may be used." in told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", COUNTRIES)
def test_page_stands_alone(country: str, language: str) -> None:
    """M13: no script, no request; every address is for a person to follow, every tag is closed, ids are unique."""
    text = page(tell_report(shown(country), language))
    read = Reader(text)
    headings = [int(tag[1]) for tag, _ in read.tags if re.fullmatch("h[1-6]", tag)]
    ids = read.values("id")

    assert read.open == []
    assert not {tag for tag, _ in read.tags} & {"script", "link", "img", "iframe", "form", "object", "embed", "base"}
    assert read.values("src") == []
    assert not re.search(r"url\(|@import|\son\w+=|(?:left|right):", text)
    assert all(address.startswith(("https://", "#source-")) for address in read.values("href"))
    assert headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(headings))
    assert len(set(ids)) == len(ids)
    assert {address[1:] for address in read.values("href") if address.startswith("#")} <= set(ids)


def test_every_drawing_has_its_table() -> None:
    """M13: each drawing has a name for those who cannot see it, and a table with the same numbers beside it."""
    document = tell_report(shown("DE"), "en")
    charts = [block for section in document.sections for block in section.blocks if isinstance(block, Chart)]
    text = page(document)

    assert len(charts) == text.count('<svg role="img"') == text.count("<figure>") == 2
    assert all(label for label in re.findall(r'<svg [^>]*aria-label="([^"]*)"', text))
    for chart in charts:
        assert [tuple(int(cell.replace(",", "")) for cell in row[1:]) for row in chart.rows] == list(chart.values)


def test_the_archive_is_never_trusted() -> None:
    """M13: names of files, of the person and of columns are text and nothing else, on the page and on a terminal."""
    header = b"First Name,Last Name,Headline\n"
    cell = f'"{EVIL}"'.replace('"><', "'><")
    files = [
        (f"{EVIL}.csv", b"a\n1\n"),
        ("=cmd|' /C calc'!A0.csv", b"a\n1\n"),
        ("Profile.csv", header + f"{cell},x,y\n".encode()),
        (f"in/{EVIL}/Comments.csv", b"Date,Link,Message\nonly,two\nno date,javascript:alert(1),\x1b[31mred\n"),
    ]
    exposure = measured(files)
    text = page(tell_report(exposure, "en"))
    told = "".join(lines(tell_report(exposure, "en")))

    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text
    assert not [one for one in Reader(text).values("href") if not one.startswith(("https://", "#"))]
    assert "\x1b" not in text + told
    assert exposure.inventory.unreadable == 1


@pytest.mark.parametrize("upright", [False, True])
def test_labels_of_drawings_are_escaped(upright: bool) -> None:  # noqa: FBT001 - a kind of drawing
    """M13: what stands in a drawing is text, whatever it says."""
    chart = Chart(
        EVIL,
        ("kind", EVIL),
        ((EVIL, "1"), ("b", "0")),
        values=((1,), (0,)),
        totals=("1", "0"),
        summary=EVIL,
        upright=upright,
        marks=(Mark(0.5, EVIL),) if upright else (),
    )
    drawn = svg(chart)

    assert not re.search(r"<script|<img", drawn)
    assert Reader(drawn).open == []
    assert [line for line in bars(chart, WIDTH) if line.rstrip().endswith("1")]


def test_shares_are_never_lost() -> None:
    """M13: one row beside a million can still be seen, on the page and on a terminal."""
    chart = Chart("c", ("k", "a", "b"), (("x", "1", "1,000,000"),), values=((1, 1_000_000),), totals=("1,000,001",))

    assert "█" in "".join(bars(chart, WIDTH))
    assert min(float(size) for size in re.findall(r' width="([\d.]+)"', svg(chart))) >= 1.5


def test_years_without_a_row_are_drawn() -> None:
    """M5: the axis has every year from the first row to today, with the day on which the rule begins between them."""
    exposure = measured(alone(posts(("2021-05-01", PUBLIC), ("2026-05-01", PUBLIC))))
    chart = next(
        block
        for section in tell_report(exposure, "en").sections
        for block in section.blocks
        if section.name == "years" and isinstance(block, Chart)
    )

    assert [row[0] for row in chart.rows] == ["2021", "2022", "2023", "2024", "2025", "2026"]
    assert [mark.text for mark in chart.marks] == ["rule begins, 3 November 2025"]
    assert 4.8 < chart.marks[0].at < 4.9


@pytest.mark.parametrize(("country", "off", "told"), [("DE", None, True), ("DE", WINTER, False), ("CN", None, False)])
def test_the_next_post(country: str, off: date | None, told: bool) -> None:  # noqa: FBT001 - an expected value
    """M14: before they post, people are told that it may be used, unless they are out or no rule is known."""
    words = " ".join(lines(tell_report(shown(country, NEWEST, off), "en", brief=True)))

    assert ("Before you post: by these rules, what everyone can see may be used." in words) is told


def test_effect_of_switching_off() -> None:
    """M10: where switching off takes out nothing of what is there, the page says none and no number."""
    exposure = measured(alone(posts(("2024-05-01", PUBLIC))))
    words = " ".join(" ".join(lines(tell_report(exposure, "en", brief=True))).split())

    assert "As read by pack, company: up to 1 of these rows are then left out." in words
    assert "As read by regulator, article: none of these rows is then left out." in words


@pytest.mark.parametrize(("language", "rows"), [("de", "Zeilen"), ("fr", "lignes")])
def test_translations_are_whole(language: str, rows: str) -> None:
    """M19: the report in another language falls back to English nowhere but in what a file itself says."""
    document = tell_report(shown("DE"), language)
    told = "\n".join(lines(document))

    assert Catalogue(language).say(guide_messages.IN_ENGLISH) not in told
    assert rows in told

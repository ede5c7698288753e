"""What applies to me? For everybody, without signing in, and the same as the guide of the command line."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.packs import load_pack
from byleave.archive.guide import make_guide
from byleave.archive.guide_model import Person
from byleave.archive.guide_notes import shipped_notes
from byleave.archive.guide_page import page as whole_page
from byleave.archive.guide_words import tell
from byleave.text.catalogue import LANGUAGES
from tests.server.pages import HTML, get
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Running

PACK = "linkedin@2025-11-03"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server under the rules of November 2025."""
    with serving(tmp_path_factory.mktemp("applies"), packs=PACK) as made:
        yield made


def test_nobody_needs_to_sign_in(running: Running) -> None:
    """M15: the page asks for a country and a day alone, and shows nothing before it has them."""
    page = get(running.client(), "/what-applies")

    assert page.answer.status == 200
    assert {name for form in page.forms if form.method == "get" for name in form.values} >= {"country", "off"}
    assert "In short" not in page.text


@pytest.mark.parametrize("country", ["DE", "GB", "CH", "US", "CA"])
def test_it_says_what_the_guide_says(running: Running, country: str) -> None:
    """M5, M6, M10: every sentence of the guide for that country stands on the page, with its sources."""
    page = get(running.client(), f"/what-applies?country={country}")
    with running.inside() as service:
        now = service.now()
    guide = make_guide(load_pack(PACK), Person(country), now, shipped_notes("linkedin"))
    document = tell(guide, "en")
    told = unescape(page.html)

    sentences = [
        span.text
        for section in document.sections
        for block in section.blocks
        for paragraph in getattr(block, "points", ())
        for span in paragraph.spans
        if "https://" not in span.text
    ]
    assert len(sentences) > 20
    assert [text for text in sentences if text not in told] == []
    assert all(f'id="source-{one.number}"' in page.html for one in document.sources)
    assert whole_page(document).count('class="mark"') == page.html.count('class="mark"')


def test_a_day_before_the_rule_keeps_everything_out(running: Running) -> None:
    """M7: switched off in time, everything stays out; never switched off in the United States, nothing is safe yet."""
    german = get(running.client(), "/what-applies?country=DE&off=2025-10-30")
    american = get(running.client(), "/what-applies?country=US")

    assert "What stays out, since you switched off on 30 October 2025 Everything you share" in german.text
    assert "It is on. What you share may be used until you switch it off." in american.text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("country=XX", "Choose a country from the list."),
        ("off=2025-10-30", "Choose a country from the list."),
        ("country=DE&off=yesterday", "“yesterday” is not a day."),
        ("country=DE&off=2099-01-01", "“2099-01-01” has not come yet."),
        ("country=DE&off=%3Cscript%3Ealert(1)%3C/script%3E", "“<script>alert(1)</script>” is not a day."),
    ],
)
def test_what_cannot_be_used_is_told(running: Running, query: str, told: str) -> None:
    """What was entered wrongly is named beside the form, never as markup, and nothing is answered."""
    page = get(running.client(), f"/what-applies?{query}")

    assert page.answer.status == 400
    assert told in page.text
    assert "<script>alert" not in page.html
    assert "In short" not in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_every_language(running: Running, language: str) -> None:
    """The form and the answer are in the language of the reader, the names of countries too."""
    answer = running.client().call("GET", "/what-applies?country=DE", headers={**HTML, "Accept-Language": language})
    text = answer.body.decode()

    assert f'<html lang="{language}"' in text
    assert {"en": "Germany", "de": "Deutschland", "fr": "Allemagne"}[language] in text
    assert {"en": "In short", "de": "Kurz gesagt", "fr": "En bref"}[language] in text

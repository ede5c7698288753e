"""Each page is in one language: on a German or French page stands no English that is not marked as such."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from byleave.text.catalogue import LANGUAGES, SOURCE_LANGUAGE
from tests.web.people import LENA, OPEN_PAGES, PAGES, open_page, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
ENGLISH = r"""own => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    const english = /(^|[^\p{L}])(the|and|you|your|with|this|that|from|are|is|of|not)([^\p{L}]|$)/iu;
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
        if (parent.closest("script, style, cite, code, option, [aria-labelledby=sources], [lang]:not(html)")) continue;
        // what a source or another platform calls something is quoted in its own words
        const quoted = /[„«“].*?[“»”]|https?:\S+/gu;
        const told = own.reduce((left, one) => left.replaceAll(one, ""), text).replace(quoted, "");
        if (english.test(told)) found.push(text);
    }
    return found;
}"""
OWN = (
    "Settings & Privacy",
    "Data for Generative AI Improvement",
    "Use my data for training content creation AI models",
    "How LinkedIn uses your data",
)
"""What LinkedIn calls things in English; its pages are quoted with their own names."""
OTHERS = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]


@pytest.fixture(scope="module", params=OTHERS)
def reader(browser: Browser, platform: Running, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A German member who reads in another language than English."""
    context = browser.new_context(locale=request.param)
    page = sign_in(context.new_page(), platform, LENA)
    yield page
    context.close()


def test_no_english_is_left(reader: Page, platform: Running) -> None:
    """Fickle (language discontinuity): in German and in French, every page with all its panels is in that language."""
    found = {}
    for name in (*PAGES, *OPEN_PAGES):
        open_page(reader, platform, name)
        left = reader.evaluate(ENGLISH, list(OWN))
        if left:
            found[name] = left

    assert found == {}


def test_english_is_found(page: Page, platform: Running) -> None:
    """The check sees English where there is some."""
    open_page(page, platform, "applies")

    assert len(page.evaluate(ENGLISH, list(OWN))) > 3

"""What a screen reader is given: the tree of each page, reviewed once; `BYLEAVE_GOLDEN=write` renews them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web.people import OPEN_PAGES, PAGES, open_page, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
GOLDEN = Path(__file__).parents[1] / "golden" / "pages"
WRITE = os.environ.get("BYLEAVE_GOLDEN") == "write"
CHANGING = re.compile(
    r"\d{1,2} (?:November|December|January|February) 20(?:2[6-9]|[3-9]\d)(?:, \d\d:\d\d UTC)?|Entry \d+"
)
"""Days and numbers that differ from run to run."""
SHOWN = [name for name in PAGES if name not in {"password", "second-factor"}]


@pytest.fixture(scope="module")
def reader(browser: Browser, platform: Running) -> Iterator[Page]:
    """An American member who changes nothing, so that the trees stay as they are."""
    context = browser.new_context(locale="en-US")
    yield sign_in(context.new_page(), platform, "maya")
    context.close()


def tree(page: Page) -> str:
    """The accessibility tree of the page as text."""
    return CHANGING.sub("…", page.locator("body").aria_snapshot()) + "\n"


def compare(name: str, found: str) -> None:
    """Hold a tree to the one that was reviewed."""
    file = GOLDEN / f"{name}.txt"
    if WRITE:
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text("utf-8")


@pytest.mark.parametrize("name", SHOWN)
def test_tree_of_a_page(reader: Page, platform: Running, name: str) -> None:
    """A page gives a screen reader the same headings, landmarks, names and states as when it was reviewed."""
    open_page(reader, platform, name)

    compare(name, tree(reader))


@pytest.mark.parametrize("name", OPEN_PAGES)
def test_tree_without_sign_in(page: Page, platform: Running, name: str) -> None:
    """So does a page before signing in."""
    open_page(page, platform, name)

    compare(name, tree(page))


def test_switch_is_told_as_one(reader: Page, platform: Running) -> None:
    """A screen reader hears a switch with its label, its position, and whose choice it is."""
    open_page(reader, platform, "setting")
    switch = reader.get_by_role("switch", name="Use my data to train AI that makes content")
    told = reader.locator(f"#{switch.get_attribute('aria-describedby')}").inner_text()

    assert switch.get_attribute("aria-checked") == "true"
    assert "You did not choose this." in told
    assert 'switch "Use my data to train AI that makes content" [checked]' in reader.locator("main").aria_snapshot()

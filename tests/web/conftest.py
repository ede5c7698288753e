"""One Chromium for the tests of a process; a page of its own, without cookies or cache, for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.server.serving import serving
from tests.web.browser import launch
from tests.web.people import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.server.serving import Running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser. A test that uses it is marked `needs("chromium")`."""
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The small platform under the rules of November 2025, with its people, and the notice sent to them.

    Tests that switch something use members of their own, or leave everything as they found it.
    """
    folder = tmp_path_factory.mktemp("platform")
    with serving(folder, packs="linkedin@2025-11-03", mail=f"file:{folder}/mail") as running:
        fill(running)
        yield running

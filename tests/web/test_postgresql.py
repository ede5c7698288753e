"""Pages on PostgreSQL: each gives a screen reader what it gives on SQLite, and what is pressed is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from byleave.ledger.entries import Kind
from tests.server.serving import serving
from tests.web.people import MAYA, PAGES, fill, open_page, sign_in
from tests.web.test_trees import SHOWN, compare, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium", "postgresql")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The small platform with its people on PostgreSQL."""
    folder = tmp_path_factory.mktemp("postgresql")
    with serving(folder, engine="postgresql", packs="linkedin@2025-11-03", mail=f"file:{folder}/mail") as made:
        fill(made)
        yield made


@pytest.fixture(scope="module")
def maya(browser: Browser, running: Running) -> Iterator[Page]:
    """An American member."""
    context = browser.new_context(locale="en-US")
    yield sign_in(context.new_page(), running, MAYA)
    context.close()


def test_same_trees(maya: Page, running: Running) -> None:
    """Every page says the same on either database."""
    for name in SHOWN:
        open_page(maya, running, name)
        compare(name, tree(maya))


def test_what_is_pressed_is_recorded(maya: Page, running: Running) -> None:
    """M9, M13, M14: a post that is kept out, an item that is left out, and the switch stand in the ledger."""
    maya.goto(running.url)
    maya.fill("#compose-text", "Not for machines.")
    maya.check("#compose-out")
    maya.locator("#verdict .verdict.out").wait_for()
    maya.get_by_role("button", name="Publish").click()
    maya.get_by_text("Your post is published.").wait_for()
    maya.goto(running.url + PAGES["check-up"])
    maya.get_by_role("button", name="Leave this item out").first.click()
    maya.get_by_text("Saved. This item is left out").wait_for()
    maya.goto(running.url + PAGES["setting"])
    maya.click("#setting-switch")
    maya.locator("#setting-switch[aria-checked=false]").wait_for()
    with running.inside() as service:
        kinds = [one.entry.kind for one in service.history(MAYA)][:3]
    maya.goto(running.url + PAGES["used"])

    assert kinds == [Kind.PREFERENCE_SET, Kind.ITEM_WITHHELD, Kind.ITEM_WITHHELD]
    assert maya.locator(".timeline > li").count() == 3

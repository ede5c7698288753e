"""States of pages, and not only pages: an open menu, a verdict, an error, what was saved, lists that are empty."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.web.browser import LOOKS, Look, dress, faults
from tests.web.people import LENA, PAGES, add_members, open_page, sign_in
from tests.web.test_looks import SMALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
NEW = "newcomer"
"""Registered, and nothing else: every list of theirs is empty."""
SOME = tuple(
    Look(*one)
    for one in (
        ("ltr", "light", 1280),
        ("ltr", "dark", 375),
        ("ltr", "forced", 320),
        ("rtl", "light", 375),
        ("rtl", "light", 320),
        ("rtl", "dark", 1280),
        ("rtl", "dark", 320),
        ("rtl", "forced", 1280),
        ("rtl", "forced", 375),
    )
)
"""Each two of direction, colours and width come together in one of them; `BYLEAVE_DEEP` takes every look."""
SHOWN = LOOKS if os.environ.get("BYLEAVE_DEEP") else SOME


def menu(page: Page) -> None:
    """The menu of the avatar, open."""
    page.locator("details.menu > summary").click()


def may(page: Page) -> None:
    """What the composer says of a post that may be used."""
    page.fill("#compose-text", "Morgen setzen wir den letzten Balken.")
    page.locator("#verdict .verdict.may").wait_for()


def out(page: Page) -> None:
    """And of one that is kept out."""
    page.fill("#compose-text", "Nur für mich.")
    page.check("#compose-out")
    page.locator("#verdict .verdict.out").wait_for()


def blank(page: Page) -> None:
    """A post without a text, sent by a browser that does not look at forms."""
    page.locator("form.compose").evaluate("one => { one.noValidate = true }")
    page.get_by_role("button", name="Publish").click()
    page.locator("[role=alert]").wait_for()


def opened(page: Page) -> None:
    """Every panel of the page, open."""
    page.evaluate("() => document.querySelectorAll('details.why').forEach(one => { one.open = true })")


def saved(page: Page) -> None:
    """The status line after a switch, and back again."""
    for wanted in ("false", "true"):
        page.click("#setting-switch")
        page.locator(f"#setting-switch[aria-checked={wanted}]").wait_for()
    page.locator("#said strong").wait_for()


def refused(page: Page) -> None:
    """A password that is too short."""
    for field in ("oldpassword", "password1", "password2"):
        page.fill(f"[name={field}]", "short")
    page.locator("main form button").click()
    page.locator("[role=alert]").wait_for()


def as_it_is(page: Page) -> None:
    """Nothing is done."""


STATES: dict[str, tuple[str, str, Callable[[Page], None]]] = {
    "menu": (LENA, "feed", menu),
    "may-be-used": (LENA, "feed", may),
    "kept-out": (LENA, "feed", out),
    "blank-post": (LENA, "feed", blank),
    "setting-open": (LENA, "setting", opened),
    "check-up-open": (LENA, "check-up", opened),
    "wrong-password": (LENA, "password", refused),
    "saved": (NEW, "setting", saved),
    "no-items": (NEW, "check-up", as_it_is),
    "nothing-used": (NEW, "used", as_it_is),
    "no-notices": (NEW, "notices", as_it_is),
}


@pytest.fixture(scope="module")
def pages(browser: Browser, platform: Running) -> Iterator[dict[str, Page]]:
    """A member with a history, and one without."""
    add_members(platform, [NEW], "DE", told=False)
    contexts = [browser.new_context(locale="en-GB") for _ in range(2)]
    yield {who: sign_in(one.new_page(), platform, who) for who, one in zip((LENA, NEW), contexts, strict=True)}
    for one in contexts:
        one.close()


def whatever_is_wrong(page: Page) -> list[str]:
    """By axe-core, in every look, and of what is pressed on the narrowest screen."""
    found = faults(page, SHOWN)
    for direction in ("ltr", "rtl"):
        dress(page, Look("rtl" if direction == "rtl" else "ltr", "light", 320))
        found += page.evaluate(SMALL)
    dress(page, Look("ltr", "light", 1280))
    return found


@pytest.mark.parametrize("name", STATES)
def test_state_in_every_look(pages: dict[str, Page], platform: Running, name: str) -> None:
    """WCAG 2.2 AA and best practice hold also when something has happened on a page, or there is nothing to show."""
    who, where, act = STATES[name]
    open_page(pages[who], platform, where)
    act(pages[who])

    assert whatever_is_wrong(pages[who]) == []


def _sign_in_refused(page: Page, url: str) -> None:
    page.goto(url + "/account/login/")
    page.fill("[name=login]", "nobody")
    page.fill("[name=password]", "nothing")
    page.press("[name=password]", "Enter")


def _no_such_country(page: Page, url: str) -> None:
    page.goto(url + "/what-applies?country=XX&off=2999-01-01")


def _no_archive(page: Page, url: str) -> None:
    page.goto(url + "/check-an-archive")
    page.locator("main form").evaluate("one => { one.noValidate = true }")
    page.locator("main form button").click()


OPEN_STATES = {"sign-in-refused": _sign_in_refused, "no-such-country": _no_such_country, "no-archive": _no_archive}


@pytest.mark.parametrize("name", OPEN_STATES)
def test_error_before_signing_in(page: Page, platform: Running, name: str) -> None:
    """So do pages that say what is wrong with a form, to somebody who has not signed in."""
    OPEN_STATES[name](page, platform.url)
    page.locator("[role=alert]").wait_for()

    assert whatever_is_wrong(page) == []


def test_every_page_is_known() -> None:
    """A state is of a page that is looked at."""
    assert {where for _, where, _ in STATES.values()} <= set(PAGES)

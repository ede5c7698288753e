"""Every page of the members in every look: axe-core finds nothing, nothing scrolls sideways, targets can be hit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.browser import DIRECTIONS, Look, dress, faults, outside
from tests.web.people import LENA, OPEN_PAGES, PAGES, open_page, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
LEAST_TARGET = 24
"""CSS pixels each way (WCAG 2.5.8); links inside a sentence are let off."""
SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
    .filter(one => one.checkVisibility() && !one.closest(".hidden, .skip, p, li:not(.plain > li), dd, blockquote")
        && one.type !== "hidden")
    .map(one => [one.getBoundingClientRect(), one.outerHTML.slice(0, 90)])
    .filter(([box]) => box.width < 24 || box.height < 24).map(([box, html]) => `${box.width}x${box.height} ${html}`)"""


@pytest.fixture(scope="module")
def lena(browser: Browser, platform: Running) -> Page:
    """A German member in a browser."""
    return sign_in(browser.new_page(), platform, LENA)


@pytest.mark.parametrize("name", [*PAGES, *OPEN_PAGES])
def test_page_in_every_look(lena: Page, platform: Running, name: str) -> None:
    """WCAG 2.2 AA and best practice hold in both directions, light, dark and forced colours, at three widths."""
    asked, complaints = outside(lena), list[str]()
    lena.on("console", lambda message: complaints.append(message.text))
    open_page(lena, platform, name)

    assert faults(lena) == []
    assert asked == []
    assert [one for one in complaints if "Content Security Policy" in one] == []


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", [*PAGES, *OPEN_PAGES])
def test_targets_can_be_hit(lena: Page, platform: Running, name: str, direction: str) -> None:
    """Whatever is pressed is at least 24 pixels high and wide, on the narrowest screen, too."""
    open_page(lena, platform, name)
    dress(lena, Look("rtl" if direction == "rtl" else "ltr", "light", 320))

    assert lena.evaluate(SMALL) == []


@pytest.mark.parametrize("name", ["setting", "feed", "settings"])
def test_focus_is_always_seen(lena: Page, platform: Running, name: str) -> None:
    """With the Tab key alone, whatever has the focus is on the screen and has a ring of at least two pixels."""
    open_page(lena, platform, name)
    dress(lena, Look("ltr", "light", 1280))
    lena.evaluate("() => document.activeElement.blur()")
    seen = []
    for _ in range(40):
        lena.keyboard.press("Tab")
        seen.append(
            lena.evaluate("""() => {
                const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
                if (one === document.body) return null;
                const ring = parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none";
                const on = box.width > 0 && box.bottom > 0 && box.top < innerHeight
                    && box.right > 0 && box.left < innerWidth;
                return ring && on ? "" : one.outerHTML.slice(0, 120);
            }""")
        )

    assert len([one for one in seen if one is not None]) >= 10
    assert [one for one in seen if one] == []

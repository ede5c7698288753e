"""M9: a member switches off in thirty seconds, on each way there is, with each means, at a person's pace.

A press takes a second, as the mission has it. A key takes 0.28 seconds: S. K. Card, T. P. Moran and A. Newell, The
keystroke-level model, Communications of the ACM 23 (1980), a person of average skill. What has to be read to know where
to press is read at 250 words a minute: a menu, the names in a list down to the one that is pressed, all of a notice,
and all of the setting's own card.
The journey is done by a real browser; what it took is printed at the end of the run.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest

from byleave.ledger.entries import Kind
from tests.web.people import SETTING, add_members, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Locator, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
LIMIT_SECONDS = 30
PRESS_SECONDS = 1.0
KEY_SECONDS = 0.28
WORDS_A_SECOND = 250 / 60
Means = Literal["mouse", "keyboard", "no-script"]
MEANS: tuple[Means, ...] = ("mouse", "keyboard", "no-script")
WIDTHS = (1280, 375)


@dataclass
class Walk:
    """A member on their way: each step is a press on something that they read first."""

    page: Page
    means: Means
    presses: int = 0
    keys: int = 0
    words: int = 0

    def press(self, target: Locator, read: str, *, leads: bool = True) -> None:
        """Read what stands at `read`, and press the target; with the keyboard, by Tab until it has the focus.

        `leads` says that another page follows.
        """
        pressed = target.inner_text()
        for one in self.page.locator(read).all_inner_texts():
            self.words += len(one.split())
            if pressed.startswith(one):
                break
        if self.means == "keyboard":
            self._tab_to(target)
        with self.page.expect_navigation() if leads else nullcontext():
            if self.means == "keyboard":
                self.page.keyboard.press("Enter")
                self.keys += 1
            else:
                target.click()
                self.presses += 1

    def _tab_to(self, target: Locator) -> None:
        """Press Tab until the target has the focus; over the head of a new page leads the link that skips it."""
        on_top = self.page.evaluate("() => document.activeElement === document.body")
        if on_top and target.evaluate("one => one.closest('main') !== null"):
            self.page.keyboard.press("Tab")
            self.page.keyboard.press("Enter")
            self.keys += 2
        for _ in range(60):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            self.keys += 1
        pytest.fail("the target cannot be reached with the Tab key")

    @property
    def seconds(self) -> float:
        """How long a person takes."""
        return self.presses * PRESS_SECONDS + self.keys * KEY_SECONDS + self.words / WORDS_A_SECOND


def from_the_notice(walk: Walk) -> None:
    """The notice on the first page leads to the setting itself."""
    walk.press(walk.page.locator(".banner a.button"), ".banner")


def from_the_link(walk: Walk) -> None:
    """The direct address, as the article gives it."""
    walk.page.goto(walk.page.url.rstrip("/") + SETTING)


def from_the_avatar(walk: Walk) -> None:
    """The article's path: avatar, Settings & Privacy, Data privacy, the setting."""
    page = walk.page
    walk.press(page.locator("details.menu > summary"), "details.menu > summary", leads=False)
    walk.press(page.get_by_role("link", name="Settings & Privacy"), "details.menu ul")
    walk.press(page.locator(".ways a", has_text="Data privacy"), ".ways strong")
    walk.press(page.locator(".ways a", has_text="Data for Generative AI Improvement"), ".ways strong")


WAYS: dict[str, Callable[[Walk], None]] = {
    "notice": from_the_notice,
    "link": from_the_link,
    "avatar": from_the_avatar,
}


CASES = [(way, means, width) for width in WIDTHS for means in MEANS for way in WAYS]


def walker(way: str, means: Means, width: int) -> str:
    """The member of one journey; each has one of their own, since nobody can un-choose."""
    return f"walker-{way}-{means}-{width}"


@pytest.fixture(scope="module")
def walkers(platform: Running) -> None:
    """German members who have had the notice and have chosen nothing."""
    add_members(platform, [walker(*case) for case in CASES], "DE")


def value(platform: Running, member: str) -> str:
    """The member's last act on the setting, in the ledger."""
    with platform.inside() as service:
        acts = [one.entry for one in service.history(member) if one.entry.kind is Kind.PREFERENCE_SET]
    return str(acts[0].data["value"]) if acts else "none"


@pytest.mark.usefixtures("walkers")
@pytest.mark.parametrize(("way", "means", "width"), CASES)
def test_thirty_seconds(  # noqa: PLR0913, PLR0917 - one journey, and where it is noted
    browser: Browser,
    platform: Running,
    way: str,
    means: Means,
    width: int,
    record_property: Callable[[str, object], None],
) -> None:
    """M9: from where the member is to the setting switched off and recorded, in less than thirty seconds."""
    member = walker(way, means, width)
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=means != "no-script", locale="en-GB"
    )
    page = sign_in(context.new_page(), platform, member)
    walk = Walk(page, means)
    WAYS[way](walk)
    walk.press(page.locator("#setting-switch"), "#setting > section:first-of-type", leads=means == "no-script")
    page.locator("#setting-switch[aria-checked=false]").wait_for()
    said = page.locator("#said").inner_text()
    context.close()

    assert value(platform, member) == "off"
    assert "Saved. It is off since" in said
    assert walk.seconds < LIMIT_SECONDS
    if way == "avatar" and means != "keyboard":
        assert walk.presses == 5
    told = f"{walk.presses} presses, {walk.keys} keys, {walk.words} words: {walk.seconds:.1f} s"
    record_property("walked", (f"{way}, {means}, {width} px", told))

"""A real browser for pages: every look in which somebody may see one, and what a page has to keep to in each.

A look is a direction of writing, a scheme of colours and a width. `faults` walks through them and says what is wrong in
words: what axe-core finds, a page that scrolls sideways, a request that leaves the machine. `sync_playwright` can run
once in a process, so tests share the browser of `conftest.py`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Literal

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Page, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",  # Chromium refuses to run as root with it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""The rules of axe-core that a page is held to: WCAG 2.2 at A and AA, and what axe calls best practice."""
_HEIGHT = 900
_FITS = 1
"""Of a page's width, in CSS pixels, what rounding may add."""

Colours = Literal["light", "dark", "forced"]


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody sees a page."""

    direction: Literal["ltr", "rtl"]
    colours: Colours
    width: int
    """Of the window, in CSS pixels; 320 is what WCAG 1.4.10 asks for."""


DIRECTIONS: tuple[Literal["ltr", "rtl"], ...] = ("ltr", "rtl")
COLOURS: tuple[Colours, ...] = ("light", "dark", "forced")
WIDTHS = (1280, 375, 320)
LOOKS = tuple(Look(*one) for one in product(DIRECTIONS, COLOURS, WIDTHS))
"""Every look: two directions, three schemes of colours, three widths."""


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium of this machine, or the one that Playwright brought."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))


def dress(page: Page, look: Look) -> None:
    """Show the page in a look."""
    page.set_viewport_size({"width": look.width, "height": _HEIGHT})
    page.emulate_media(
        color_scheme="dark" if look.colours == "dark" else "light",
        forced_colors="active" if look.colours == "forced" else "none",
        reduced_motion="reduce",  # a colour on its way to another is neither
    )
    page.evaluate("direction => { document.documentElement.dir = direction }", look.direction)


def violations(page: Page) -> Iterator[str]:
    """What axe-core holds against the page as it is shown now: rule, what it is about, and where."""
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    if not page.evaluate("() => 'axe' in window"):  # once for a page, in whichever looks it is shown
        page.evaluate(AXE_SCRIPT)
    for one in page.evaluate("options => axe.run(document, options)", options)["violations"]:
        places = ", ".join(str(node["target"]) for node in one["nodes"][:5])
        yield f"{one['id']} ({one['impact']}): {one['help']}: {places}"


def overhang(page: Page) -> str | None:
    """Say by how much the page is wider than its window, and what sticks out; None if it fits."""
    over = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if over <= _FITS:
        return None
    widest = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .map(one => [one.getBoundingClientRect().width, one.tagName + "." + one.className])
            .sort((a, b) => b[0] - a[0])[0][1]"""
    )
    return f"scrolls sideways by {over} px; the widest is {widest}"


def faults(page: Page, looks: Sequence[Look] = LOOKS) -> list[str]:
    """Everything that is wrong with the page in any of the looks; an empty list if nothing is."""
    found = []
    for look in looks:
        dress(page, look)
        where = f"{look.direction} {look.colours} {look.width}"
        found += [f"{where}: {one}" for one in violations(page)]
        wide = overhang(page)
        if wide:
            found.append(f"{where}: {wide}")
    return found


def outside(page: Page) -> list[str]:
    """Start to note the addresses that the page asks for: all but files, data and this machine; the list grows."""
    asked: list[str] = []
    own = ("file:", "data:", "blob:", "about:", "http://127.0.0.1", "http://localhost")

    def note(address: str) -> None:
        if not address.startswith(own):
            asked.append(address)

    page.on("request", lambda request: note(request.url))
    return asked


def sheets(page: Page) -> int:
    """On how many sheets of A4 the page prints."""
    return page.pdf(format="A4", print_background=False).count(b"/Type /Page\n")

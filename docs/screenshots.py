"""Make pictures of every page and of the desk into docs/images: wide, narrow, and some from right to left."""  # noqa: INP001 - a script

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

DOCS = Path(__file__).parent
IMAGES = DOCS / "images"
sys.path.insert(0, str(DOCS.parent))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402 - the tests' own modules are found from here on

from tests.server.centre.builds import model, snapshot  # noqa: E402
from tests.server.desk import world  # noqa: E402
from tests.server.serving import FACTOR, PASSWORD, serving  # noqa: E402
from tests.web.browser import Look, dress, launch  # noqa: E402
from tests.web.people import LENA, OPEN_PAGES, PAGES, fill, open_page, sign_in, sign_in_staff  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

TALLEST = 1500
"""Pixels; a longer page is cut off there."""
WIDTHS = {"wide": 1280, "narrow": 375}
RIGHT_TO_LEFT = ("setting", "check-up", "used")
STORIES = ("tests/web/test_story.py", "tests/web/test_forgetting.py", "tests/web/test_rewriter_story.py")
"""Tell a story in a browser, and take pictures of it where they are asked to."""


def main() -> None:
    """Fill the small platform, open each page as a German member, and take its picture."""
    IMAGES.mkdir(exist_ok=True)

    def take(page: Page, name: str, look: Look) -> None:
        dress(page, look)
        height = min(TALLEST, page.evaluate("() => document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": look.width, "height": height}
        page.screenshot(path=IMAGES / f"{name}.png", clip=clip, full_page=True)  # type: ignore[arg-type]
        print(f"docs/images/{name}.png")  # noqa: T201 - what was made

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place, browser = Path(folder), launch(playwright)
        password = place / "demo-password"
        password.write_text(PASSWORD)
        with serving(place, packs="linkedin@2025-11-03", mail=f"file:{place}/mail", demo_password=str(password)) as it:
            fill(it)
            first, _ = snapshot(it, "first")
            model(it, first, "rewrite-1")
            page = browser.new_page(locale="en-GB")
            for name in OPEN_PAGES:
                open_page(page, it, name)
                for size, width in WIDTHS.items():
                    take(page, f"{name}-{size}", Look("ltr", "light", width))
            sign_in(page, it, LENA)
            for name in PAGES:
                open_page(page, it, name)
                for size, width in WIDTHS.items():
                    take(page, f"{name}-{size}", Look("ltr", "light", width))
                if name in RIGHT_TO_LEFT:
                    take(page, f"{name}-right-to-left", Look("rtl", "light", WIDTHS["wide"]))
                    take(page, f"{name}-dark", Look("ltr", "dark", WIDTHS["wide"]))
            open_page(page, it, "setting")
            dress(page, Look("ltr", "light", WIDTHS["wide"]))
            page.click("#setting-switch")
            page.locator("#said .icon").wait_for()
            take(page, "setting-off-wide", Look("ltr", "light", WIDTHS["wide"]))
            open_page(page, it, "feed")
            page.fill("#compose-text", "Morgen setzen wir den letzten Balken. Wer zuschauen will: acht Uhr.")
            page.locator("#verdict .verdict").wait_for()
            take(page, "composer-wide", Look("ltr", "light", WIDTHS["wide"]))
        desk(browser, take)
        browser.close()
    environment = {**os.environ, "BYLEAVE_PICTURES": str(IMAGES)}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", *STORIES]
    subprocess.run(command, cwd=DOCS.parent, env=environment, check=True)  # noqa: S603 - our own test


def desk(browser: Browser, take: Callable[[Page, str, Look], None]) -> None:
    """Pictures of the desk: the list and a case also on a narrow screen."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), packs="linkedin@2025-11-03") as it:
        fill(it)
        pages = {"queue": "/desk/", "by-post": "/desk/by-post"}
        pages |= {**world.people(it, "maya", "lena"), **world.built(it)}
        it.account("petra", factor=FACTOR, role="lead")
        page = sign_in_staff(browser.new_page(locale="en-GB"), it, "petra")
        for name, path in pages.items():
            page.goto(it.url + path)
            told = f"desk-{name.removeprefix('desk-')}"
            take(page, f"{told}-wide", Look("ltr", "light", WIDTHS["wide"]))
            if name in {"queue", "case"}:
                take(page, f"{told}-narrow", Look("ltr", "light", WIDTHS["narrow"]))


if __name__ == "__main__":
    main()

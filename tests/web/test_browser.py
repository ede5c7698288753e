"""The harness finds what it is there to find: pages with a planted fault are told from a page without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.browser import LOOKS, Look, faults, outside, sheets

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.needs("chromium")
GOOD = """<!doctype html><html lang="en"><head><title>Good</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root { color-scheme: light dark } html { background: Canvas; color: CanvasText }</style></head>
<body><main><h1>Good</h1><p>Words.</p></main></body></html>"""
NARROW = Look("ltr", "light", 320)


def shown(page: Page, folder: Path, text: str) -> Page:
    """The page, showing a file with that text."""
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    page.goto(file.as_uri())
    return page


def test_a_good_page_has_no_faults(page: Page, tmp_path: Path) -> None:
    """A page with nothing wrong passes in every look, and prints on one sheet."""
    shown(page, tmp_path, GOOD)

    assert len(LOOKS) == 18
    assert faults(page) == []
    assert sheets(page) == 1


@pytest.mark.parametrize(
    ("good", "planted", "told"),
    [
        ("<p>Words.</p>", '<p><img src="data:,"></p>', "image-alt"),
        ("<p>Words.</p>", '<p style="color: #999; background: #fff">Words.</p>', "color-contrast"),
        ("<p>Words.</p>", '<div style="inline-size: 900px">Words.</div>', "scrolls sideways by 5"),
        ('lang="en"', "", "html-has-lang"),
        ("<main>", "<div>", "landmark-one-main"),
    ],
)
def test_a_planted_fault_is_found(page: Page, tmp_path: Path, good: str, planted: str, told: str) -> None:
    """What is wrong with a page is named: a check that cannot fail is none."""
    shown(page, tmp_path, GOOD.replace(good, planted))

    assert any(told in fault for fault in faults(page, [NARROW]))


def test_a_request_is_noticed(page: Page, tmp_path: Path) -> None:
    """A page that asks another machine for something is told."""
    asked = outside(page)
    shown(page, tmp_path, GOOD.replace("Words.", '<img alt="" src="http://192.0.2.1/dot.gif">'))

    assert asked == ["http://192.0.2.1/dot.gif"]

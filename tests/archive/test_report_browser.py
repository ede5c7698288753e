"""A report in a real browser: narrow screens, right to left, dark, and on paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from byleave.archive.exposure import tell_report
from byleave.archive.guide_page import page
from byleave.text.catalogue import LANGUAGES
from tests.archive.exposures import export_files, measured

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.needs("chromium")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# the page itself allows no script; a copy of it is measured by one
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
MEASURE = """<script>
const page = document.documentElement, boxes = [...document.querySelectorAll("svg text")].map(text => {
  const box = text.getBoundingClientRect(), drawing = text.closest("svg").getBoundingClientRect();
  return box.left >= drawing.left - 1 && box.right <= drawing.right + 1;
});
page.dataset.told = [innerWidth, page.scrollWidth - page.clientWidth, boxes.length, boxes.every(Boolean)].join(" ");
</script></body>"""


def browse(folder: Path, *arguments: str) -> str:
    """Run the browser without a window; what it prints."""
    name = next(filter(None, map(shutil.which, NAMES)))
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run([name, *options, *arguments], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


@pytest.mark.parametrize("width", [500, 1280])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_leaves_the_screen(tmp_path: Path, language: str, direction: str, width: int) -> None:
    """M13: the page never scrolls sideways, and no word of a drawing is cut off, in either direction."""
    text = page(tell_report(measured(export_files()), language)).replace("<html ", f'<html dir="{direction}" ')
    file = tmp_path / "report.html"
    file.write_text(POLICY.sub("", text).replace("</body>", MEASURE), encoding="utf-8")
    told = re.search(
        r'data-told="([^"]*)"', browse(tmp_path, f"--window-size={width},900", "--dump-dom", f"file://{file}")
    )

    assert told is not None
    inner, over, labels, inside = told[1].split()
    assert int(inner) <= width
    assert int(over) == 0
    assert int(labels) > 20
    assert inside == "true"


def test_prints(tmp_path: Path) -> None:
    """M13: the page prints on paper as it is, with its drawings."""
    file, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    file.write_text(page(tell_report(measured(export_files()), "en")), encoding="utf-8")
    browse(tmp_path, f"--print-to-pdf={paper}", f"file://{file}")

    assert paper.read_bytes().startswith(b"%PDF")
    assert paper.stat().st_size > 50_000

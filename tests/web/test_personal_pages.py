"""Every page that a person or a team gets, in every look: axe-core, sideways scrolling, requests, paper."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest

from byleave.archive.exposure import tell_report
from byleave.archive.guide_page import page as page_of
from byleave.archive.guide_words import tell
from byleave.archive.letter import as_html, letter_of_member
from byleave.archive.other_platforms import shipped_records
from byleave.archive.other_words import tell_platforms
from byleave.archive.team import add_up, tell_team
from byleave.text.catalogue import LANGUAGES
from tests.archive.exposures import export_files, measured
from tests.archive.guides import NOW, told
from tests.archive.test_team import member
from tests.web.browser import LOOKS, faults, outside, sheets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from byleave.archive.exposure import Exposure

pytestmark = pytest.mark.needs("chromium")


@cache
def exposure() -> Exposure:
    """What the made-up archive with every file shows."""
    return measured(export_files(), off=date(2025, 12, 1))


def report(language: str) -> str:
    """The report on an archive."""
    return page_of(tell_report(exposure(), language))


def guide(language: str) -> str:
    """The guide without an archive."""
    return page_of(tell(told("GB", off=date(2025, 12, 1)), language))


def every(language: str) -> str:
    """The page about all platforms."""
    records = shipped_records()
    shown = {name: one for name, one in records.platforms.items() if one.applies_in("DE")}
    return page_of(tell_platforms({"linkedin": told("DE")}, shown, records.sources, language, "DE", NOW))


def letter(language: str) -> str:
    """The objection."""
    return as_html(letter_of_member(exposure(), language))


def team(language: str) -> str:
    """The report on a team."""
    members = [member(one, {"post": one + 1, "comment": 2}, agreed=one == 0, acted=one % 2 == 0) for one in range(12)]
    return page_of(tell_team(add_up(members, 1), exposure().guide, language))


PAGES: tuple[Callable[[str], str], ...] = (report, guide, every, letter, team)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("made", PAGES, ids=lambda made: made.__name__)
def test_page(page: Page, tmp_path: Path, made: Callable[[str], str], language: str) -> None:
    """M9, M11, M13, M19, M20: no fault in any look, no request to anywhere, and it prints.

    English is shown in every look; the other languages, which differ in words alone, in each direction at 320 px.
    """
    file = tmp_path / f"{made.__name__}.html"
    file.write_text(made(language), encoding="utf-8")
    asked = outside(page)
    page.goto(file.as_uri())
    looks = LOOKS if language == "en" else [one for one in LOOKS if (one.colours, one.width) == ("light", 320)]

    assert faults(page, looks) == []
    assert asked == []
    assert 1 <= sheets(page) <= 20

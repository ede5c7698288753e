"""Guides of typical people, as tests read them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

from byleave.adapters import packs
from byleave.archive.guide import latest_on, make_guide
from byleave.archive.guide_model import Guide, Person
from byleave.archive.guide_notes import shipped_notes

load_pack = cache(packs.load_pack)
notes_on = cache(shipped_notes)

ARTICLE, AUTUMN, NEWEST = "linkedin@2025-10-24", "linkedin@2025-11-03", "linkedin@2026-08-21"
PACKS = (ARTICLE, AUTUMN, NEWEST)
COUNTRIES = ("DE", "GB", "CH", "US", "CA", "HK", "CN", "RE", None)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BEFORE = datetime(2025, 10, 25, 9, 0, tzinfo=UTC)
START = date(2025, 11, 3)


@cache
def told(
    country: str | None,
    *,
    pack: str = NEWEST,
    today: datetime = NOW,
    off: date | None = None,
    born: date | None = None,
) -> Guide:
    """The guide for somebody."""
    loaded = load_pack(pack)
    person = Person(country, latest_on(off, today) if off else None, off, born)
    return make_guide(loaded, person, today, notes_on(loaded.pack))


def codes(guide: Guide, part: str) -> list[str]:
    """The codes of a part's statements, in order; words that are quoted have none."""
    statements = (getattr(line, "statement", None) for line in getattr(guide, part))
    return [statement.code for statement in statements if statement is not None]


def reasons(guide: Guide, scenario: str, kind: str) -> dict[str, str]:
    """What is decided in a scenario for each period, as the first claimant of a kind reads the rule."""
    number = next(number for number, claim in enumerate(guide.claims) if claim.kind == kind)
    found = (one for one in guide.outcomes if (one.scenario, one.claim) == (scenario, number))
    return {one.period: one.reason.value for one in found}

"""The date forms of exports: each is read as what it says, and nothing else is read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.archive.linkedin.dates import When, is_missing, read_date


def at(*parts: int) -> datetime:
    """An instant in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


READ = {
    "2026-07-20 10:25:25": When(at(2026, 7, 20, 10, 25, 25), "second", zoned=False),
    "2026-07-20 10:25:25 UTC": When(at(2026, 7, 20, 10, 25, 25), "second", zoned=True),
    "2026-07-20T10:25:25+02:00": When(at(2026, 7, 20, 8, 25, 25), "second", zoned=True),
    "2022/01/16 02:51:39 UTC": When(at(2022, 1, 16, 2, 51, 39), "second", zoned=True),
    "2026-07-20": When(at(2026, 7, 20), "day", zoned=False),
    "12 Mar 2019": When(at(2019, 3, 12), "day", zoned=False),
    "Jan 2020": When(at(2020, 1, 1), "month", zoned=False),
    "2020": When(at(2020, 1, 1), "year", zoned=False),
    "8/19/24, 11:04 PM": When(at(2024, 8, 19, 23, 4), "minute", zoned=False),
    "8/19/24, 12:04\u202fAM": When(at(2024, 8, 19, 0, 4), "minute", zoned=False),
    "8/19/2024, 12:04 PM": When(at(2024, 8, 19, 12, 4), "minute", zoned=False),
    "Wed Sep 06 07:12:33 UTC 2017": When(at(2017, 9, 6, 7, 12, 33), "second", zoned=True),
    "2026-07-20 10:00:00 - 2026-07-20 11:00:00": When(at(2026, 7, 20, 10), "second", zoned=False),
    "You uploaded a feed photo on April 12, 2026 at 8:03 AM (GMT)": When(at(2026, 4, 12, 8, 3), "minute", zoned=True),
    "You uploaded a very long named profile background picture on April 12, 2026 at 8:03 AM": When(
        at(2026, 4, 12, 8, 3), "minute", zoned=False
    ),
}
NOT_READ = (
    "19/8/24, 11:04 PM",  # no 19th month: not a day and month in the other order
    "2026-02-30 10:00:00",
    "8/19/24, 13:04 PM",
    "8/19/24, 0:04 AM",
    "12 Mär 2019",
    "12 März 2019",
    "Wed Sep 06 07:12:33 PST 2017",
    "0001-01-01",
    "9999",
    "yesterday",
    "Jun 5",
    "https://www.linkedin.com/2020",
)


@pytest.mark.parametrize("text", READ)
def test_read(text: str) -> None:
    """Each form of a date is read with its precision; without a zone it is UTC, and says that none was named."""
    assert read_date(text) == READ[text]


@pytest.mark.parametrize("text", NOT_READ)
def test_not_read(text: str) -> None:
    """What is no date, or another order of day and month, is not read as one."""
    assert read_date(text) is None


@pytest.mark.parametrize("text", ["", " ", "N/A", "Not Available", "null", "-"])
def test_missing(text: str) -> None:
    """What exports write for no value is no value."""
    assert is_missing(text)


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    """No text breaks the reader of dates, and what it reads is a date between 1900 and 2200 in UTC."""
    found = read_date(text)
    assert found is None or (found.at.tzinfo is UTC and 1900 <= found.at.year < 2200)

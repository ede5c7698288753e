"""Instants and dates are read strictly: what has no zone or cannot be is unreadable, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.kernel.instants import FIRST, LAST, comes_of_age, format_instant, parse_date, parse_instant

READABLE = {
    "2025-11-03T00:00:00Z": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-03t00:00:00z": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-03 00:00:00Z": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-03T00:00Z": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-03T01:00:00+01:00": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-03T01:00:00+0100": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-02T19:00:00-05:00": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-03T05:45:00+05:45": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-03T00:00:00-00:00": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-03T14:00:00+14:00": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-02T12:00:00-12:00": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-03T15:00:00+15:00": datetime(2025, 11, 3, tzinfo=UTC),
    "2025-11-03T00:00:00.5Z": datetime(2025, 11, 3, microsecond=500_000, tzinfo=UTC),
    "2025-11-03T00:00:00.000001Z": datetime(2025, 11, 3, microsecond=1, tzinfo=UTC),
    "2025-11-03T00:00:00.123456789Z": datetime(2025, 11, 3, microsecond=123_456, tzinfo=UTC),
    "2025-11-03T00:00:00.999999999Z": datetime(2025, 11, 3, microsecond=999_999, tzinfo=UTC),
    "2024-02-29T12:00:00Z": datetime(2024, 2, 29, 12, tzinfo=UTC),
    "1900-01-01T00:00:00Z": FIRST,
    "2199-12-31T23:59:59.999999Z": LAST - timedelta(microseconds=1),
}
UNREADABLE = [
    "",
    " ",
    "2025-11-03",
    "2025-11-03T00:00:00",
    "2025-11-03 00:00:00",
    "2025-11-03T00:00:00 Z",
    " 2025-11-03T00:00:00Z",
    "2025-11-03T00:00:00Z ",
    "2025-11-03T00:00:00Z\n",
    "2025-11-03T00Z",
    "2025-11-03T00:00:00.Z",
    "2025-11-03T00:00:00,5Z",
    "2025-11-03T00:00:00.1234567890Z",
    "2025-11-03T00:00.5Z",
    "2025-11-03T24:00:00Z",
    "2025-11-03T00:60:00Z",
    "2025-11-03T00:00:00+01",
    "2025-11-03T00:00:00+15:01",
    "2025-11-03T00:00:00-16:00",
    "2025-11-03T00:00:00+00:99",
    "2025-11-03T00:00:00 Europe/Berlin",
    "2025-11-03T00:00:00CET",
    "2025-02-29T00:00:00Z",
    "2025-13-01T00:00:00Z",
    "2025-00-01T00:00:00Z",
    "25-11-03T00:00:00Z",
    "20251103T000000Z",
    "2025-W45-1T00:00:00Z",
    "03/11/2025 00:00Z",
    "1762128000",
    "1762128000000",
    "0001-01-01T00:00:00Z",
    "1899-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00",
    "1900-01-01T00:00:00+01:00",
    "now",
    "null",
    "\uff12\uff10\uff12\uff15-11-03T00:00:00Z",
]


@pytest.mark.parametrize(("text", "instant"), READABLE.items())
def test_readable(text: str, instant: datetime) -> None:
    """RFC 3339 with any offset in use is read as UTC; what is finer than a microsecond is cut off, never rounded up."""
    assert parse_instant(text) == instant


@pytest.mark.parametrize("text", UNREADABLE)
def test_unreadable(text: str) -> None:
    """Without a zone, malformed, impossible or out of bounds: unreadable."""
    assert parse_instant(text) is None


@pytest.mark.parametrize("text", ["2016-12-31T23:59:60Z", "2016-12-31T18:59:60-05:00"])
def test_leap_seconds_are_unreadable(text: str) -> None:
    """A leap second is an instant in no engine, so that it counts as unreadable rather than as the next second."""
    assert parse_instant(text) is None


@given(
    st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)),  # noqa: DTZ001 - the zone comes next
    st.integers(-14 * 60, 14 * 60),
)
def test_written_instants_are_read_again(naive: datetime, minutes: int) -> None:
    """What is written in any zone is read as the same instant, and written in UTC."""
    instant = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    written = format_instant(instant)

    assert parse_instant(instant.isoformat()) == instant
    assert parse_instant(written) == instant
    assert written.endswith("Z")


def test_instants_are_written_short() -> None:
    """A fraction is written only where there is one, and then with six digits."""
    assert format_instant(datetime(2025, 11, 3, tzinfo=UTC)) == "2025-11-03T00:00:00Z"
    assert format_instant(datetime(2025, 11, 3, microsecond=10, tzinfo=UTC)) == "2025-11-03T00:00:00.000010Z"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2008-02-29", date(2008, 2, 29)),
        ("1900-01-01", date(1900, 1, 1)),
        ("2199-12-31", date(2199, 12, 31)),
        ("2007-02-29", None),
        ("1899-12-31", None),
        ("2200-01-01", None),
        ("2008-2-29", None),
        ("20080229", None),
        ("29.02.2008", None),
        ("2008-02-29T00:00:00Z", None),
        ("2008-02-29 ", None),
        ("", None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    """A date is year, month and day, and exists."""
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("born", "years", "instant"),
    [
        (date(2007, 11, 3), 18, datetime(2025, 11, 3, 12, tzinfo=UTC)),
        (date(2008, 2, 29), 18, datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (date(2008, 2, 29), 16, datetime(2024, 2, 29, 12, tzinfo=UTC)),
        (date(2008, 2, 28), 18, datetime(2026, 2, 28, 12, tzinfo=UTC)),
        (date(2080, 2, 29), 20, datetime(2100, 3, 1, 12, tzinfo=UTC)),
    ],
)
def test_coming_of_age(born: date, years: int, instant: datetime) -> None:
    """A birthday has come once it is that day everywhere on Earth; 29 February falls on 1 March."""
    assert comes_of_age(born, years) == instant

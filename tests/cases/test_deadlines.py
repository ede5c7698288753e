"""Deadlines: every way in which a calendar can move one, and never on time when it is late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.adapters.public_holidays import holidays_of
from byleave.cases.deadlines import Calendar, Standing, after_months, due, sources, terms_for
from byleave.kernel.errors import InputError

DUBLIN = Calendar(ZoneInfo("Europe/Dublin"), holidays_of("IE"))
BERLIN = Calendar(ZoneInfo("Europe/Berlin"), holidays_of("DE"))
LONDON = Calendar(ZoneInfo("Europe/London"), holidays_of("GB"))
NO_HOLIDAYS = Calendar(ZoneInfo("UTC"), lambda _: False)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - naive bounds


@pytest.mark.parametrize(
    ("received", "first", "last", "calendar"),
    [
        # the same number of the next month; the day of receipt does not count
        ("2026-03-10", "2026-04-10", "2026-06-10", DUBLIN),
        # the next month is shorter: its last day
        ("2027-03-31", "2027-04-30", "2027-06-30", DUBLIN),
        ("2026-10-31", "2026-11-30", "2027-02-02", DUBLIN),  # 31 January 2027 is a Sunday, then Saint Brigid's
        ("2028-01-31", "2028-02-29", "2028-05-02", BERLIN),  # a leap year; 30 April is a Sunday, 1 May a holiday
        ("2027-01-30", "2027-03-01", "2027-04-30", DUBLIN),  # 28 February 2027 is a Sunday
        # a Saturday, a Sunday
        ("2026-01-31", "2026-03-02", "2026-04-30", BERLIN),
        ("2026-04-09", "2026-05-11", "2026-07-09", BERLIN),
        ("2026-04-10", "2026-05-11", "2026-07-10", BERLIN),
        # a holiday, and one before a weekend
        ("2026-11-25", "2026-12-28", "2027-02-25", BERLIN),
        ("2026-12-01", "2027-01-04", "2027-03-01", BERLIN),
        ("2026-03-01", "2026-04-01", "2026-06-02", DUBLIN),
        # Easter
        ("2026-03-03", "2026-04-07", "2026-06-03", BERLIN),
        # over the end of a year
        ("2026-12-31", "2027-02-02", "2027-03-31", DUBLIN),
        ("2025-12-15", "2026-01-15", "2026-03-16", DUBLIN),
    ],
)
def test_calendar(received: str, first: str, last: str, calendar: Calendar) -> None:
    """A month is counted by Regulation 1182/71: month ends, weekends, holidays, leap years and the turn of a year."""
    day, terms = date.fromisoformat(received), terms_for("DE")

    assert terms.first(day, calendar).isoformat() == first
    assert terms.last(day, calendar).isoformat() == last


def test_day_of_receipt_is_that_of_who_answers() -> None:
    """An objection at 23:30 UTC on 30 June came on 1 July in Berlin, and is due by the end of 3 August."""
    received = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    found = due(received, terms_for("DE"), BERLIN)

    assert found.day == date(2026, 8, 3)  # 1 August is a Saturday
    assert found.end == datetime(2026, 8, 3, 22, tzinfo=UTC)


def test_extension_counts_from_receipt_and_only_in_time() -> None:
    """An extension gives three months from receipt in all; a notice after the first month gives nothing."""
    received, terms = datetime(2026, 3, 10, 9, tzinfo=UTC), terms_for("FR")
    first = due(received, terms, DUBLIN)
    in_time = due(received, terms, DUBLIN, first.end - timedelta(microseconds=1))
    too_late = due(received, terms, DUBLIN, first.end)

    assert (in_time.day, in_time.extended) == (date(2026, 6, 10), True)
    assert (too_late.day, too_late.extended) == (first.day, False)


def test_terms_of_countries() -> None:
    """A month; in CH thirty days, and never refused; in GB, complaints are acknowledged in thirty days."""
    assert terms_for("DE") == terms_for("EL") == terms_for("RE") == terms_for("NO")
    assert [terms_for(country).months for country in ("DE", "GB", "BR", None, "nowhere")] == [1] * 5
    swiss = terms_for("CH")
    assert (swiss.days, swiss.never_refused, swiss.further_months) == (30, True, 0)
    assert swiss.first(date(2026, 1, 31), DUBLIN) == date(2026, 3, 2)
    british = terms_for("UK")
    assert british.acknowledged(date(2026, 6, 18)) is None
    assert british.acknowledged(date(2026, 6, 19)) == date(2026, 7, 19)
    assert terms_for("DE").acknowledged(date(2026, 7, 1)) is None
    assert {terms_for(country).source for country in ("DE", "GB", "CH", "BR")} <= set(sources())


@given(INSTANTS, INSTANTS, st.none() | INSTANTS, st.sampled_from(["DE", "GB", "CH", None]))
def test_never_on_time_when_late(received: datetime, now: datetime, told: datetime | None, country: str | None) -> None:
    """Whatever is recorded and whenever one looks: a case after its last day is overdue, or answered late."""
    found = due(received, terms_for(country), DUBLIN, told)
    last = after_months(DUBLIN.day_of(received), 3)
    shown = found.standing(now)

    assert (shown is Standing.OVERDUE) is (DUBLIN.day_of(now) > found.day)
    assert found.standing(now, now) is (Standing.ANSWERED_LATE if DUBLIN.day_of(now) > found.day else Standing.ANSWERED)
    assert found.standing(now, now, answered=False) is (
        Standing.ENDED_LATE if DUBLIN.day_of(now) > found.day else Standing.ENDED
    )
    if not found.extended:
        assert found.day <= after_months(DUBLIN.day_of(received), 1) + timedelta(days=5)
    assert found.day <= last + timedelta(days=5)


@given(INSTANTS)
def test_a_holiday_never_makes_it_earlier(received: datetime) -> None:
    """Holidays only move a deadline on, to a working day; without any, a month ends within two days of its number."""
    day, terms = received.date(), terms_for("DE")
    plain, moved = terms.first(day, NO_HOLIDAYS), terms.first(day, BERLIN)

    assert plain <= moved
    assert moved.weekday() < 5
    assert not BERLIN.is_holiday(moved)
    assert timedelta() <= plain - after_months(day, 1) <= timedelta(days=2)


def test_holidays_of_no_country() -> None:
    """A country without known holidays is refused by name."""
    with pytest.raises(InputError, match="of `XX`"):
        holidays_of("XX")
    assert LONDON.is_holiday(date(2026, 12, 25))

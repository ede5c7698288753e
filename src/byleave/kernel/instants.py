"""Instants: always in UTC, with microsecond resolution, between 1900 and 2200.

An instant outside these bounds is treated as unreadable: it is a zero value (`0001-01-01`) or a mistaken unit, and
nothing on a platform was created then. Digits finer than a microsecond are cut off.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

FIRST = datetime(1900, 1, 1, tzinfo=UTC)
"""The first instant that can be read; stands for "always" where a start is open."""
LAST = datetime(2200, 1, 1, tzinfo=UTC)
"""Just after the last instant that can be read; stands for "for ever" where an end is open."""

# RFC 3339 section 5.6 with the offset required; a blank in place of `T` is allowed there by a note, and seconds may
# be missing (ISO 8601). Leap seconds (:60) and 24:00 are not instants in Python or in any engine and count as
# unreadable. The offsets in use lie between -12:00 and +14:00 (IANA time zone database); beyond 15 hours it is a slip.
DATE_PATTERN = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
NAIVE_PATTERN = DATE_PATTERN + r"[Tt ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
INSTANT_PATTERN = NAIVE_PATTERN + r"([Zz]|[+-]((0[0-9]|1[0-4]):?[0-5][0-9]|15:?00))"

# A birthday has come everywhere once the day has begun at UTC-12 (IANA `Etc/GMT+12`): 12:00 UTC. Somebody's zone is
# not in the register, so the last place on Earth counts: an unknown never helps training.
BIRTHDAY_HOUR_UTC = 12


def parse_instant(text: str) -> datetime | None:
    """Read RFC 3339 text with a zone as UTC; None when it has no zone, is malformed or is out of bounds."""
    if not re.fullmatch(INSTANT_PATTERN, text):
        return None
    head, fraction = _split_fraction(text.upper().replace(" ", "T").replace("Z", "+00:00"))
    try:
        value = datetime.fromisoformat(head).astimezone(UTC)
    except (ValueError, OverflowError):  # no such day of the month; the first or the last day that Python knows
        return None
    value = value.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    return value if FIRST <= value < LAST else None


def parse_date(text: str) -> date | None:
    """Read `YYYY-MM-DD` between 1900 and 2199; None when malformed or out of bounds."""
    if not re.fullmatch(DATE_PATTERN, text):
        return None
    try:
        value = date.fromisoformat(text)
    except ValueError:
        return None
    return value if FIRST.date() <= value < LAST.date() else None


def format_instant(value: datetime) -> str:
    """Write an instant as RFC 3339 in UTC, without a fraction when it is zero."""
    text = value.astimezone(UTC).isoformat(timespec="microseconds" if value.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def comes_of_age(birth_date: date, years: int) -> datetime:
    """The instant at which somebody is `years` old everywhere on Earth; 29 February falls on 1 March."""
    year = birth_date.year + years
    try:
        day = birth_date.replace(year=year)
    except ValueError:
        day = date(year, 3, 1)
    return datetime(day.year, day.month, day.day, BIRTHDAY_HOUR_UTC, tzinfo=UTC)


def _split_fraction(text: str) -> tuple[str, str]:
    """Cut the digits after the second out of ISO text, since `fromisoformat` takes only 3 or 6 of them on 3.11."""
    match = re.search(r"[.]([0-9]+)", text)
    return (text.replace(match.group(0), ""), match.group(1)) if match else (text, "0")

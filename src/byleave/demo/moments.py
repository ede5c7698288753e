"""The instants that the invented platform lives by, in whole seconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from byleave.kernel.instants import format_instant, parse_instant

DAY = 86_400
HOUR = 3_600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(text: str) -> int:
    """Seconds since 1970 of RFC 3339 text; a day alone is its midnight in UTC.

    Raises: ValueError when it is neither.
    """
    instant = parse_instant(text if "T" in text else f"{text}T00:00:00Z")
    if instant is None:
        raise ValueError(text)
    return (instant - _EPOCH) // timedelta(seconds=1)


def as_text(moment: int | None) -> str:
    """RFC 3339 text in UTC; blank for None."""
    return "" if moment is None else format_instant(_EPOCH + timedelta(seconds=moment))


def year_of(moment: int) -> int:
    """The year in UTC."""
    return (_EPOCH + timedelta(seconds=moment)).year


def day_of(moment: int) -> str:
    """The day in UTC, as `YYYY-MM-DD`."""
    return as_text(moment)[:10]


OPENED = seconds("2012-01-09")
"""The platform opens."""
US_START = seconds("2024-09-18")
"""Training begins outside Europe."""
ANNOUNCED = seconds("2025-09-18")
"""It is announced that Europe, Canada and Hong Kong follow."""
START = seconds("2025-11-03")
"""They follow."""
END = seconds("2025-12-01")
"""Nothing is created, recorded or delivered from here on."""

"""Instants and dates as people write them, by language and always in UTC."""

from __future__ import annotations

from datetime import UTC, date
from functools import lru_cache
from typing import TYPE_CHECKING

from byleave.text.catalogue import N_

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.text.catalogue import Catalogue

MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
    N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
FIRST = N_("1")
"""The first day of a month."""
DATE = N_("{day} {month} {year}")
MONTH = N_("{month} {year}")
INSTANT = N_("{day} {month} {year}, {time} UTC")


def date_text(catalogue: Catalogue, value: date) -> str:
    """A date, such as `20 October 2025`."""
    return catalogue.say(DATE, **_day(catalogue, value))


def partial_date_text(catalogue: Catalogue, value: str) -> str:
    """A year, a month or a day in ISO 8601, such as `2025`, `October 2025` or `20 October 2025`."""
    if len(value) == len("2025-10-20"):
        return date_text(catalogue, date.fromisoformat(value))
    if len(value) == len("2025-10"):
        first = date.fromisoformat(f"{value}-01")
        return catalogue.say(MONTH, month=catalogue.say(MONTHS[first.month - 1]), year=str(first.year))
    return value


@lru_cache(maxsize=1_024)
def instant_text(catalogue: Catalogue, value: datetime) -> str:
    """An instant, such as `20 October 2025, 09:15 UTC`; seconds are told where they are not zero."""
    value = value.astimezone(UTC)
    precise = "microseconds" if value.microsecond else "seconds" if value.second else "minutes"
    time = value.time().isoformat(timespec=precise)
    return catalogue.say(INSTANT, **_day(catalogue, value), time=time)


def _day(catalogue: Catalogue, value: date) -> dict[str, str]:
    day = catalogue.say(FIRST) if value.day == 1 else str(value.day)
    return {"day": day, "month": catalogue.say(MONTHS[value.month - 1]), "year": str(value.year)}

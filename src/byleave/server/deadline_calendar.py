"""The days by which this server's answers are due, as it was configured."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from byleave.adapters.public_holidays import holidays_of
from byleave.cases.deadlines import Calendar

if TYPE_CHECKING:
    from datetime import date

    from byleave.server.configuration import Configuration


def calendar_of(configuration: Configuration) -> Calendar:
    """The days of whoever answers. Raises: InputError, MissingExtraError when holidays are asked for and not known."""
    is_holiday = holidays_of(configuration.holidays) if configuration.holidays else _never
    return Calendar(ZoneInfo(configuration.zone), is_holiday)


def _never(_day: date) -> bool:
    return False

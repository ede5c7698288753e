"""Until when an answer is due: counted in months or days, moved by weekends and holidays, extended by notice.

By Regulation 1182/71, Article 3: the day of receipt does not count; a period in months ends on the day of the same
number, or on the last day of a shorter month; one that would end on a Saturday, a Sunday or a holiday ends with the
next working day. It ends with the last hour of that day, where the answer is given.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from byleave.policy.regions import normalise_country, regions

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

_SATURDAY = 5
_MONTHS = 12
SOON = timedelta(days=7)
"""Before the end of a deadline; from then on a case is shown as due soon."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of whoever answers."""

    zone: ZoneInfo
    """In which the days of receipt and answer are counted."""
    is_holiday: Callable[[date], bool]
    """Public holidays there; a day of which that is not known is none, so that an answer is due earlier."""

    def day_of(self, instant: datetime) -> date:
        """The day of an instant."""
        return instant.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """The first instant after a day."""
        return datetime.combine(day + timedelta(days=1), time(), self.zone)

    def working_day(self, day: date) -> date:
        """The day itself, or the next working day."""
        while day.weekday() >= _SATURDAY or self.is_holiday(day):
            day += timedelta(days=1)
        return day


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint is acknowledged within so many days, where the law asks for that."""

    days: int
    begins: date
    source: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the law of a place asks of an answer; `months` or `days` is set."""

    months: int | None
    days: int | None
    further_months: int
    """By how many months an answer may take longer, with notice; 0: not at all."""
    never_refused: bool
    complaint: Complaint | None
    source: str

    def first(self, received: date, calendar: Calendar) -> date:
        """The last day for an answer, or for the notice that it takes longer."""
        if self.months is None:
            return received + timedelta(days=self.days or 0)
        return calendar.working_day(after_months(received, self.months))

    def last(self, received: date, calendar: Calendar) -> date:
        """The last day where the answer was put off."""
        if self.months is None or not self.further_months:
            return self.first(received, calendar)
        return calendar.working_day(after_months(received, self.months + self.further_months))

    def acknowledged(self, received: date) -> date | None:
        """The last day to acknowledge a complaint; None where no law asks for it. It is not moved by a weekend."""
        asked = self.complaint
        return received + timedelta(days=asked.days) if asked and received >= asked.begins else None


def after_months(day: date, months: int) -> date:
    """The day of the same number so many months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@cache
def _terms() -> tuple[tuple[frozenset[str], Terms], ...]:
    told = yaml.safe_load(resources.files("byleave.cases").joinpath("terms.yaml").read_text(encoding="utf-8"))
    return tuple((_countries(one["regions"]), _read(one)) for one in told["terms"])


def sources() -> dict[str, dict[str, Any]]:
    """Where each rule is from: title, publisher, date, certainty."""
    told = yaml.safe_load(resources.files("byleave.cases").joinpath("terms.yaml").read_text(encoding="utf-8"))
    return dict(told["sources"])


def _countries(names: list[str]) -> frozenset[str]:
    known = regions().sets
    return frozenset(code for name in names for code in known.get(name, (name,)))


def _read(told: dict[str, Any]) -> Terms:
    complaint = told.get("complaint")
    return Terms(
        told.get("months"),
        told.get("days"),
        told.get("further_months", 0),
        told.get("never_refused", False),
        Complaint(complaint["days"], complaint["from"], complaint["source"]) if complaint else None,
        told["source"],
    )


def terms_for(country: str | None) -> Terms:
    """The terms of a country; those of the GDPR where there are none of its own, or the country is not known."""
    code = normalise_country(country) if country else None
    return next(terms for countries, terms in _terms() if code in countries or not countries)


class Standing(StrEnum):
    """How a case stands with its deadline."""

    ON_TIME = "on-time"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    ANSWERED_LATE = "answered-late"
    ENDED = "ended"
    """It was taken back, or lapsed: nobody has answered it."""
    ENDED_LATE = "ended-late"
    """The same, when an answer was overdue."""


@dataclass(frozen=True, slots=True)
class Due:
    """Until when an answer is due."""

    day: date
    """The last day."""
    end: datetime
    """The first instant at which it is late."""
    extended: bool

    def standing(self, now: datetime, over: datetime | None = None, *, answered: bool = True) -> Standing:
        """How it stands; whatever is late is never shown as anything else.

        Args:
            now: the present.
            over: when the case ended; None: it waits.
            answered: whether it ended with an answer.
        """
        if over is not None:
            in_time, late = (
                (Standing.ANSWERED, Standing.ANSWERED_LATE) if answered else (Standing.ENDED, Standing.ENDED_LATE)
            )
            return in_time if over < self.end else late
        if now >= self.end:
            return Standing.OVERDUE
        return Standing.DUE_SOON if now >= self.end - SOON else Standing.ON_TIME


def due(received: datetime, terms: Terms, calendar: Calendar, extended: datetime | None = None) -> Due:
    """Until when an answer is due.

    Args:
        received: when the objection came.
        terms: of the person's country.
        calendar: of whoever answers.
        extended: when the person was told that it takes longer; told too late, that changes nothing.
    """
    day = calendar.day_of(received)
    first = terms.first(day, calendar)
    told_in_time = extended is not None and extended < calendar.end_of(first)
    last = terms.last(day, calendar) if told_in_time else first
    return Due(last, calendar.end_of(last), told_in_time and last > first)

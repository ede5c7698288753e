"""Dates as LinkedIn's exports write them: a different form in almost every file, and none of them localised so far.

A date that names no zone is taken as UTC (so the Member Data Portability documentation and every parser read it), and
says that it was: `zoned` is False. Nothing is guessed: `13/1/24` is no date, rather than 13 January.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from byleave.kernel.instants import FIRST, LAST, parse_instant

MISSING = frozenset({"", "n/a", "not available", "null", "none", "-"})
"""What exports write for a value that is not there, in lower case."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ],
        start=1,
    )
    for name in names.split()
}
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
_HALF = r"\s?(?P<half>[AaPp])\.?[Mm]\.?"
_ZONE = r"(?P<zone>UTC|GMT|Z)"
_DAY_OF_WEEK = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        # 2026-07-20 10:25:25 · 2022/01/16 02:51:39 UTC · 2026-07-20
        rf"(?P<year>\d{{4}})(?P<mark>[-/])(?P<month>\d\d)(?P=mark)(?P<day>\d\d)(?:[ T]{_CLOCK}(?:\s?{_ZONE})?)?",
        # 8/19/24, 11:04 PM: month, day, year
        rf"(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>\d{{4}}|\d\d)(?:,? {_CLOCK}{_HALF}(?: {_ZONE})?)?",
        # Wed Sep 06 07:12:33 UTC 2017
        rf"{_DAY_OF_WEEK} (?P<name>[A-Za-z]+) (?P<day>\d{{1,2}}) {_CLOCK} {_ZONE} (?P<year>\d{{4}})",
        # 12 Mar 2019
        r"(?P<day>\d{1,2}) (?P<name>[A-Za-z]+)\.? (?P<year>\d{4})",
        # Jan 2020
        r"(?P<name>[A-Za-z]+)\.? (?P<year>\d{4})",
        # 2020
        r"(?P<year>\d{4})",
        # April 12, 2026 at 8:03 AM (GMT), as the sentences of Rich_Media have it
        rf"(?P<name>[A-Za-z]+)\.? (?P<day>\d{{1,2}}), (?P<year>\d{{4}})(?: at {_CLOCK}{_HALF}(?: \(?{_ZONE}\)?)?)?",
    )
)
_IN_SENTENCE = re.compile(
    r"[A-Z][a-z]+\.? \d{1,2}, \d{4}(?: at \d{1,2}:\d\d(?::\d\d)?\s?[AaPp]\.?[Mm]\.?(?: \(?(?:UTC|GMT)\)?)?)?"
)
_COMMONEST = re.compile(r"[0-9]{4}([-/])[0-9]{2}\1[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?: UTC)?")
_UNZONED = len("2026-07-20 10:25:25")
_CENTURY = 2000
"""Two digits of a year: LinkedIn began in 2003."""
_LONGEST = 64
"""No date is longer; a sentence or a range is cut up first."""
_NOON = 12


class When(NamedTuple):
    """A date as precise as it was written: `at` is its first instant."""

    at: datetime
    precision: str
    """`second`, `minute`, `day`, `month` or `year`."""
    zoned: bool
    """Whether the text named its zone; else UTC is what the exports are understood to mean."""


def is_missing(raw: str) -> bool:
    """Whether a cell says that there is no value."""
    return raw.strip().casefold() in MISSING


def read_date(raw: str) -> When | None:
    """Read one date, the start of a range `start - end`, or the date in a sentence; None when it is none of them."""
    if _COMMONEST.fullmatch(raw):
        when = _commonest(raw)
        if when is not None:
            return when
    # from CLDR 42 on, a narrow no-break space stands before AM and PM
    text = " ".join(raw.split())
    if len(text) > _LONGEST:
        return _in_sentence(text)
    return _one(text) or _range(text) or _in_sentence(text)


def _commonest(raw: str) -> When | None:
    """The form that stands in most rows, without trying all the others."""
    try:
        at = datetime.fromisoformat(f"{raw[:4]}-{raw[5:7]}-{raw[8:19]}+00:00")
    except ValueError:
        return None
    return When(at, "second", zoned=len(raw) > _UNZONED) if FIRST <= at < LAST else None


def _range(text: str) -> When | None:
    start, dash, end = text.partition(" - ")
    return _one(start) if dash and _one(end) else None


def _in_sentence(text: str) -> When | None:
    found = _IN_SENTENCE.findall(text)
    return _one(found[-1]) if found else None


def _one(text: str) -> When | None:
    instant = parse_instant(text)
    if instant is not None:
        return When(instant, "second", zoned=True)
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _build({**dict.fromkeys(("name", "hour", "half", "zone")), **match.groupdict()})
    return None


def _build(parts: dict[str, str | None]) -> When | None:
    month = _MONTHS.get(parts["name"].casefold()) if parts["name"] else int(parts.get("month") or 1)
    hour = _hour(parts)
    if month is None or hour is None:
        return None
    year = int(parts["year"] or 0)
    if len(parts["year"] or "") == len("24"):
        year += _CENTURY
    try:
        at = datetime(
            year,
            month,
            int(parts.get("day") or 1),
            hour,
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    return When(at, _precision(parts), zoned=parts["zone"] is not None) if FIRST <= at < LAST else None


def _hour(parts: dict[str, str | None]) -> int | None:
    """The hour of the day, with AM and PM read; None for one that no clock shows."""
    hour = int(parts["hour"] or 0)
    if parts["half"] is None:
        return hour
    if not 1 <= hour <= _NOON:
        return None
    return hour % _NOON + (_NOON if parts["half"] in "Pp" else 0)


def _precision(parts: dict[str, str | None]) -> str:
    for part, precision in (("second", "second"), ("hour", "minute"), ("day", "day")):
        if parts.get(part) is not None:
            return precision
    return "month" if parts["name"] or parts.get("month") else "year"

"""What every page of the desk works with: the service, the days of whoever answers, and an index that is read on."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from byleave.server.deadline_calendar import calendar_of
from byleave.server.deciding import Deciding
from byleave.server.desk.index import REQUEST_SECONDS, catch_up
from byleave.server.running import current

if TYPE_CHECKING:
    from byleave.cases.deadlines import Calendar
    from byleave.server.desk.index import Read


EXPORT_SECONDS = 10.0
"""What a file spends on reading on before it is sent; where that is not enough, it says so."""


@cache
def calendar() -> Calendar:
    """The days by which answers are due, as the server was configured."""
    return calendar_of(settings.CONFIGURATION)


def calendar_name() -> str:
    """What these days are called; deadlines are counted anew under another name."""
    configuration = settings.CONFIGURATION
    return f"{configuration.zone} {configuration.holidays or ''}".strip()


def deciding() -> Deciding:
    """The steps of staff."""
    return Deciding(current(), calendar())


def read_on(seconds: float | None = REQUEST_SECONDS) -> Read:
    """Read on in the ledger, for so long at most."""
    return catch_up(current(), calendar(), calendar_name(), seconds)

"""The day by which an answer is due: one month from the day of receipt.

In the EU by Regulation 1182/71, Article 3: the day of receipt does not count, and the month ends on the day of the same
number, or on the last of a shorter month; a Saturday or Sunday moves it to the next working day. The British authority
counts to the same day. Public holidays would move it too; they differ by place and are not known here.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

_DECEMBER = 12
_SATURDAY = 5


def answer_due(received: date) -> date:
    """The last day of the month that began with receipt, moved on where it is a Saturday or Sunday."""
    year, month = (received.year + 1, 1) if received.month == _DECEMBER else (received.year, received.month + 1)
    day = date(year, month, min(received.day, monthrange(year, month)[1]))
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day

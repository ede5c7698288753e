"""Appeals that came by letter or telephone: until when they count, by the day on which they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.server.desk.at_hand import calendar
from byleave.server.desk.telling import is_member
from byleave.server.objections.contacts import last_day_to_appeal
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from byleave.cases.case import Case
    from byleave.ledger.entries import Entry


def last_day_by_post(case: Case, entries: Sequence[Entry]) -> date | None:
    """The last day on which an appeal counts that comes by post: the one that the person was told.

    None where there is nothing to appeal against, or nothing is left to look for by it. Staff hold the letter, so that
    an appeal against a lapse needs no address to confirm it.
    """
    return last_day_to_appeal(case, own=is_member(entries) or bool(case.identifiers))


def why_not(case: Case, entries: Sequence[Entry], day: date) -> str:
    """What is wrong with an appeal that came on a day; blank where nothing is."""
    if case.decided is not None and day < calendar().day_of(case.decided.at):
        return say("by-post-day-before")
    last = last_day_by_post(case, entries)
    if last is None:
        return say("by-post-appeal-gone")
    return say("by-post-appeal-late", until=last) if day > last else ""

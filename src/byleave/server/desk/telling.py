"""Tell the person of a case what was done: a letter to the address that they gave, beside what their page says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import reverse

from byleave.ledger.entries import Kind
from byleave.server.desk.at_hand import calendar, deciding
from byleave.server.desk.letters import Letter, letter, letters_for
from byleave.server.objecting import FOLLOW
from byleave.server.objections import letters, models
from byleave.server.objections.contacts import contact, masked
from byleave.server.objections.views import server_of
from byleave.server.running import current
from byleave.text.catalogue import language_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.http import HttpRequest

    from byleave.cases.case import Case
    from byleave.ledger.entries import Entry


class Answered(NamedTuple):
    """Where a case is answered, and how far that has come."""

    address: str
    """With most of it hidden; blank where there is none."""
    reason: str
    written: list[tuple[datetime, datetime | None]]
    """Letters: when each was written and sent; None: it waits."""
    is_untold: bool
    """Whether something was decided of which no letter was written, and there is an address."""


def is_member(entries: Iterable[Entry]) -> bool:
    """Whether somebody has, or had, an account; `entries` is everything that is recorded about them."""
    return any(one.kind is Kind.MEMBER_REGISTERED for one in entries)


def tell(request: HttpRequest, name: str) -> bool:
    """Write the letter that says how a case stands, in the person's language, and send it soon; whether it was written.

    Raises: UnknownError.
    """
    service, at = current(), contact(name)
    if at is None or not at.address:
        return False
    entries, case = deciding().entries(name), deciding().case(name)
    link = server_of(request) + reverse("objection-case", args=[name, service.address_secret(FOLLOW, name)])
    what = Letter(letters_for(case)[0], language_of(at.language), is_member(entries), link)
    title, _, body = letter(case, what, calendar()).partition("\n\n")
    written = letters.write(name, title, body, service.now())
    letters.soon(service)
    return written


def answered(case: Case, *, whole: bool) -> Answered:
    """How the person of a case is answered; `whole`: with the whole address."""
    at = contact(case.id)
    address = at.address if at else ""
    rows: Any = models.Letter.objects.filter(objection=case.id, kind="told").order_by("pk")
    written = list(rows.values_list("written_at", "sent_at"))
    said = case.decided or case.extended
    untold = bool(address) and said is not None and not any(day >= said.at for day, _ in written)
    return Answered(address if whole or not address else masked(address), at.reason if at else "", written, untold)

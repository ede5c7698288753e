"""Where somebody who objected is answered: kept apart from the ledger, and cleared some time after their case."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from byleave.cases.case import State
from byleave.cases.steps import LAPSES_AFTER
from byleave.server.deadline_calendar import calendar_of
from byleave.server.objections.inboxes import inbox_of
from byleave.server.objections.models import Contact, Letter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from byleave.cases.case import Case

REST_OF_THE_DAY = timedelta(days=1)
"""People are told a day, which is over everywhere only then."""
_LINE_OF_STARS = "***"


def kept_for() -> timedelta:
    """How long a case that is over can be appealed against, and what is kept for that; the person is told."""
    return timedelta(days=settings.CONFIGURATION.case_days)


def keep(case: Case, address: str, reason: str) -> bool:
    """Keep where a case is answered; whether it was not kept before."""
    if not address and not reason:
        return False
    values = {
        "subject": case.subject,
        "address": address.lower(),
        "inbox": inbox_of(address) if address else "",
        "language": case.language or "en",
        "reason": reason,
        "received_at": case.received,
    }
    return bool(Contact.objects.get_or_create(objection=case.id, defaults=values)[1])


def correct(case: Case, address: str) -> None:
    """Answer a case at another address from now on. The one before goes, and what waited for it.

    Time to confirm runs from the first letter to the new one.
    """
    values = {"subject": case.subject, "address": address.lower(), "inbox": inbox_of(address), "asked_at": None}
    new = {**values, "language": case.language or "en", "reason": "", "received_at": case.received}
    Contact.objects.update_or_create(objection=case.id, defaults=values, create_defaults=new)
    of_the_case = Letter.objects.filter(objection=case.id, sent_at__isnull=True, failed_at__isnull=True)
    of_the_case.exclude(kind="moved").delete()


def follow(case: Case, appeal: Case) -> None:
    """Answer an appeal where the case against whose refusal it is was answered."""
    found = contact(case.id)
    if found is not None:
        keep(appeal, found.address, found.reason)


def contact(objection: str) -> Contact | None:
    """Where a case is answered; None where its person gave nothing, or it was cleared."""
    found: Contact | None = Contact.objects.filter(objection=objection).first()
    return found


def masked(address: str) -> str:
    """An address that its owner knows again and nobody else learns: `a***@example.com`."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}{_LINE_OF_STARS}@{host}"


def is_over(case: Case, now: datetime) -> bool:
    """Whether a case has ended, and the time for an appeal, too."""
    return case.decided is not None and not case.is_open and now >= case.decided.at + kept_for() + REST_OF_THE_DAY


def appeals_until(case: Case, *, own: bool) -> datetime | None:
    """Until when a refusal or a lapse can be appealed against, and the rest of that day; None where it cannot.

    Args:
        case: as it is now.
        own: whether a member looks who has signed in. Anybody else is looked for by what they gave, as long as that
            is kept, and has to confirm an appeal against a lapse by a letter.
    """
    if case.decided is None or case.appealed_by or not case.can_be_appealed:
        return None
    at = None if own else contact(case.id)
    if not own and (not case.identifiers or (case.state is State.LAPSED and not (at and at.address))):
        return None
    return case.decided.at + kept_for()


def may_appeal(case: Case, now: datetime, *, own: bool) -> bool:
    """Whether that day is not over yet."""
    until = appeals_until(case, own=own)
    return until is not None and now < until + REST_OF_THE_DAY


def last_day_to_appeal(case: Case, *, own: bool) -> date | None:
    """The day that the person is told, on their page and in the letter; None where there is nothing to appeal against.

    It may be over; `own` as in `appeals_until`.
    """
    until = appeals_until(case, own=own)
    return None if until is None else day_of(until)


def day_of(instant: datetime) -> date:
    """The day of an instant, where the answer is given."""
    return calendar_of(settings.CONFIGURATION).day_of(instant)


def confirms_until(case: Case, at: Contact | None) -> datetime | None:
    """Until when a case may be confirmed; None where that is done, or too late.

    Whoever gets the letter late has as much time as everybody.
    """
    if case.state is not State.RECEIVED:
        return None
    asked = at.asked_at if at else None
    return max(case.received, asked or case.received) + LAPSES_AFTER


def forget(sender: object, members: Sequence[str], **_more: object) -> None:  # noqa: ARG001 - a receiver's signature
    """Remove what is kept about everybody who was erased, and the letters that wait."""
    for objection in list(Contact.objects.filter(subject__in=list(members)).values_list("objection", flat=True)):
        clear(objection)


def clear(objection: str) -> None:
    """Remove what is kept about a case, and the letters that wait."""
    Letter.objects.filter(objection=objection).delete()
    Contact.objects.filter(objection=objection).delete()

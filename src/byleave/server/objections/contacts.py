"""Where somebody who objected is answered: kept apart from the ledger, and cleared once their case is over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from byleave.cases.case import State
from byleave.cases.steps import LAPSES_AFTER
from byleave.server.objections.inboxes import inbox_of
from byleave.server.objections.models import Contact, Letter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from byleave.cases.case import Case

KEPT_FOR = timedelta(days=90)
"""After a case is over, so that an appeal can still be answered; the person is told."""
_LINE_OF_STARS = "***"


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


def close(objection: str, now: datetime) -> None:
    """Note that a case is over; what is kept about it goes after `KEPT_FOR`."""
    Contact.objects.filter(objection=objection, over_at__isnull=True).update(over_at=now)


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

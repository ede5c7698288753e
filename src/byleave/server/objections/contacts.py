"""Where somebody who objected is answered: kept apart from the ledger, and cleared once their case is over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from byleave.server.objections.models import Contact, Letter

if TYPE_CHECKING:
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
        "address": address.lower(),
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


def clear(objection: str) -> None:
    """Remove what is kept about a case, and the letters that wait."""
    Letter.objects.filter(objection=objection).delete()
    Contact.objects.filter(objection=objection).delete()

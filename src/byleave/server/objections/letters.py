"""Letters to people who objected. They wait in a table, so that no answer waits for a mail server, and none is lost.

Each process of the server sends what waits soon after it was written; `byleave objection tend` sends what was left.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage
from django.db import DatabaseError, connections
from django.db.models import Q
from django.urls import reverse

from byleave.cases.steps import LAPSES_AFTER
from byleave.kernel.errors import ByleaveError, UnknownError
from byleave.server.objecting import CONFIRM, FOLLOW
from byleave.server.objections.contacts import contact
from byleave.server.objections.models import Contact, Letter
from byleave.server.ui.voice import plainly_in

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.cases.case import Case
    from byleave.server.service import Service

MOST_A_DAY = 5
"""Letters to one address in a day: a form is no way to fill somebody's letter box. The others wait."""
AGAIN_AFTER = timedelta(minutes=5)
"""A letter that somebody took to the mail server, and that is not sent, is tried again then."""
_DAY = timedelta(days=1)
_AT_ONCE = 100
_log = logging.getLogger("byleave.letters")
_sending = threading.Lock()


def ask_to_confirm(objection: str, server: str, now: datetime) -> None:
    """Write the letter with the link that confirms an objection, unless one waits already."""
    waits = Letter.objects.filter(objection=objection, kind="confirm", sent_at__isnull=True)
    if not waits.exists():
        Letter.objects.create(objection=objection, kind="confirm", server=server, written_at=now)


def write(objection: str, title: str, body: str, now: datetime) -> bool:
    """Write a letter of one's own to whoever made an objection; whether there is an address.

    The text is kept until it is sent.
    """
    found = contact(objection)
    if found is None or not found.address:
        return False
    Letter.objects.create(objection=objection, kind="told", title=title, body=body, written_at=now)
    return True


def send_waiting(service: Service) -> int:
    """Send the letters that wait, the oldest first; how many were sent. Raises: OSError from the mail server."""
    sent, after = 0, 0
    while found := _waiting(service.now(), after):
        for letter in found:
            sent += _send(service, letter)
        after = found[-1].pk
    return sent


def soon(service: Service) -> None:
    """Send what waits, beside the request that is answered; one such run at a time in each process."""
    if _sending.acquire(blocking=False):
        threading.Thread(target=_run, args=(service,), name="letters", daemon=True).start()


def _run(service: Service) -> None:
    try:
        while send_waiting(service):
            pass
    except (OSError, ByleaveError, DatabaseError):
        _log.exception("letters wait: the mail server or a database did not answer")
    finally:
        _sending.release()
        connections.close_all()


def _waiting(now: datetime, after: int) -> list[Letter]:
    free = Q(tried_at__isnull=True) | Q(tried_at__lt=now - AGAIN_AFTER)
    return list(Letter.objects.filter(free, sent_at__isnull=True, pk__gt=after).order_by("pk")[:_AT_ONCE])


def _send(service: Service, letter: Letter) -> bool:
    """Take one letter to the mail server, unless another process has just taken it, or the address has had enough."""
    now = service.now()
    to = contact(letter.objection)
    if to is None or not to.address:
        letter.delete()
        return False
    free = Q(tried_at__isnull=True) | Q(tried_at__lt=now - AGAIN_AFTER)
    # marked before it is known whether it may go: a burst for one address is not looked through again at each form
    if not Letter.objects.filter(free, pk=letter.pk, sent_at__isnull=True).update(tried_at=now):
        return False
    if _sent_today(to.address, now) >= MOST_A_DAY:
        return False
    told = _told(service, letter, to)
    if told is None:
        letter.delete()
        return False
    EmailMessage(subject=told[0], body=told[1], to=[to.address]).send()
    Letter.objects.filter(pk=letter.pk).update(sent_at=service.now(), title="", body="")
    return True


def _sent_today(address: str, now: datetime) -> int:
    same = Contact.objects.filter(address=address).values("objection")
    return int(Letter.objects.filter(objection__in=same, sent_at__gt=now - _DAY).count())


def _told(service: Service, letter: Letter, to: Contact) -> tuple[str, str] | None:
    """Title and body; None where there is nothing to confirm any more."""
    if letter.kind != "confirm":
        return letter.title, letter.body
    try:
        case = service.case(letter.objection)
    except UnknownError:
        return None
    return confirmation(service, case, to.language, letter.server) if case.confirmed is None and case.is_open else None


def confirmation(service: Service, case: Case, language: str, server: str) -> tuple[str, str]:
    """The letter with the link that confirms. It holds nothing that somebody typed into the form."""
    links = {
        name: server + reverse(name, args=[case.id, service.address_secret(use, case.id)])
        for name, use in (("objection-confirm", CONFIRM), ("objection-case", FOLLOW))
    }
    until = (case.received + LAPSES_AFTER).date()
    parts = [
        plainly_in(language, "object-letter-greeting"),
        plainly_in(language, "object-letter-received", on=case.received.date(), reference=case.id),
        plainly_in(language, "object-letter-confirm"),
        links["objection-confirm"],
        plainly_in(language, "object-letter-until", on=until),
        plainly_in(language, "object-letter-follow"),
        links["objection-case"],
        plainly_in(language, "object-letter-not-you"),
    ]
    return plainly_in(language, "object-letter-title", reference=case.id), "\n\n".join(parts) + "\n"

"""Letters to people who objected. They wait in a table, so that no answer waits for a mail server, and none is lost.

Each process of the server sends what waits soon after it was written; `byleave objection tend` sends what was left.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from smtplib import SMTPDataError, SMTPNotSupportedError, SMTPRecipientsRefused
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage
from django.db import DatabaseError, connections, transaction
from django.db.models import Q
from django.urls import reverse

from byleave.cases.steps import LAPSES_AFTER
from byleave.kernel.errors import ByleaveError, UnknownError
from byleave.server.objecting import CONFIRM, FOLLOW
from byleave.server.objections.contacts import contact
from byleave.server.objections.models import Contact, Letter
from byleave.server.ui.voice import plainly_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from byleave.cases.case import Case
    from byleave.server.service import Service

MOST_A_DAY = {"confirm": 3, "told": 5}
"""Letters into one letter box in a day: a form is no way to fill it. The others wait, and go out in one letter. What
says that a case is answered elsewhere is written by staff alone."""
MOST_IN_ONE = 50
"""Objections that one letter asks to confirm."""
GIVEN_UP_AFTER = timedelta(days=4)
"""A letter that is still refused then is given up (RFC 5321, section 4.5.4.1)."""
AGAIN_AFTER = timedelta(minutes=5)
"""A letter that somebody took to the mail server, and that is not sent, is tried again then."""
_DAY = timedelta(days=1)
_AT_ONCE = 100
_IS_AWAY = 3
"""Letters in a row that a mail server does not answer: it is away, and no other is tried."""
_REFUSED = (SMTPRecipientsRefused, SMTPDataError, SMTPNotSupportedError, ValueError)
"""What is wrong with one letter or its address, and not with the mail server."""
_log = logging.getLogger("byleave.letters")
_sending = threading.Lock()


def ask_to_confirm(objection: str, server: str, now: datetime) -> None:
    """Write the letter with the link that confirms an objection, unless one waits already."""
    if not waiting().filter(objection=objection, kind="confirm").exists():
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


def say_moved(objection: str, now: datetime) -> bool:
    """Write to where a case was answered that it is no longer, unless letters are refused there; whether it was done.

    Whoever has not asked for that learns of it, and no letter says where it is answered from now on.
    """
    at = contact(objection)
    tried = Q(sent_at__isnull=False) | Q(refused_at__isnull=False)
    last = Letter.objects.filter(tried, objection=objection).exclude(kind="moved").order_by("pk").last()
    if at is None or not at.address or (last is not None and last.sent_at is None):
        return False
    parts = ("greeting", "moved", "moved-void", "moved-not-you")
    body = "\n\n".join(plainly_in(at.language, f"object-letter-{one}", reference=objection) for one in parts) + "\n"
    title = plainly_in(at.language, "object-letter-moved-title", reference=objection)
    told = {"kind": "moved", "title": title, "body": body, "address": at.address, "written_at": now}
    Letter.objects.create(objection=objection, **told)
    return True


def waiting() -> QuerySet[Letter]:
    """The letters that are still to be sent."""
    return Letter.objects.filter(sent_at__isnull=True, failed_at__isnull=True)


def send_waiting(service: Service) -> int:
    """Send the letters that wait, the oldest first; how many were sent.

    One that cannot be delivered holds up no other.

    Raises: OSError from the mail server, once the others were tried, or where it takes none.
    """
    sent, after, away, problem = 0, 0, 0, None
    while found := _waiting(service.now(), after):
        after = found[-1].pk
        for letter in found:
            try:
                sent += _send(service, letter)
                away = 0
            except OSError as error:
                away, problem = away + 1, error
                if away == _IS_AWAY:
                    raise
    if problem is not None:
        raise problem
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


def _free(now: datetime) -> Q:
    """Those that nobody is just taking to the mail server."""
    return Q(tried_at__isnull=True) | Q(tried_at__lt=now - AGAIN_AFTER)


def _waiting(now: datetime, after: int) -> list[Letter]:
    return list(waiting().filter(_free(now), pk__gt=after).order_by("pk")[:_AT_ONCE])


def _send(service: Service, letter: Letter) -> bool:
    """Take one letter to the mail server, unless another process has just taken it, or the address has had enough.

    What else asks the same address to confirm goes with it.
    """
    now = service.now()
    to = contact(letter.objection)
    address = letter.address or (to.address if to else "")
    if to is None or not address:
        letter.delete()
        return False
    # marked before it is known whether it may go: a burst for one address is not looked through again at each form
    if not _take(letter, now):
        return False
    if letter.kind in MOST_A_DAY and _sent_today(to.inbox, letter.kind, now) >= MOST_A_DAY[letter.kind]:
        return False
    together = [letter, *_others(letter, to, now)]
    told = _told(service, together, to)
    if told is None:
        return False
    try:
        EmailMessage(subject=told[0], body=told[1], to=[address]).send()
    except _REFUSED:
        _refused(together, now)
        return False
    _went(together, service.now())
    return True


def _take(letter: Letter, now: datetime) -> bool:
    """Mark a letter as tried; whether nobody else has just done so."""
    return bool(waiting().filter(_free(now), pk=letter.pk).update(tried_at=now))


def _others(letter: Letter, to: Contact, now: datetime) -> Iterator[Letter]:
    """What else waits to ask the very same address. A letter holds what opens a case: no other address gets it."""
    if letter.kind != "confirm":
        return
    same = Contact.objects.filter(address=to.address).values("objection")
    others = waiting().filter(_free(now), kind="confirm", objection__in=same).exclude(pk=letter.pk)
    for one in others.order_by("pk")[: MOST_IN_ONE - 1]:
        if _take(one, now):
            yield one


def _refused(letters: Iterable[Letter], now: datetime) -> None:
    """Note that the mail server does not want them; they are tried again for some days."""
    for one in letters:
        first = one.refused_at or now
        gone = now >= first + GIVEN_UP_AFTER
        texts = {"title": "", "body": "", "address": "", "failed_at": now} if gone else {}
        Letter.objects.filter(pk=one.pk).update(refused_at=first, **texts)
        if gone and one.kind == "confirm":
            Contact.objects.filter(objection=one.objection, asked_at__isnull=True).update(asked_at=first)


def _went(letters: list[Letter], now: datetime) -> None:
    """Note that they were sent; of several in one letter it is noted once that there was one."""
    first, *others = letters
    with transaction.atomic():
        if first.kind == "confirm":
            asked = Contact.objects.filter(objection__in=[one.objection for one in letters], asked_at__isnull=True)
            asked.update(asked_at=now)
        Letter.objects.filter(pk__in=[one.pk for one in others]).delete()
        Letter.objects.filter(pk=first.pk).update(sent_at=now, title="", body="", address="")


def _sent_today(inbox: str, kind: str, now: datetime) -> int:
    same = Contact.objects.filter(inbox=inbox).values("objection")
    return int(Letter.objects.filter(objection__in=same, kind=kind, sent_at__gt=now - _DAY).count())


def _told(service: Service, together: list[Letter], to: Contact) -> tuple[str, str] | None:
    """Title and body; None where there is nothing to say any more. What asks for nothing any more goes."""
    cases: list[Case] = []
    for one in list(together):
        case = _case(service, one)
        if case is None:
            one.delete()
            together.remove(one)
        else:
            cases.append(case)
    if not together:
        return None
    first = together[0]
    if first.kind != "confirm":
        return first.title, first.body
    return confirmation(service, cases, to.language, first.server)


def _case(service: Service, letter: Letter) -> Case | None:
    """The case of a letter; None where its person was erased, or it asks for what was done."""
    try:
        case = service.case(letter.objection)
    except UnknownError:
        return None
    return case if letter.kind != "confirm" or (case.confirmed is None and case.is_open) else None


def confirmation(service: Service, cases: Sequence[Case], language: str, server: str) -> tuple[str, str]:
    """The letter with the links that confirm. It holds nothing that somebody typed into the form."""
    parts = [plainly_in(language, "object-letter-greeting")]
    for case in cases:
        parts += _asking(service, case, language, server)
    parts.append(plainly_in(language, "object-letter-not-you"))
    title = "object-letter-title" if len(cases) == 1 else "object-letter-titles"
    return plainly_in(language, title, reference=cases[0].id), "\n\n".join(parts) + "\n"


def _asking(service: Service, case: Case, language: str, server: str) -> list[str]:
    links = {
        name: server + reverse(name, args=[case.id, service.address_secret(use, case)])
        for name, use in (("objection-confirm", CONFIRM), ("objection-case", FOLLOW))
    }
    at = contact(case.id)
    since = (at.asked_at if at else None) or service.now()
    until = (max(case.received, since) + LAPSES_AFTER).date()
    return [
        plainly_in(language, "object-letter-received", on=case.received.date(), reference=case.id),
        plainly_in(language, "object-letter-confirm"),
        links["objection-confirm"],
        plainly_in(language, "object-letter-until", on=until),
        # where staff chose the address, its holder takes nothing back
        *([] if case.readdressed else [plainly_in(language, "object-letter-back")]),
        plainly_in(language, "object-letter-follow"),
        links["objection-case"],
    ]

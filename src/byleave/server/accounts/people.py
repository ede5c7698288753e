"""Accounts of people: made with a password where the platform has no sign-in of its own, and forgotten."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.dispatch import Signal as Announcement

from byleave.kernel.errors import ConflictError, InputError
from byleave.server.accounts.models import Account, Signal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.http import HttpRequest

    from byleave.ledger.entries import Entry
    from byleave.server.service import Service

leaving = Announcement()
"""Sent before a person is erased, with the `service` and an id as `member`, in the transaction that forgets them."""
forgotten = Announcement()
"""Sent when a person is forgotten, with every id of theirs as `members`, and as `erased` the ledger's entry that says
so: other tables drop what they hold, too."""


def new_account(username: str, password: str, *, member: str | None, now: datetime, role: str = "") -> Account:
    """Make an account.

    Args:
        username: the name with which one signs in.
        password: at least 12 characters.
        member: the id of the member for whom it speaks; None: an account of the staff.
        now: the present.
        role: of one of the staff at the desk, by `accounts/roles.py`; blank: none.

    Raises: InputError for a name or a password that will not do; ConflictError when the name or the member has one.
    """
    account = Account(username=username, member_id=member, is_staff=member is None, date_joined=now, role=role)
    try:
        account.clean_fields(exclude={"password", "member_id"})
        validate_password(password, account)
    except ValidationError as error:
        told = error.messages[0]
        raise InputError(told[:1].lower() + told[1:].rstrip(".")) from error
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        raise ConflictError(f"`{username}` or `{member or ''}` has an account already") from error
    return account


def erase_person(service: Service, member: str) -> Entry:
    """Erase what is recorded about a person, and forget them in the database of accounts. Raises: UnknownError."""
    with transaction.atomic():
        leaving.send(sender=Account, service=service, member=member)
        ids = service.person(member).ids
        entry = service.erase(member)
        forget_accounts(ids, entry.seq)
    return entry


def forget_accounts(members: Iterable[str], erased: int) -> None:
    """Remove what the database of accounts holds about one person: accounts, sessions, signals.

    Args:
        members: every id of the person.
        erased: the ledger's entry that says so.
    """
    ids = list(members)
    with transaction.atomic():
        keys = {str(pk) for pk in Account.objects.filter(member_id__in=ids).values_list("pk", flat=True)}
        if keys:
            for session in Session.objects.iterator():
                if session.get_decoded().get(SESSION_KEY) in keys:
                    session.delete()
        Account.objects.filter(member_id__in=ids).delete()
        Signal.objects.filter(member_id__in=ids).delete()
        forgotten.send(sender=Account, members=ids, erased=erased)


def has_shown_second_factor(request: HttpRequest) -> bool:
    """Whether the second factor was shown in this session; one that was set up in it has to be shown first."""
    return any(one.get("method") == "mfa" for one in get_authentication_records(request, request.user))


def second_factor_lately(request: HttpRequest) -> bool:
    """Whether the second factor itself was shown a short while ago; a password that was typed again is none."""
    records = get_authentication_records(request, request.user)
    last = max((float(one.get("at", 0)) for one in records if one.get("method") == "mfa"), default=0.0)
    return time.time() - last < float(settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def signed_in_lately(request: HttpRequest) -> bool:
    """Whether the person has shown who they are a short while ago: what a switch back on asks for.

    Nobody who finds an open browser shall give leave in somebody's name; switching off never asks.
    """
    records = get_authentication_records(request, request.user)
    last = max((float(one.get("at", 0)) for one in records), default=0.0)
    return time.time() - last < float(settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

"""Accounts with a password: for staff, and for members of a platform that has no sign-in of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from byleave.kernel.errors import ConflictError, InputError
from byleave.server.accounts.models import Account

if TYPE_CHECKING:
    from datetime import datetime


def new_account(username: str, password: str, *, member: str | None, now: datetime) -> Account:
    """Make an account.

    Args:
        username: the name with which one signs in.
        password: at least 12 characters.
        member: the id of the member for whom it speaks; None: an account of the staff.
        now: the present.

    Raises: InputError for a name or a password that will not do; ConflictError when the name or the member has one.
    """
    account = Account(username=username, member_id=member, is_staff=member is None, date_joined=now)
    try:
        account.clean_fields(exclude={"password"})
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

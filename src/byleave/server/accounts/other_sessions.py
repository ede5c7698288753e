"""A changed second factor ends the other sessions of its account, as a changed password does (ASVS 5.0, 7.4.3)."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth import update_session_auth_hash

if TYPE_CHECKING:
    from django.http import HttpRequest

    from byleave.server.accounts.models import Account


def end_others(request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:  # noqa: ANN401 - a signal
    """Keep the session in which it was changed. Codes for an emergency come and go with the factor itself."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    user.factor_mark = token_hex(16)
    user.save(update_fields=["factor_mark"])
    update_session_auth_hash(request, user)


def watch() -> None:
    """Listen from now on."""
    for signal in (authenticator_added, authenticator_removed):
        signal.connect(end_others, dispatch_uid="byleave.other-sessions")

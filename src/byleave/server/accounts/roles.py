"""Roles of the staff at the desk. Each may do what the one before may, and more (docs/adr/0146)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.errors import UnknownError, UsageError
from byleave.policy.problems import did_you_mean
from byleave.server.accounts.models import Account

if TYPE_CHECKING:
    from collections.abc import Mapping

READER, CASE_WORKER, LEAD = "reader", "case-worker", "lead"
ROLES: Mapping[str, str] = {
    READER: "see every page of the desk, and change nothing",
    CASE_WORKER: "write down what came by post, take cases up, put answers off, uphold, look at found names",
    LEAD: "refuse, too: end an objection that stands",
}
"""Role → what it may do, beyond the role before it."""
_RANK = {role: rank for rank, role in enumerate(ROLES)}


def may(account: Account, role: str) -> bool:
    """Whether somebody may do what a role may. Members and staff without a role may do nothing."""
    return bool(account.is_staff) and account.is_active and _RANK.get(account.role, -1) >= _RANK[role]


def give_role(name: str, role: str) -> None:
    """Give one of the staff a role, in place of the one before; a blank one takes it away.

    Raises: UsageError for a role that there is not, or a member; UnknownError when there is no such account.
    """
    check_role(role)
    account = Account.objects.filter(username=name).first()
    if account is None:
        raise UnknownError(f"there is no account `{name}`")
    if not account.is_staff:
        raise UsageError(f"`{name}` is the account of a member", hint="only staff work at the desk")
    account.role = role
    account.save(update_fields=["role"])


def check_role(role: str) -> None:
    """Refuse a role that there is not. Raises: UsageError."""
    if role and role not in ROLES:
        raise UsageError(f"there is no role `{role}`{did_you_mean(role, ROLES)}", hint=f"there are: {', '.join(ROLES)}")

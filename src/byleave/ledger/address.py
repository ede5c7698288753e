"""Where a ledger is, `sqlite:///path` or `postgresql://user@host/name`, and which form its tables have."""

from __future__ import annotations

from urllib.parse import unquote

from byleave.kernel.errors import UsageError

NEWEST_FORM = "0003_kept_terms_and_items"
"""The newest form of the tables that this version knows, by the name of the migration that makes it."""
NEWEST_INDEX = "0003_forget_problem"
"""The same for the index of who is in which snapshot."""
SQLITE = "sqlite:///"
POSTGRESQL = ("postgresql://", "postgres://")


def is_address(place: object) -> bool:
    """Whether it is the address of a database, and not a path."""
    return isinstance(place, str) and place.startswith((SQLITE, *POSTGRESQL))


def sqlite_path(address: str) -> str | None:
    """The file that an address names; None when it is no file.

    Raises: UsageError for an address of neither kind.
    """
    if address.startswith(SQLITE) and len(address) > len(SQLITE):
        return unquote(address.removeprefix(SQLITE))
    if address.startswith(POSTGRESQL):
        return None
    hint = "write sqlite:///folder/ledger.db (sqlite:////… from the root) or postgresql://user@host/name"
    raise UsageError(f"`{without_password(address)}` is no address of a ledger", hint=hint)


def without_password(address: str) -> str:
    """The address as it may be shown."""
    scheme, separator, rest = address.partition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}{separator}{user.partition(':')[0]}{at}{place}" if at else address


def one_line(error: BaseException) -> str:
    """What a database's driver says, on one line: drivers add lines of advice."""
    return " ".join(str(error).split())

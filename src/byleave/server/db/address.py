"""Where a ledger is: `sqlite:///path` or `postgresql://user@host/name`, and how Django is told."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from byleave.kernel.errors import UsageError

SQLITE = "sqlite:///"
POSTGRESQL = ("postgresql://", "postgres://")


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


def django_database(address: str) -> dict[str, Any]:
    """The same as Django's settings of one database. Raises: UsageError."""
    path = sqlite_path(address)
    if path is not None:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": path}
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        told = conninfo_to_dict(address)
    except psycopg.ProgrammingError as error:
        raise UsageError(f"`{without_password(address)}` cannot be read: {str(error).strip()}") from error
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    given = {ours: str(told.pop(theirs)) for ours, theirs in names.items() if theirs in told}
    return {"ENGINE": "django.db.backends.postgresql", **given, "OPTIONS": told}

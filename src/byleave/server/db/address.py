"""How Django is told where a ledger is."""

from __future__ import annotations

from typing import Any

from byleave.kernel.errors import UsageError
from byleave.ledger.address import one_line, sqlite_path, without_password


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
        raise UsageError(f"`{without_password(address)}` cannot be read: {one_line(error)}") from error
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    given = {ours: str(told.pop(theirs)) for ours, theirs in names.items() if theirs in told}
    return {"ENGINE": "django.db.backends.postgresql", **given, "OPTIONS": told}

"""The database of accounts, for commands that look into it."""

from __future__ import annotations

import os
from pathlib import Path

from byleave.kernel.errors import LedgerError, MissingExtraError
from byleave.ledger.address import one_line, sqlite_path, without_password


def open_accounts(data: str | None, *, there: bool = True) -> None:
    """Let the models of accounts be used from now on; `there` is false where the command makes the database itself.

    Raises: MissingExtraError; UsageError for a wrong variable; LedgerError where the database is not, or is no such.
    """
    if data is not None:
        os.environ["BYLEAVE_DATA"] = data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "byleave.server.settings")
    try:
        import django
    except ImportError as error:
        raise MissingExtraError("accounts need the extra `server`", hint="pip install 'byleave[server]'") from error
    django.setup()
    if there:
        _require_database()


def _require_database() -> None:
    """Tell in words that there is no database of accounts, before anything makes an empty file in its place."""
    from django.conf import settings
    from django.db import DatabaseError

    from byleave.server.accounts.models import Account

    address = settings.CONFIGURATION.accounts
    path = sqlite_path(address)
    if path is not None and not Path(path).is_file():
        hint = "byleave serve makes what a service needs; of one that is there, name its folder: --data FOLDER"
        raise LedgerError(f"there is no database of accounts `{path}`", hint=hint)
    try:
        Account.objects.exists()
    except DatabaseError as error:
        message = f"cannot read the accounts in `{without_password(address)}`: {one_line(error)}"
        raise LedgerError(message, hint="check the address; `byleave migrate` brings it up to date") from error

"""The database of accounts, for commands that look into it."""

from __future__ import annotations

import os

from byleave.kernel.errors import MissingExtraError


def open_accounts(data: str | None) -> None:
    """Let the models of accounts be used from now on. Raises: MissingExtraError; UsageError for a wrong variable."""
    if data is not None:
        os.environ["BYLEAVE_DATA"] = data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "byleave.server.settings")
    try:
        import django
    except ImportError as error:
        raise MissingExtraError("accounts need the extra `server`", hint="pip install 'byleave[server]'") from error
    django.setup()

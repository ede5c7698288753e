"""The Django app of accounts."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Its tables stand in the database of accounts, apart from the ledger."""

    name = "byleave.server.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to what changes at a sign-in."""
        from byleave.server.accounts.other_sessions import watch  # noqa: PLC0415 - needs the models

        watch()

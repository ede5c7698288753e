"""The Django app of accounts."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Its tables stand in the database of accounts, apart from the ledger."""

    name = "byleave.server.accounts"
    label = "accounts"

"""The Django app of the ledger's tables."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Its label stands in the table of applied migrations, by which a ledger is recognised."""

    name = "byleave.server.db"
    label = "ledger"

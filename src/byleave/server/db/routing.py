"""The ledger's tables are made by `byleave migrate` alone, and never through the accounts' connection."""

from __future__ import annotations

from byleave.server.db.apps import LedgerConfig

LEDGER_APPS = frozenset({LedgerConfig.label, "lineage"})
"""Apps whose tables stand in the ledger's database: the ledger, and the index of who is in which snapshot."""
LEDGER = "byleave-ledger"
"""The name, among Django's connections, under which a ledger is migrated."""


class LedgerApart:
    """Django's router of migrations."""

    def allow_migrate(self, db: str, app_label: str, **_hints: object) -> bool:
        """Whether tables of an app may be made through a connection."""
        return (app_label in LEDGER_APPS) is (db == LEDGER)

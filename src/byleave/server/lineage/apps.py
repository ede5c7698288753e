"""The Django app of the index's tables."""

from __future__ import annotations

from django.apps import AppConfig


class LineageConfig(AppConfig):
    """Beside the ledger in one database, with a form of its own: an index can be made anew, a ledger cannot."""

    name = "byleave.server.lineage"
    label = "lineage"

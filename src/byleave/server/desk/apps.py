"""The desk as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Tables that are an index of the ledger, and can be made anew from it at any time."""

    name = "byleave.server.desk"
    label = "desk"

    def ready(self) -> None:
        """Forget whoever is erased."""
        from byleave.server.accounts.people import forgotten  # noqa: PLC0415 - needs the models
        from byleave.server.desk.index import forget  # noqa: PLC0415

        forgotten.connect(forget, dispatch_uid="desk")

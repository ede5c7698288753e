"""The form as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ObjectionsConfig(AppConfig):
    """Two tables, of how somebody is answered. That they objected, and what they are found by, is in the ledger."""

    name = "byleave.server.objections"
    label = "objections"

    def ready(self) -> None:
        """Forget whoever is erased."""
        from byleave.server.accounts.people import forgotten  # noqa: PLC0415 - needs the models
        from byleave.server.objections.contacts import forget  # noqa: PLC0415

        forgotten.connect(forget, dispatch_uid="objections")

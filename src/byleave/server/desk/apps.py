"""The desk as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Tables that are an index of the ledger, and can be made anew from it at any time."""

    name = "byleave.server.desk"
    label = "desk"

    def ready(self) -> None:
        """Forget whoever is erased."""
        from byleave.server.accounts.people import forgotten, leaving  # noqa: PLC0415 - needs the models
        from byleave.server.desk.erased import forget, take_out  # noqa: PLC0415

        leaving.connect(take_out, dispatch_uid="desk")
        forgotten.connect(forget, dispatch_uid="desk")

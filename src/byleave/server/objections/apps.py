"""The form as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ObjectionsConfig(AppConfig):
    """Two tables, of how somebody is answered. That they objected, and what they are found by, is in the ledger."""

    name = "byleave.server.objections"
    label = "objections"

"""Notices as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """One table, of what was sent and whether it was seen. That it was delivered stands in the ledger."""

    name = "byleave.server.notices"
    label = "notices"

"""The members' pages as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CentreConfig(AppConfig):
    """Views and templates; no tables: what a member chose stands in the ledger alone."""

    name = "byleave.server.centre"
    label = "centre"

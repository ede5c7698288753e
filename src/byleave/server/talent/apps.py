"""Talent search as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class TalentConfig(AppConfig):
    """Its table stands in the database of accounts."""

    name = "byleave.server.talent"
    label = "talent"

"""The small platform as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class FeedConfig(AppConfig):
    """Its two tables stand in the database of accounts."""

    name = "byleave.server.feed"
    label = "feed"

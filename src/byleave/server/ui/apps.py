"""The frame and the components as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, static files and tags; no tables."""

    name = "byleave.server.ui"
    label = "ui"

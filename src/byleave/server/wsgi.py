"""The application that a WSGI server runs, one for each process."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from byleave.server.direct import Direct
from byleave.server.following import Following
from byleave.server.operations import Operations
from byleave.server.running import current

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "byleave.server.settings")


def make(metrics_port: int | None = None) -> Operations:
    """Put the application together; `metrics_port` is where operators ask for metrics."""
    application = get_wsgi_application()
    # the first request must not wait for what all of them need
    _ = get_resolver().url_patterns
    port = None if metrics_port is None else str(metrics_port)
    return Operations(application, Direct(), current, Following(settings.CONFIGURATION.ledger), metrics_port=port)


def __getattr__(name: str) -> Operations:
    """`application`, under which other WSGI servers look for it."""
    if name == "application":
        return make()
    raise AttributeError(name)

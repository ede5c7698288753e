"""The application that a WSGI server runs, one for each process."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "byleave.server.settings")
application = get_wsgi_application()

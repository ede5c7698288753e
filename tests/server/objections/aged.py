"""Sign-ins that were an hour earlier than they were: `python -m tests.server.objections.aged`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from tests.server.serving import Running

_TREE = Path(__file__).parents[3]
_AN_HOUR = 3600


def long_ago(running: Running) -> None:
    """Everybody who has signed in has done so an hour earlier."""
    environment = {**running.environment, "DJANGO_SETTINGS_MODULE": "byleave.server.settings"}
    subprocess.run([sys.executable, "-m", __name__], env=environment, cwd=_TREE, check=True)


def main() -> None:
    """Change the sessions."""
    django.setup()
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    for one in Session.objects.all():
        kept = SessionStore(one.session_key)
        for record in kept.get("account_authentication_methods", []):
            record["at"] -= _AN_HOUR
        kept.modified = True
        kept.save()


if __name__ == "__main__":
    main()

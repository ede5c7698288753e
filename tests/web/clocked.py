"""The server with a clock that tests set: `python -m tests.web.clocked`, which begins as `byleave serve` does.

The present is what the file says that `STORY_CLOCK` names. At the first start the two people of the small platform who
can be signed in as are registered, each with their first post.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from byleave.adapters.key_files import new_keys
from byleave.server.configuration import from_environment
from byleave.server.listening import hold, listen
from byleave.server.preparing import prepare
from byleave.server.running import install, start
from byleave.server.web import Sockets, WebServer

if TYPE_CHECKING:
    from byleave.server.web import Ready

CLOCK = "STORY_CLOCK"
PASSWORD = "a lantern in the wick"  # noqa: S105 - of invented people
PEOPLE = ("lena", "maya")


def present() -> datetime:
    """What the file says."""
    return datetime.fromisoformat(Path(os.environ[CLOCK]).read_text("utf-8").strip())


class Clocked(WebServer):
    """Serves with a service that has this clock."""

    def load(self) -> Any:
        """The application."""
        install(start(from_environment(os.environ), present))
        return super().load()


def settle() -> None:
    """Register both, with an account and their first post."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "byleave.server.settings")
    django.setup()
    from byleave.server.feed import seed

    service = start(from_environment(os.environ), present)
    for one in seed._seed()["sign_in"]:
        seed._person(service, {**one, "posts": one["posts"][:1]}, PASSWORD)
    service.close()


def main() -> None:
    """Prepare, settle and serve."""
    configuration = from_environment(os.environ)
    listener = listen("127.0.0.1", 0)
    hold(configuration.ledger)
    if not configuration.keys.exists():
        configuration.keys.parent.mkdir(parents=True, exist_ok=True)
        new_keys(configuration.keys, "lanterwick.example/receipts", present())  # valid at the acts of the story
    prepare(configuration)
    settle()

    def ready(where: Ready) -> None:
        sys.stdout.write(f"serving on {where.url}\n")
        sys.stdout.flush()

    Clocked(configuration, Sockets(listener, None), processes=1, threads=8, ready=ready).run()


if __name__ == "__main__":
    main()

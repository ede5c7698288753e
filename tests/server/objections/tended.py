"""Runs of `tend` at other instants: `python -m tests.server.objections.tended DAYS[,REFERENCE]... ...`.

The present is so many days later than it is, also for the ledger; letters are written to the cases that are named.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta

import django

from byleave.server.configuration import from_environment
from byleave.server.running import start


class Later:
    """A clock that is ahead."""

    def __init__(self, by: timedelta) -> None:
        self.by = by

    def __call__(self) -> datetime:
        """What it shows."""
        return datetime.now(UTC) + self.by


def main() -> None:
    """Do it, and print a tally a line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "byleave.server.settings")
    django.setup()
    from byleave.server.objections import letters, tending

    for step in sys.argv[1:]:
        days, *names = step.split(",")
        service = start(from_environment(os.environ), Later(timedelta(days=float(days))))
        wrote = [letters.write(name, "An answer", "It was granted.\n", service.now()) for name in names]
        tally = tending.tend(service)
        service.close()
        print(json.dumps({**tally.as_json(), "wrote": wrote}))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()

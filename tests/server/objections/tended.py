"""Runs of `tend` at other instants: `python -m tests.server.objections.tended DAYS[,REFERENCE]... ...`.

The present is so many days later than it is, also for the ledger; letters are written to the cases that are named.
Before `-` stands nothing that is tended: the person is erased in the ledger alone, and what waits is sent.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused
from typing import TYPE_CHECKING

import django
from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend

from byleave.server.configuration import from_environment
from byleave.server.running import start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.mail import EmailMessage


class Picky(EmailBackend):  # type: ignore[misc]  # Django has no types
    """A mail server that does not know some addresses."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Refuse them, or take them."""
        for one in email_messages:
            if one.to[0].startswith("refused"):
                raise SMTPRecipientsRefused({one.to[0]: (550, b"5.1.1 User unknown")})
        return int(super().send_messages(email_messages) or 0)


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
    settings.EMAIL_BACKEND = f"tests.server.objections.tended.{Picky.__name__}"
    from byleave.server.objections import letters, tending

    for step in sys.argv[1:]:
        days, *names = step.split(",")
        service = start(from_environment(os.environ), Later(timedelta(days=float(days))))
        wrote = [letters.write(name.strip("-"), "An answer", "It was granted.\n", service.now()) for name in names]
        gone = [name for name in names if name.startswith("-")]
        for name in gone:
            service.erase(service.case(name.strip("-")).subject)
        tally = tending.Tally(sent=letters.send_waiting(service)) if gone else tending.tend(service)
        service.close()
        print(json.dumps({**tally.as_json(), "wrote": wrote}))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()

"""`byleave notice`: tell members, and keep the evidence that they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from byleave.cli.accounts_database import open_accounts
from byleave.cli.options import json_option, print_json

if TYPE_CHECKING:
    from byleave.server.notices.sending import Tally


@click.group("notice")
def command() -> None:
    """Send notices to members, with evidence in the ledger."""


@command.command("send")
@click.argument("name", default="ai-training")
@click.option("--remind", is_flag=True, help="Send the one reminder instead, in the last week before a rule begins.")
@click.option("--data", metavar="DIR", help="Folder of ledger, accounts and keys.  [default: byleave-data]")
@json_option
def send(*, name: str, remind: bool, data: str | None, as_json: bool) -> None:
    """Send the newest version of the notice NAME to everybody whom it concerns.

    Whoever has it already, has made a choice, or lives where no rule applies is passed over, so that it can be run
    every day. A member without an e-mail address finds it on the pages.
    """
    tally = _send(name, data, remind=remind)
    if as_json:
        print_json(tally.as_json())
        return
    click.echo(f"by e-mail: {tally.by_mail}, on the pages: {tally.on_pages}, passed over: {tally.passed_over}")


def _send(name: str, data: str | None, *, remind: bool) -> Tally:
    open_accounts(data)
    from django.conf import settings

    from byleave.cli.progress import shown_progress
    from byleave.kernel.errors import OutputError
    from byleave.server.accounts.models import Account
    from byleave.server.notices import sending
    from byleave.server.notices.catalogue import notices
    from byleave.server.notices.texts import notice
    from byleave.server.running import current, install

    service, told = current(), notice(notices(), name)
    server = settings.CONFIGURATION.url or "http://localhost:8000"
    total = max(1, Account.objects.exclude(member_id=None).count())
    run = sending.remind if remind else sending.send
    try:
        with shown_progress() as progress:
            return run(service, told, server, lambda done: progress("sending", done / total))
    except OSError as error:
        raise OutputError(
            f"the mail server did not take a letter: {error}", hint="run it again; who has it is passed over"
        ) from error
    finally:
        service.close()
        install(None)

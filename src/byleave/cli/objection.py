"""`byleave objection`: what has to happen to objections by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from byleave.cli.accounts_database import open_accounts
from byleave.cli.options import json_option, print_json

if TYPE_CHECKING:
    from byleave.server.objections.tending import Tally


@click.group("objection")
def command() -> None:
    """Look after the objections that people hand in."""


@command.command("tend")
@click.option("--data", metavar="DIR", help="Folder of ledger, accounts and keys.  [default: byleave-data]")
@json_option
def tend(*, data: str | None, as_json: bool) -> None:
    """Do what is due: run it every hour.

    An objection that nobody has confirmed lapses, by the rule that its sender was told. Letters that wait are sent.
    What is kept about a case that is over is deleted after BYLEAVE_CASE_DAYS, also that staff looked at it. The desk
    reads on in the ledger.
    """
    tally = _tend(data)
    if as_json:
        print_json(tally.as_json())
        return
    click.echo(
        f"lapsed: {tally.lapsed}, letters sent: {tally.sent}, waiting: {tally.waiting}, "
        f"given up: {tally.failed}, addresses deleted: {tally.cleared}, no longer looked for: {tally.unsought}, "
        f"looks deleted: {tally.looks}"
    )


def _tend(data: str | None) -> Tally:
    open_accounts(data)
    from byleave.cli.progress import shown_progress
    from byleave.kernel.errors import OutputError
    from byleave.server.desk import looks
    from byleave.server.desk.at_hand import read_on
    from byleave.server.objections import tending
    from byleave.server.running import current, install

    service = current()
    try:
        with shown_progress() as progress:
            read = read_on(None)
            # what has just been recorded may be about a case that was over
            expired = 0 if read.is_behind else looks.expire(service.now())
            tally = tending.tend(service, lambda done: progress("cases", done))
            tally.looks = expired
            return tally
    except OSError as error:
        raise OutputError(
            f"the mail server did not take a letter: {error}", hint="run it again; the others are sent then"
        ) from error
    finally:
        service.close()
        install(None)

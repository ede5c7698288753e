"""The group `byleave ledger`."""

from __future__ import annotations

import click

from byleave.cli.ledger import importing, looking, reconciling, restoring


@click.group("ledger")
def command() -> None:
    """Look at a ledger, bring into it what another record says, keep it and bring it back."""


for one in (
    looking.head,
    looking.export,
    looking.watch,
    importing.command,
    reconciling.command,
    restoring.backup,
    restoring.restore,
):
    command.add_command(one)

"""`byleave ledger`: look at a ledger."""

from __future__ import annotations

import click

from byleave.cli.options import json_option, print_json


@click.group("ledger")
def command() -> None:
    """Look at a ledger."""


@command.command("head")
@click.argument("database")
@json_option
def head(*, database: str, as_json: bool) -> None:
    """Tell the last entry of the ledger in DATABASE: its number, when it was recorded, and its hash."""
    from byleave.kernel.instants import format_instant
    from byleave.ledger.wire import from_microseconds
    from byleave.server.db.reading import Reader

    reader = Reader(database)
    try:
        found = reader.head()
    finally:
        reader.close()
    recorded_at = format_instant(from_microseconds(found.recorded_at)) if found.seq else None
    if as_json:
        epoch = {"number": found.epoch, "name": found.name}
        print_json({"seq": found.seq, "recorded_at": recorded_at, "chain": found.chain, "epoch": epoch})
        return
    click.echo(f"seq          {found.seq}")
    click.echo(f"recorded at  {recorded_at or 'never'}")
    click.echo(f"chain        {found.chain}")
    click.echo(f"epoch        {found.epoch} ({found.name})")

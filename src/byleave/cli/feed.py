"""`byleave feed`: the small platform that comes with the server."""

from __future__ import annotations

from pathlib import Path

import click

from byleave.cli.accounts_database import open_accounts
from byleave.cli.options import json_option, print_json

_data = click.option("--data", metavar="DIR", help="Folder of ledger, accounts and keys.  [default: byleave-data]")


@click.group("feed")
def command() -> None:
    """Fill the small platform that comes with the server, and write its items for a gate."""


@command.command("fill")
@click.option("--password-file", required=True, metavar="FILE", help="The password of both who can be signed in as.")
@_data
@json_option
def fill(*, password_file: str, data: str | None, as_json: bool) -> None:
    """Register invented people with their posts; two of them can be signed in as.

    The ledger and the accounts are made where they are missing.
    """
    from byleave.adapters.small_file import read_bytes

    password = read_bytes(Path(password_file)).decode().rstrip("\r\n")
    open_accounts(data, there=False)
    from django.conf import settings

    from byleave.server.feed.seed import settle
    from byleave.server.preparing import prepare
    from byleave.server.running import start

    for made in prepare(settings.CONFIGURATION):
        click.echo(f"made {made}", err=True)
    service = start(settings.CONFIGURATION)
    try:
        people = settle(service, password)
    finally:
        service.close()
    if as_json:
        print_json([{"username": one.username, "name": one.name, "country": one.country} for one in people])
        return
    for one in people:
        click.echo(f"{one.username}: {one.name}, {one.country}")


@command.command("export")
@click.argument("file")
@_data
@json_option
def export(*, file: str, data: str | None, as_json: bool) -> None:
    """Write every item of the small platform into FILE, a new one that ends in .jsonl."""
    open_accounts(data)
    from byleave.server.feed.export import write_items

    count = write_items(Path(file))
    if as_json:
        print_json({"file": file, "items": count})
    else:
        click.echo(f"wrote {count} items into {file}", err=True)

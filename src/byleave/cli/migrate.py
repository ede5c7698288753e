"""`byleave migrate`: make a ledger's database, or bring it up to date."""

from __future__ import annotations

import click

from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import MissingExtraError


@click.command("migrate")
@click.argument("database")
@json_option
def command(*, database: str, as_json: bool) -> None:
    """Make a ledger in DATABASE, or bring it to the form that this version needs.

    DATABASE is sqlite:///folder/ledger.db (sqlite:////… from the root) or postgresql://user@host/name. A file that is
    not there is made; a PostgreSQL database must be there.
    """
    try:
        from byleave.server.db.migrating import migrate
    except ImportError as error:
        hint = "install it: pip install 'byleave[server]'"
        raise MissingExtraError("a ledger needs the extra `server`", hint=hint) from error
    applied = migrate(database)
    if as_json:
        print_json({"applied": applied})
    else:
        click.echo(f"applied {', '.join(applied)}" if applied else "up to date")

"""`byleave migrate`: make a ledger's database and that of its accounts, or bring them up to date."""

from __future__ import annotations

import click

from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import MissingExtraError


@click.command("migrate")
@click.argument("database")
@click.option("--accounts", metavar="DATABASE", help="Accounts elsewhere; without it, beside the ledger.")
@json_option
def command(*, database: str, accounts: str | None, as_json: bool) -> None:
    """Make a ledger in DATABASE, or bring it to the form that this version needs; its server's accounts too.

    DATABASE is sqlite:///folder/ledger.db (sqlite:////… from the root) or postgresql://user@host/name. A file that is
    not there is made; a PostgreSQL database must be there. The accounts are in a second file beside the first, or in
    the same PostgreSQL database.
    """
    try:
        from byleave.server.db.migrating import migrate, migrate_accounts
    except ImportError as error:
        hint = "install it: pip install 'byleave[server]'"
        raise MissingExtraError("a ledger needs the extra `server`", hint=hint) from error
    from byleave.server.configuration import accounts_beside

    applied = migrate(database)
    applied_accounts = migrate_accounts(accounts or accounts_beside(database))
    if as_json:
        print_json({"applied": applied, "accounts": applied_accounts})
    else:
        click.echo(f"applied {', '.join(applied)}" if applied else "up to date")
        number = len(applied_accounts)
        click.echo(f"accounts: applied {number}" if number else "accounts: up to date")

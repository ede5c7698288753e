"""`byleave account`: accounts with a password, for members and for staff."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from byleave.cli.accounts_database import open_accounts
from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import UsageError


@click.group("account")
def command() -> None:
    """Make accounts with a password, where the platform has no sign-in of its own."""


@command.command("new")
@click.argument("name")
@click.option("--member", metavar="ID", help="The member for whom the account speaks.")
@click.option("--staff", is_flag=True, help="An account of the staff, which speaks for no member.")
@click.option("--role", default="", metavar="ROLE", help="What one of the staff may do at the desk.")
@click.option("--password-file", metavar="FILE", help="The password; without it, it is asked for.")
@click.option("--data", metavar="DIR", help="Folder of ledger, accounts and keys.  [default: byleave-data]")
@json_option
def new(  # noqa: PLR0913 - the options of the command
    *,
    name: str,
    member: str | None,
    staff: bool,
    role: str,
    password_file: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """Make an account that signs in with NAME."""
    if (member is None) is not staff:
        raise UsageError("an account is of a member or of the staff", hint="give --member ID, or --staff")
    if role and not staff:
        raise UsageError("only staff have a role", hint="give --staff with --role")
    if password_file is None:
        password = str(click.prompt("password", hide_input=True, confirmation_prompt=True, err=True))
    else:
        from byleave.adapters.small_file import read_bytes

        password = read_bytes(Path(password_file)).decode().rstrip("\r\n")
    open_accounts(data)
    from byleave.server.accounts.people import new_account
    from byleave.server.accounts.roles import check_role

    check_role(role)
    new_account(name, password, member=member, now=datetime.now(UTC), role=role)
    if as_json:
        print_json({"name": name, "member": member, "role": role or None})
    else:
        click.echo(f"made the account `{name}`")


@command.command("role", short_help="Say what one of the staff may do at the desk.")
@click.argument("name")
@click.argument("role", required=False, default="")
@click.option("--data", metavar="DIR", help="Folder of ledger, accounts and keys.  [default: byleave-data]")
@json_option
def role_of(*, name: str, role: str, data: str | None, as_json: bool) -> None:
    """Give the account NAME a role: reader, case-worker or lead. Without ROLE, it is taken away."""
    open_accounts(data)
    from byleave.server.accounts.roles import give_role

    give_role(name, role)
    if as_json:
        print_json({"name": name, "role": role or None})
    else:
        click.echo(f"`{name}` is `{role}`" if role else f"`{name}` has no role")

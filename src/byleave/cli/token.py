"""`byleave token`: what services show to be let in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from byleave.cli.accounts_database import open_accounts
from byleave.cli.options import json_option, print_json

if TYPE_CHECKING:
    from byleave.server.accounts.models import ServiceToken
    from byleave.server.accounts.tokens import NewToken

_data = click.option("--data", metavar="DIR", help="Folder of ledger, accounts and keys.  [default: byleave-data]")


@click.group("token")
def command() -> None:
    """Make, list, rotate and revoke the tokens with which services call the API."""


@command.command("new")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, metavar="SCOPE", help="What it allows; again for more."
)
@_data
@json_option
def new(*, name: str, scopes: tuple[str, ...], data: str | None, as_json: bool) -> None:
    """Make a token for the service NAME and print it, this once: only a digest is kept."""
    open_accounts(data)
    from byleave.server.accounts.tokens import new_token

    _show_new(new_token(name, scopes, _now()), as_json=as_json)


@command.command("rotate")
@click.argument("name")
@click.option(
    "--overlap",
    metavar="HOURS",
    type=click.IntRange(0, 24 * 365),
    default=24,
    show_default=True,
    help="How long the old one is still good; 0 ends it now.",
)
@_data
@json_option
def rotate(*, name: str, overlap: int, data: str | None, as_json: bool) -> None:
    """Make a new token for the service NAME with the same scopes, and let the old one end."""
    open_accounts(data)
    from byleave.server.accounts.tokens import rotate_token

    _show_new(rotate_token(name, timedelta(hours=overlap), _now()), as_json=as_json)


@command.command("revoke")
@click.argument("name")
@_data
@json_option
def revoke(*, name: str, data: str | None, as_json: bool) -> None:
    """End every token of the service NAME at once."""
    open_accounts(data)
    from byleave.server.accounts.tokens import revoke_tokens

    ended = revoke_tokens(name, _now())
    if as_json:
        print_json({"revoked": ended})
    else:
        click.echo(f"revoked {ended}")


@command.command("list")
@_data
@json_option
def show(*, data: str | None, as_json: bool) -> None:
    """List the tokens: service, scopes, last use, and whether each is still good."""
    open_accounts(data)
    from byleave.server.accounts.models import ServiceToken

    rows = [_row(one, _now()) for one in ServiceToken.objects.all()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['name']}  {row['id']}  {row['state']}  {', '.join(row['scopes'])}")
        click.echo(f"  made {row['created_at']}; last used {row['last_used_at'] or 'never'}")


def _show_new(made: NewToken, *, as_json: bool) -> None:
    if as_json:
        print_json({**_row(made.token, _now()), "token": made.text})
        return
    click.echo("keep it now: it is not shown again", err=True)
    click.echo(made.text)


def _row(one: ServiceToken, now: datetime) -> dict[str, Any]:
    from byleave.kernel.instants import format_instant

    ended = one.expires_at is not None and one.expires_at <= now
    state = "revoked" if one.revoked_at else "ended" if ended else "good"
    if state == "good" and one.expires_at:
        state = f"good until {format_instant(one.expires_at)}"
    return {
        "name": one.name,
        "id": one.identifier,
        "scopes": list(one.scopes),
        "state": state,
        "created_at": format_instant(one.created_at),
        "last_used_at": format_instant(one.last_used_at) if one.last_used_at else None,
    }


def _now() -> datetime:
    return datetime.now(UTC)

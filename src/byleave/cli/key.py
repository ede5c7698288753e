"""`byleave key`: make, rotate and show the keys that sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import InputError, UsageError

if TYPE_CHECKING:
    from byleave.proof.key_ring import KeyRing, RingKey

FOLDER = "byleave-keys"
"""The folder of keys, unless another is named."""

_dir = click.option("--dir", "folder", metavar="DIR", default=FOLDER, show_default=True, help="Folder of the keys.")
_passphrase = click.option(
    "--passphrase-file", metavar="FILE", help="Protect the private key by the passphrase in this file."
)


@click.group("key")
def command() -> None:
    """Make, rotate and show the keys that sign receipts."""


@command.command("new")
@click.argument("name")
@_dir
@_passphrase
@json_option
def new(*, name: str, folder: str, passphrase_file: str | None, as_json: bool) -> None:
    """Make a first key for NAME, such as example.org/receipts.

    The folder gets the private key, which only you can read, and keys.json, the key ring to publish.
    """
    from byleave.adapters.key_files import new_keys
    from byleave.proof.keys import check_name

    try:
        check_name(name)
    except InputError as error:
        raise UsageError(error.message, hint=error.hint) from None
    _show(new_keys(Path(folder), name, _now(), _secret(passphrase_file)), Path(folder), as_json=as_json)


@command.command("rotate")
@_dir
@click.option(
    "--overlap",
    metavar="DAYS",
    type=click.IntRange(0, 3650),
    default=7,
    show_default=True,
    help="How long the old key may still sign; 0 ends it now.",
)
@_passphrase
@json_option
def rotate(*, folder: str, overlap: int, passphrase_file: str | None, as_json: bool) -> None:
    """Make a new key of the same name, and let the old one end.

    What the old key has signed stays valid. Publish keys.json again.
    """
    from byleave.adapters.key_files import rotate_keys

    ring = rotate_keys(Path(folder), _now(), timedelta(days=overlap), _secret(passphrase_file))
    _show(ring, Path(folder), as_json=as_json)


@command.command("show")
@_dir
@json_option
def show(*, folder: str, as_json: bool) -> None:
    """Show the keys of a folder: since when and until when each may sign, and whether its private half is here."""
    from byleave.adapters.key_files import read_ring

    _show(read_ring(Path(folder)), Path(folder), as_json=as_json)


def _show(ring: KeyRing, folder: Path, *, as_json: bool) -> None:
    from byleave.kernel.instants import format_instant

    now = _now()
    if as_json:
        print_json([_row(one, folder, now) for one in ring.keys])
        return
    for one in ring.keys:
        row = _row(one, folder, now)
        until = f"until {format_instant(one.not_after)}" if one.not_after else "until it is rotated"
        private = "private key here" if row["private"] else "public key only"
        click.echo(one.key.text)
        click.echo(f"  {row['state']}; from {format_instant(one.not_before)} {until}; {private}")


def _row(one: RingKey, folder: Path, now: datetime) -> dict[str, Any]:
    from byleave.adapters.key_files import private_file

    state = "may sign" if one.valid_at(now) else "ended" if one.not_before <= now else "has not begun"
    return {"id": one.key.label, **one.as_json(), "state": state, "private": private_file(folder, one).exists()}


def _now() -> datetime:
    return datetime.now(UTC)


def _secret(file: str | None) -> bytes | None:
    """The passphrase without the line break at its end."""
    if file is None:
        return None
    from byleave.adapters.small_file import read_bytes

    secret = read_bytes(Path(file)).removesuffix(b"\n").removesuffix(b"\r")
    if not secret:
        raise UsageError(f"the passphrase in `{file}` is blank")
    return secret

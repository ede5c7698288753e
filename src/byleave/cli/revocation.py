"""`byleave revocation`: call back items of snapshots that were given away, and know who has done it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from byleave.cli.key import FOLDER
from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import InputError, UsageError, VerificationError

if TYPE_CHECKING:
    from byleave.ledger.admission import Proposal
    from byleave.ledger.artefacts import Held

_ledger = click.option("--ledger", required=True, metavar="URL", help="The ledger: sqlite:///PATH or postgresql://…")
_holder = click.option(
    "--to", "holder", required=True, metavar="NAME", help="Who holds the copy: a trainer, an affiliate."
)
_keys = click.option("--keys", default=FOLDER, show_default=True, metavar="DIR", help="Folder of the signing keys.")


@click.group("revocation")
def command() -> None:
    """Call back items of snapshots that were given away."""


@command.command("hand-over", short_help="Record that a copy of a snapshot was given away.")
@click.argument("folder", metavar="DIR")
@_holder
@_ledger
@json_option
def hand_over(*, folder: str, holder: str, ledger: str, as_json: bool) -> None:
    """Record that NAME got a copy of the snapshot DIR, and print the key that goes with it.

    The holder needs the key to tell which items a list calls back. It is made from the ledger's suppression key, and
    printed again by the same command.
    """
    from byleave.lineage.revocations import file_name, handed_over, holder_key

    manifest = _digest(folder)
    key = holder_key(_secret(), manifest, holder).hex()
    if (manifest, holder) not in _held(ledger):
        _record(ledger, handed_over(manifest, holder))
    if as_json:
        print_json({"holder": holder, "key": key, "manifest": manifest, "file": file_name(manifest, holder)})
        return
    click.echo(f"key   {key}")
    click.echo(f"file  {file_name(manifest, holder)}")


@command.command("publish", short_help="Write the list of what a holder may no longer use.")
@click.argument("folder", metavar="DIR")
@_holder
@_ledger
@_keys
@click.option("--out", required=True, metavar="DIR", help="Folder that is served to holders.")
@click.option("--pack", metavar="PACK", help="The pack as it is now; otherwise the shipped one of the snapshot.")
@json_option
def publish(  # noqa: PLR0913 - the options of the command
    *, folder: str, holder: str, ledger: str, keys: str, out: str, pack: str | None, as_json: bool
) -> None:
    """Decide the items of the snapshot DIR again, and publish, signed, which of them NAME may no longer use.

    The file has the same name each time. It names items by marks that only this holder can read, and no person.
    """
    from byleave import api
    from byleave.adapters.key_files import load_signer, read_ring
    from byleave.adapters.revocation_files import newest_list, publish_list
    from byleave.kernel.instants import parse_instant
    from byleave.lineage import revocations

    manifest, ring = _digest(folder), read_ring(Path(keys))
    key = revocations.holder_key(_secret(), manifest, holder)
    revoked, today = api.revoked_items(folder, register=ledger, pack=pack)
    recheck = today["recheck"]
    as_of = parse_instant(recheck["as_of"])
    if as_of is None:
        raise InputError(f"`{recheck['as_of']}` is no instant")
    marks = tuple(sorted(revocations.item_mark(key, one) for one in revoked))
    epoch, mark = today["register"]["epoch"], revocations.key_mark(key)
    found = revocations.Revocations(manifest, holder, as_of, recheck["watermark"], epoch, mark, marks)
    found = found.after(newest_list(Path(out), manifest, holder, ring))
    _record(ledger, revocations.published(found))
    path = publish_list(Path(out), found, revocations.signed(found, load_signer(Path(keys), as_of)))
    if as_json:
        print_json({"file": str(path), "items": len(found.items), "digest": found.digest()})
        return
    click.echo(f"{len(found.items):,} items are called back: {path}")


@command.command("check", short_help="For a holder: which of one's own items a list calls back.")
@click.argument("file", metavar="FILE")
@click.argument("folder", metavar="DIR")
@click.option("--key", required=True, metavar="HEX", help="The key that came with the snapshot.")
@click.option("--keys", required=True, metavar="RING", help="Key ring of who signed: a file, or a folder of keys.")
@json_option
def check(*, file: str, folder: str, key: str, keys: str, as_json: bool) -> None:
    """Verify the list FILE, and print the ids of the items in the snapshot DIR that it calls back, one a line.

    Ends with exit code 3 if the list does not hold, is of another snapshot, or the key is another one.
    """
    from byleave.adapters.key_files import read_ring
    from byleave.adapters.revocation_files import item_ids, read_list
    from byleave.kernel.instants import format_instant
    from byleave.lineage.revocations import called_back

    found = read_list(Path(file), read_ring(Path(keys)))
    if found.manifest != _digest(folder):
        raise VerificationError(f"`{file}` is about another snapshot than `{folder}`")
    try:
        secret = bytes.fromhex(key)
    except ValueError as error:
        raise UsageError(
            "the key is not hexadecimal", hint="give it as `byleave revocation hand-over` printed it"
        ) from error
    mine, as_of = called_back(found, secret, item_ids(Path(folder))), format_instant(found.as_of)
    if as_json:
        print_json({"items": mine, "called_back": len(found.items), "watermark": found.watermark, "as_of": as_of})
        return
    click.echo(f"{len(mine):,} of {len(found.items):,} called-back items are still there, as of {as_of}", err=True)
    for one in mine:
        click.echo(one)


@command.command("acknowledge", short_help="Record that a holder has done what a list says.")
@click.argument("file", metavar="FILE")
@_ledger
@_keys
def acknowledge(*, file: str, ledger: str, keys: str) -> None:
    """Record that the holder has taken out everything that the list FILE calls back; it must be the newest."""
    from byleave.adapters.key_files import read_ring
    from byleave.adapters.revocation_files import read_list
    from byleave.lineage.revocations import acknowledged

    found = read_list(Path(file), read_ring(Path(keys)))
    _record(ledger, acknowledged(found))
    click.echo(f"`{found.holder}` has taken out {len(found.items):,} items")


@command.command("list", short_help="Who holds copies, and whether they have done what they were told.")
@_ledger
@json_option
def list_holders(*, ledger: str, as_json: bool) -> None:
    """Print every holder of a snapshot, how many items were called back, and whether that was acknowledged."""
    held = sorted(_held(ledger).items())
    if as_json:
        print_json(
            [
                {
                    "manifest": manifest,
                    "holder": holder,
                    "published": one.published is not None,
                    "items": one.items,
                    "waits": one.waits,
                }
                for (manifest, holder), one in held
            ]
        )
        return
    for (manifest, holder), one in held:
        state = "no list yet" if one.published is None else "waits for the holder" if one.waits else "done"
        click.echo(f"{holder}  {manifest[:23]}…  {one.items:,} items called back  {state}")


def _held(ledger: str) -> dict[tuple[str, str], Held]:
    from byleave.server.db.lookups import artefacts_of
    from byleave.server.db.opening import connect

    session = connect(ledger)
    try:
        return artefacts_of(session).held
    finally:
        session.close()


def _digest(folder: str) -> str:
    from byleave.adapters.files import file_digest
    from byleave.adapters.snapshot_files import MANIFEST, read_manifest

    read_manifest(Path(folder))
    return file_digest(Path(folder) / MANIFEST)


def _secret() -> bytes:
    from byleave.adapters.duckdb_engine.kept import SECRET_FILE, suppression_secret

    secret = suppression_secret()
    if secret is None:
        raise UsageError("keys of holders are made from the suppression key", hint=f"set {SECRET_FILE} to its file")
    return secret


def _record(ledger: str, proposal: Proposal) -> None:
    from byleave.server.db.store import Store

    with Store(ledger) as store:
        store.append([proposal])

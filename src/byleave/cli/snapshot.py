"""`byleave snapshot`: what a published snapshot is, recording it, and whether it may still be trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import VerificationError

if TYPE_CHECKING:
    from byleave.gate.status import Status


@click.group("snapshot")
def command() -> None:
    """Look at published snapshots."""


@command.command("status", short_help="Say whether it may still be trained on.")
@click.argument("folder", metavar="DIR")
@click.option(
    "--register", required=True, metavar="FOLDER|URL", help="The register as it is now: a folder or a ledger."
)
@click.option(
    "--pack", metavar="PACK", help="The pack as it is now; otherwise the shipped one that the manifest names."
)
@json_option
def status(folder: str, register: str, pack: str | None, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Say whether the snapshot DIR may still be trained on, before a training run starts.

    Its rows are decided again, now. Exit code 0: it may be used as it is. Exit code 3: it may not; take a new one.
    """
    from byleave import api
    from byleave.cli.progress import shown_progress

    with shown_progress() as progress:
        found = api.snapshot_status(folder, register=register, pack=pack, progress=progress)
    if as_json:
        print_json(found.as_json())
    else:
        for line in _lines(folder, found):
            click.echo(line)
    if not found.usable:
        raise VerificationError(f"`{folder}` may not be trained on", hint="take a new snapshot: byleave gate")


@command.command("show", short_help="Show what a snapshot is.")
@click.argument("folder", metavar="DIR")
@json_option
def show(*, folder: str, as_json: bool) -> None:
    """Show the snapshot DIR: under which policy and when it was taken, and how many rows it holds."""
    from pathlib import Path

    from byleave.adapters.files import file_digest
    from byleave.adapters.snapshot_files import MANIFEST, read_manifest

    manifest = read_manifest(Path(folder))
    digest = file_digest(Path(folder) / MANIFEST)
    if as_json:
        print_json({"digest": digest, "manifest": manifest})
        return
    counts, recheck = manifest["counts"], manifest["recheck"]
    click.echo(f"manifest   {digest}")
    click.echo(f"mode       {manifest['mode']}")
    click.echo(f"pack       {manifest['pack']['id']} for {manifest['purpose']} by {manifest['recipient']}")
    click.echo(f"taken      {manifest['as_of']} at {manifest['watermark']}")
    click.echo(f"rechecked  {recheck['as_of']} at {recheck['watermark']}")
    click.echo(f"eligible   {counts['eligible']:,} of {counts['rows']:,} rows")


@command.command("register", short_help="Record a snapshot in a ledger.")
@click.argument("folder", metavar="DIR")
@click.option("--ledger", required=True, metavar="URL", help="The ledger: sqlite:///PATH or postgresql://…")
@json_option
def register(*, folder: str, ledger: str, as_json: bool) -> None:
    """Record the snapshot DIR in a ledger, and index who is in it, so that traces find them.

    For snapshots that were taken elsewhere, and after `byleave gate` could not do it. It may be done again at any time:
    a snapshot is recorded once. The index needs the ledger's suppression key (BYLEAVE_SUPPRESSION_KEY).
    """
    from pathlib import Path

    from byleave.adapters.duckdb_engine.kept import suppression_secret
    from byleave.server.lineage.recording import record_snapshot

    recorded = record_snapshot(Path(folder), ledger, suppression_secret())
    if as_json:
        print_json(recorded.as_json())
        return
    known = " already" if recorded.was_known else ""
    click.echo(f"recorded{known} as entry {recorded.snapshot.seq}: {recorded.snapshot.manifest}")
    if not recorded.indexed:
        click.echo(NOT_INDEXED, err=True)


NOT_INDEXED = (
    "note: who is in it was not indexed, so that no trace finds them\n"
    "  help: name the file of the ledger's suppression key in BYLEAVE_SUPPRESSION_KEY, and run"
    " byleave snapshot register DIR --ledger URL"
)


def _lines(folder: str, found: Status) -> list[str]:
    if found.usable and not found.rows:
        return [f"{folder} holds no row: nothing in it could be trained on."]
    if found.usable:
        return [f"{folder} may be trained on: all of its {found.rows:,} rows are eligible now."]
    lines = [_WORDS[name] for name in found.problems]
    lines += [f"  {rows:,} of {found.rows:,} rows: {reason}" for reason, rows in found.left_since.items()]
    return lines


_WORDS: dict[str, Any] = {
    "replay": "It is a replay: it shows what would have been.",
    "pack-changed": "The policy pack is no longer the one that it was taken under.",
    "other-epoch": "The ledger was restored since, or is another one.",
    "files-changed": "Its files are not those that its manifest lists.",
    "left-since": "Rows of it are no longer eligible:",
}

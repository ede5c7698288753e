"""`byleave forget`: take members out of a trained model, exactly, with a certificate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from byleave.cli.options import json_option, print_json
from byleave.cli.trace import ledger_option
from byleave.kernel.errors import UsageError

if TYPE_CHECKING:
    from byleave.proof.keys import SignerKey


@click.command("forget")
@click.argument("members", nargs=-1, metavar="MEMBER...")
@click.option("--model", "folder", required=True, metavar="DIR", help="Folder of the model.")
@ledger_option
@click.option("--due", "snapshot", metavar="DIR", help="Everybody whom it must forget, from its snapshot DIR.")
@click.option("--pack", metavar="PACK", help="The pack as it is now, for --due; otherwise that of the snapshot.")
@click.option("--keys", metavar="FOLDER", help="Folder of keys that sign the certificate; without it, nobody signs.")
@json_option
def command(  # noqa: PLR0913 - the options of the command
    *,
    members: tuple[str, ...],
    folder: str,
    ledger: str,
    snapshot: str | None,
    pack: str | None,
    keys: str | None,
    as_json: bool,
) -> None:
    """Take each MEMBER out of a model, under every id of theirs.

    What is left is, byte for byte, the model that would have been trained without them. A certificate says so, and the
    ledger is told. With --due everybody leaves of whom an item may not be trained on any more, if the pack says that an
    opt-out reaches models. Without a MEMBER and --due, what a crash has left undone is finished.
    """
    from byleave.adapters.duckdb_engine.kept import suppression_secret
    from byleave.adapters.forgetting import model_in
    from byleave.server.lineage.forgetting import due, forget, require_known, take_off_search

    if pack is not None and snapshot is None:
        raise UsageError("--pack says who must be forgotten", hint="give --due DIR, the snapshot, too")
    model_in(Path(folder))
    require_known(ledger, members)
    names, erased = list(members), list[str]()
    if snapshot is not None:
        from byleave.cli.progress import shown_progress

        with shown_progress() as progress:
            found = due(Path(folder), Path(snapshot), ledger, pack, progress)
        reached = _reached(Path(folder), Path(snapshot), ledger, pack)
        names, erased = [*names, *found.members, *reached], list(found.erased)
        if not found.reaches and not reached:
            click.echo("note: no opt-out reaches models under this policy; only who is named leaves", err=True)
    done = forget(Path(folder), ledger, names, suppression_secret(), signers=_signers(keys))
    if erased:
        take_off_search(Path(folder), erased)
    if as_json:
        print_json(done.as_json())
        return
    if not done.keys:
        click.echo("Nothing was learned of anybody who was to leave; the model is as it was.")
    for path in done.certificates:
        click.echo(f"Taken out, with a certificate: {path}")
    click.echo(f"model      {done.digest}")


def _reached(folder: Path, snapshot: Path, ledger: str, pack: str | None) -> list[str]:
    """Whose own act reached models when it was recorded, whatever the packs of today say."""
    from byleave.adapters.duckdb_engine.kept import suppression_secret
    from byleave.adapters.forgetting import model_in
    from byleave.adapters.snapshot_files import read_manifest
    from byleave.api import now
    from byleave.server.forgetting.due import members_due
    from byleave.server.policy_in_force import in_force

    policy = in_force([pack or read_manifest(snapshot)["pack"]["id"]])
    return members_due(ledger, suppression_secret() or b"", model_in(folder).model, policy, now())


def _signers(keys: str | None) -> list[SignerKey]:
    if keys is None:
        return []
    from byleave.adapters.key_files import load_signer
    from byleave.api import now

    return [load_signer(Path(keys), now())]

"""`byleave model`: record a model that was trained elsewhere, show what is recorded of one, recompute it, retire it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from byleave.cli.options import json_option, print_json
from byleave.cli.trace import catalogue_for, lang_option, ledger_option, open_reader
from byleave.kernel.errors import UsageError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from byleave.server.lineage.rewrite_audit import Audit


@click.group("model")
def command() -> None:
    """Record models that were trained elsewhere, show models, recompute and retire them."""


@command.command("register", short_help="Record a model that was trained elsewhere.")
@click.option(
    "--snapshot", "folders", multiple=True, required=True, metavar="DIR", help="Snapshot that it was trained on."
)
@click.option("--digest", required=True, metavar="SHA256", help="sha256:… of the model's file.")
@ledger_option
@click.option("--name", metavar="NAME", help="What people call it.")
@click.option("--purpose", metavar="PURPOSE", help="What it was trained for; otherwise that of the snapshot.")
@click.option("--trained-at", metavar="INSTANT", help="When training began, if that was before now.")
@click.option("--pack", metavar="PACK", help="The pack as it is now; otherwise the shipped one of the snapshot.")
@lang_option
@json_option
def register(  # noqa: PLR0913 - the options of the command
    *,
    folders: tuple[str, ...],
    digest: str,
    ledger: str,
    name: str | None,
    purpose: str | None,
    trained_at: str | None,
    pack: str | None,
    lang: str | None,
    as_json: bool,
) -> None:
    """Record that a model was trained on the snapshots DIR, so that a trace of a member finds it.

    A replay is refused, and so is a snapshot whose files were changed, or that may not be trained on any more; a model
    that was trained while it still might is recorded with --trained-at.
    """
    from byleave.adapters.openlineage_events import emit_model
    from byleave.cli.lineage_words import model_head
    from byleave.server.lineage.recording import record_model

    catalogue, began = catalogue_for(lang), _instant(trained_at)
    usable = began is not None or all(_is_usable(folder, ledger, pack) for folder in folders)
    model = record_model(
        [Path(folder) for folder in folders],
        ledger,
        digest,
        name=name,
        purpose=purpose,
        trained_at=began,
        usable=usable,
    )
    with open_reader(ledger) as reader:
        emit_model(model, reader.lineage())
    if as_json:
        print_json(model.as_json())
        return
    for line in model_head(model, catalogue):
        click.echo(line)


def _is_usable(folder: str, ledger: str, pack: str | None) -> bool:
    """Whether a snapshot may be trained on now; a replay or a changed one is told apart when it is recorded."""
    from byleave import api
    from byleave.cli.progress import shown_progress

    with shown_progress() as progress:
        return api.snapshot_status(folder, register=ledger, pack=pack, progress=progress).usable


def _instant(value: str | None) -> datetime | None:
    from byleave.api import now
    from byleave.kernel.instants import parse_instant

    if value is None:
        return None
    instant = parse_instant(value)
    if instant is None:
        raise UsageError(f"`{value}` is not an instant with a zone", hint="write it like 2025-11-03T00:00:00Z")
    if instant > now():
        raise UsageError(f"`{value}` is later than the present", hint="give the instant at which training began")
    return instant


@command.command("show", short_help="Show what is recorded of a model.")
@click.argument("model", metavar="ID")
@ledger_option
@lang_option
@json_option
def show(*, model: str, ledger: str, lang: str | None, as_json: bool) -> None:
    """Show the model ID: what it was trained on and when. ID is its id, its name, or its digest."""
    from byleave.cli.lineage_words import model_head, snapshot_line

    catalogue = catalogue_for(lang)
    with open_reader(ledger) as reader:
        lineage = reader.lineage()
    found = lineage.model(model)
    snapshots = [lineage.snapshots[one] for one in found.snapshots]
    if as_json:
        print_json({**found.as_json(), "trained_on": [one.as_json() for one in snapshots]})
        return
    for line in model_head(found, catalogue):
        click.echo(line)
    for one in snapshots:
        click.echo(f"  {snapshot_line(one, one.told['counts'].get('eligible', 0), catalogue)}")


@command.command("audit", short_help="Train a model again, and compare.")
@click.argument("folder", metavar="DIR")
@click.option("--snapshot", required=True, metavar="DIR", help="Snapshot that it was trained on.")
@ledger_option
@click.option(
    "--shard", "shards", type=int, multiple=True, metavar="N", help="Of a rewriter: train this shard alone again."
)
@click.option(
    "--others", multiple=True, metavar="ITEMS", help="Of a rewriter: attack it; posts of people who never were in it."
)
@click.option("--trial", is_flag=True, help="Of a rewriter: attack models before and after half of the members left.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that train. Default: one for each processor.",
)
@json_option
def audit(  # noqa: PLR0913 - the options of the command
    *,
    folder: str,
    snapshot: str,
    ledger: str,
    shards: tuple[int, ...],
    others: tuple[str, ...],
    trial: bool,
    workers: int | None,
    as_json: bool,
) -> None:
    """Train the model DIR again from its snapshot, without everybody who has left it, and compare.

    Exit code 0: it is what its manifest says, byte for byte, so nobody who left is in it. Exit code 3: it is not. Needs
    the ledger's suppression key (BYLEAVE_SUPPRESSION_KEY).

    With --others it also tells how well an attacker would know who is in a rewriter and who was. With --trial it trains
    rewriters of the same settings, in shards and with one adapter for everybody, lets each half of the members leave
    once, attacks before and after, and throws them away: that takes about as long as four trainings.
    """
    from byleave.adapters.duckdb_engine.kept import suppression_secret
    from byleave.adapters.forgetting import manifest_in
    from byleave.adapters.rewrite.model_file import is_rewriter

    place, taken_at, secret = Path(folder), Path(snapshot), suppression_secret()
    if is_rewriter(place):
        from byleave.server.lineage.rewrite_audit import Audit

        asked = Audit(place, taken_at, ledger, shards, others, trial, workers)
        _audit_rewriter(asked, secret, as_json=as_json)
    elif shards or others or trial:
        manifest_in(place)  # a folder without any model is told so
        raise UsageError(f"`{folder}` is no rewriter", hint="leave --shard, --others and --trial out")
    else:
        _audit_talent(place, taken_at, ledger, secret, as_json=as_json)


def _audit_rewriter(asked: Audit, secret: bytes | None, *, as_json: bool) -> None:
    from byleave.cli.audit_words import audit_lines
    from byleave.cli.progress import shown_progress
    from byleave.server.lineage.rewrite_audit import audit_rewriter

    with shown_progress() as progress:
        found = audit_rewriter(asked, secret, progress)
    if as_json:
        print_json(found.as_json())
    else:
        click.echo("\n".join(audit_lines(found)))
    if found.differing:
        raise _differs(asked.folder, found.differing, "train it again: byleave train")


def _audit_talent(folder: Path, snapshot: Path, ledger: str, secret: bytes | None, *, as_json: bool) -> None:
    from byleave.server.lineage.training import audit as recompute
    from byleave.server.lineage.training import still_held

    differing = recompute(folder, snapshot, ledger, secret)
    still = still_held(folder, ledger) if differing else 0
    if as_json:
        print_json({"same": not differing, "differing": differing, "still_held": still})
    elif not differing:
        click.echo("Trained again without everybody who has left: every digest is the same.")
    if differing:
        hint = "train it again: byleave train"
        if still:
            hint = f"it is a copy that still holds {still} who were taken out since it was made: destroy it"
        raise _differs(folder, differing, hint)


def _differs(folder: Path, differing: Iterable[str], hint: str) -> VerificationError:
    return VerificationError(f"`{folder}` differs from a model trained again: {', '.join(differing)}", hint=hint)


@command.command("retire", short_help="Destroy a model for good.")
@click.argument("model", metavar="DIR|ID")
@ledger_option
@click.option("--by", required=True, metavar="NAME", help="Who says that no other copy of it is left.")
@click.option("--destroyed", is_flag=True, help="Of a model whose files are gone: record that, and that NAME says so.")
@lang_option
@json_option
def retire(  # noqa: PLR0913 - the options of the command
    *, model: str, ledger: str, by: str, destroyed: bool, lang: str | None, as_json: bool
) -> None:
    """Destroy the model in the folder DIR: every file is overwritten and deleted, and the ledger says so.

    Nobody has to leave it afterwards, and whoever was to leave it is told that it is destroyed. To take a model out of
    service move its folder away instead: it still holds everybody then, and who must leave it stays open.

    With --destroyed the model ID, its name or a digest of it is recorded as destroyed by the word of NAME.
    """
    from byleave.cli.lineage_words import model_head
    from byleave.server.lineage.retiring import attest
    from byleave.server.lineage.retiring import retire as destroy

    catalogue, is_here = catalogue_for(lang), Path(model).is_dir()
    if is_here and destroyed:
        raise UsageError(f"`{model}` is a folder that is still here", hint="leave --destroyed out: it is destroyed now")
    if not is_here and not destroyed:
        hint = "name the model's folder; if every copy of it is destroyed already, name the model and add --destroyed"
        raise UsageError(f"there is no folder `{model}`", hint=hint)
    done = attest(model, ledger, by) if destroyed else destroy(Path(model), ledger, by)
    if as_json:
        print_json(done.as_json())
        return
    for line in model_head(done.model, catalogue):
        click.echo(line)
    if not destroyed:
        click.echo(f"Files destroyed: {done.files}. Backups and other copies are yours to destroy.")

"""`byleave train`: train a product on a snapshot, and nothing else."""

from __future__ import annotations

from pathlib import Path

import click

from byleave.cli.options import json_option, print_json
from byleave.cli.trace import ledger_option


@click.group("train")
def command() -> None:
    """Train a product on a snapshot that may still be used, and on nothing else."""


@command.command("talent", short_help="Train talent search.")
@click.option("--snapshot", "folder", required=True, metavar="DIR", help="Snapshot to train on.")
@ledger_option
@click.option("--out", required=True, metavar="DIR", help="New folder to publish the model as.")
@click.option("--pack", metavar="PACK", help="The pack as it is now; otherwise the shipped one of the snapshot.")
@click.option(
    "--visible",
    multiple=True,
    metavar="ITEMS",
    help="Tables with the profiles that can be found, also of those who are out of training. Default: the snapshot's.",
)
@click.option("--words", metavar="FILE", help="Public list of words: CSV with term,documents. Never from profiles.")
@click.option("--name", metavar="NAME", help="What people call the model.")
@json_option
def talent(  # noqa: PLR0913 - the options of the command
    *,
    folder: str,
    ledger: str,
    out: str,
    pack: str | None,
    visible: tuple[str, ...],
    words: str | None,
    name: str | None,
    as_json: bool,
) -> None:
    """Train talent search on the snapshot DIR, record run and model in the ledger, and publish the model's folder.

    A replay is refused, and so is a snapshot whose files were changed, that is for another purpose than the pack says
    of talent search, or of which anything may not be trained on any more. Needs the ledger's suppression key
    (BYLEAVE_SUPPRESSION_KEY).
    """
    import secrets

    from byleave.adapters.duckdb_engine.kept import suppression_secret
    from byleave.adapters.talent.training import read_words
    from byleave.cli.progress import shown_progress
    from byleave.learn.talent.words import Words
    from byleave.server.lineage.training import TALENT, Training, train_talent

    told = read_words(Path(words)) if words else Words()
    run = f"{TALENT}-{secrets.token_hex(8)}"
    asked = Training(Path(folder), Path(out), ledger, run, pack, visible, told, name)
    with shown_progress() as progress:
        found = train_talent(asked, suppression_secret(), progress)
    if as_json:
        print_json(found.as_json())
        return
    rows = found.manifest["rows"]
    click.echo(
        f"{found.manifest['model']} learned from {rows['profiles']:,} profiles, {rows['judgements']:,} judgements"
    )
    if found.passed_over:
        click.echo(f"{found.passed_over:,} judgements were passed over: their profile is not in the snapshot")
    click.echo(f"{found.shown:,} profiles can be found")
    click.echo(f"Published as {out}")

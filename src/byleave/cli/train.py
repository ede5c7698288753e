"""`byleave train`: train a product on a snapshot, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from byleave.cli.options import json_option, print_json
from byleave.cli.trace import ledger_option
from byleave.kernel.errors import UsageError


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


@command.command("rewrite", short_help="Train what rewrites drafts.")
@click.option("--snapshot", "folder", required=True, metavar="DIR", help="Snapshot to train on.")
@ledger_option
@click.option("--out", metavar="DIR", help="New folder to publish the model as; not needed with --dry-run.")
@click.option("--pack", metavar="PACK", help="The pack as it is now; otherwise the shipped one of the snapshot.")
@click.option("--base", default="smollm2", show_default=True, metavar="NAME|DIR", help="Public base model.")
@click.option("--shards", type=int, metavar="N", help="How many adapters: a power of two. Default: by the members.")
@click.option("--epochs", default=2, show_default=True, metavar="N", help="How often each post is learned.")
@click.option("--rank", default=8, show_default=True, metavar="N", help="Rank of the adapters.")
@click.option("--layers", default=15, show_default=True, metavar="N", help="How many of the last blocks get adapters.")
@click.option(
    "--strength",
    type=int,
    metavar="PERCENT",
    help="Of what was learned, when it is served. Default: 150; of one adapter 100.",
)
@click.option("--dtype", default="float32", show_default=True, metavar="KIND", help="Of the base: float32 or bfloat16.")
@click.option("--device", default="cpu", show_default=True, metavar="NAME", help="Where it is trained: cpu, cuda, …")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that train. Default: one for each processor.",
)
@click.option(
    "--language", "languages", multiple=True, default=("en",), metavar="CODE", help="Of the posts. Default: en."
)
@click.option("--name", metavar="NAME", help="What people call the model.")
@click.option("--dry-run", is_flag=True, help="Tell what it costs, and train nothing.")
@json_option
def rewrite(*, folder: str, out: str | None, dry_run: bool, as_json: bool, **chosen: Any) -> None:  # noqa: ANN401
    """Train a rewriter on the snapshot DIR, record run and model in the ledger, and publish the model's folder.

    A public base stays as it is, and the posts of each part of the members train a small adapter; their mean is what
    is served. What is refused is as for talent search. Needs the extra `learn`, and the ledger's suppression key
    (BYLEAVE_SUPPRESSION_KEY). Nothing is downloaded.
    """
    import secrets

    from byleave.adapters.duckdb_engine.kept import suppression_secret
    from byleave.adapters.rewrite.settings import Settings, usual_strength
    from byleave.cli.progress import shown_progress
    from byleave.cli.rewrite_words import cost_lines, trained_lines
    from byleave.server.lineage.rewrite_training import REWRITE, RewriteTraining, expected_cost, train_rewriter

    if out is None and not dry_run:
        raise UsageError("there is no folder to publish the model as", hint="name one with --out, or give --dry-run")
    settings = Settings(
        shards=1 if chosen["shards"] is None else chosen["shards"],
        rank=chosen["rank"],
        layers=chosen["layers"],
        epochs=chosen["epochs"],
        strength_percent=usual_strength(1) if chosen["strength"] is None else chosen["strength"],
        dtype=chosen["dtype"],
    )
    asked = RewriteTraining(
        snapshot=Path(folder),
        out=Path(out or "."),
        run=f"{REWRITE}-{secrets.token_hex(8)}",
        settings=settings,
        **{
            name: chosen[name]
            for name in ("ledger", "pack", "name", "base", "shards", "strength", "languages", "device", "workers")
        },
    )
    if dry_run:
        with shown_progress() as progress:
            cost = expected_cost(asked, suppression_secret(), progress)
        print_json(cost.as_json()) if as_json else click.echo("\n".join(cost_lines(cost)))
        return
    with shown_progress() as progress:
        found = train_rewriter(asked, suppression_secret(), progress)
    print_json(found.as_json()) if as_json else click.echo("\n".join([*trained_lines(found), f"Published as {out}"]))

"""`byleave gate`: from a corpus and a register to a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from byleave.cli.options import column_map, decision_options, json_option, print_json
from byleave.kernel.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.gate.request import Result


@click.command("gate")
@click.argument("items", nargs=-1, required=True)
@decision_options
@click.option("--out", metavar="DIR", help="New folder to publish the snapshot as.")
@click.option(
    "--engine", type=click.Choice(["duckdb"]), default="duckdb", show_default=True, help="What runs the decision."
)
@click.option("--redact", is_flag=True, help="Replace what names an objector in a text; do not leave the item out.")
@click.option("--decisions-only", is_flag=True, help="Write a decision for every row instead of the rows.")
@click.option("--no-proof", is_flag=True, help="Write no proofs. This version writes none yet.")
@click.option("--no-record", is_flag=True, help="Do not record the snapshot in the ledger that was read.")
@click.option("--dry-run", is_flag=True, help="Print the summary and write nothing.")
@json_option
def command(  # noqa: PLR0913, PLR0917 - the options of the command
    items: tuple[str, ...],
    out: str | None,
    engine: str,  # noqa: ARG001 - one engine so far
    decisions_only: bool,  # noqa: FBT001 - a flag of the command line
    no_proof: bool,  # noqa: ARG001, FBT001 - nothing to leave out so far
    no_record: bool,  # noqa: FBT001 - a flag of the command line
    dry_run: bool,  # noqa: FBT001 - a flag of the command line
    as_json: bool,  # noqa: FBT001 - a flag of the command line
    columns: tuple[str, ...],
    ignore_setting: tuple[str, ...],
    **options: Any,  # noqa: ANN401 - passed through as they are
) -> None:
    """Decide every item of ITEMS and publish what may be trained on.

    ITEMS are Parquet, CSV or JSON Lines files, folders or patterns. The snapshot holds the eligible rows, a reason
    for every other row, and a manifest that says under which policy, at which instant and from which register. A
    snapshot from a ledger is recorded in that ledger, where the rights allow it.
    """
    from byleave.cli.progress import shown_progress

    if dry_run == (out is not None):
        raise UsageError("say either --out DIR or --dry-run", hint="--dry-run prints the summary and writes nothing")
    from byleave import api

    with shown_progress() as progress:
        result = api.gate(
            list(items),
            out=out,
            decisions_only=decisions_only,
            columns=column_map(columns),
            ignore_settings=ignore_setting,
            progress=progress,
            **options,
        )
    if as_json:
        print_json(result.manifest)
    else:
        _print(result)
    if result.folder is not None and not decisions_only:
        _announce(result.folder, None if no_record else options["register"])


def _announce(folder: Path, register: str | None) -> None:
    """Record the published snapshot, and tell lineage tools; it stays published if that fails."""
    from byleave.adapters.duckdb_engine.kept import suppression_secret
    from byleave.adapters.ledger_database import is_database
    from byleave.adapters.openlineage_events import emit_snapshot
    from byleave.cli.snapshot import NOT_INDEXED
    from byleave.kernel.errors import ByleaveError

    emit_snapshot(folder)
    if register is None or not is_database(register):
        return
    try:
        from byleave.server.lineage.recording import record_snapshot

        recorded = record_snapshot(folder, register, suppression_secret(), just_published=True)
    except (ByleaveError, ImportError) as error:
        told = error.message if isinstance(error, ByleaveError) else str(error)
        click.echo(f"note: the snapshot is published, and is not recorded in the ledger: {told}", err=True)
        hint = f"record it where that is allowed: byleave snapshot register {folder} --ledger URL"
        click.echo(f"  help: {hint}", err=True)
        return
    if not recorded.indexed:
        click.echo(NOT_INDEXED.replace("DIR", str(folder)), err=True)


def _print(result: Result) -> None:
    from byleave.cli.summary import summary_lines

    for line in summary_lines(result):
        click.echo(line)

"""`byleave ledger import`: bring in what another record of people's choices says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from byleave.cli.ledger.options import (
    copy_option,
    known_to,
    ledger_option,
    opened_store,
    pack_option,
    zone_option,
)
from byleave.cli.options import json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.server.db.importing import Imported

_ASIDE = {
    "known": "known already",
    "on-not-by-the-person": "an `on` that does not say that the person did it (actor `member`)",
    "on-before-the-person-came-back": "an `on` of somebody who had refused and was erased, from before they came back",
    "on-before-an-off": "an `on` that an `off` with the same date or a later one beats",
    "objection-ended": "an objection that has ended: nobody but the person ends one in the ledger",
    "first-residence-differs": "a first residence that the ledger has otherwise",
}


@click.command("import", short_help="Record what files say and the ledger does not.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@ledger_option
@copy_option
@pack_option
@zone_option
@click.option("--dry-run", is_flag=True, help="Only say what would be recorded.")
@json_option
def command(  # noqa: PLR0913 - the options of the command
    *,
    files: tuple[Path, ...],
    address: str,
    copy: str | None,
    pack: str | None,
    assume_zone: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Record in a ledger what FILES say and it does not have yet: all of it, or nothing.

    FILES are tables of a register by their names: members, preferences, objections, notices, withholdings, as .csv,
    .jsonl or .parquet; or folders of them. Any of them may be left out.

    An import never ends a refusal: an `on` is recorded only where its row has the actor `member`, and it never beats a
    later `off`. Run twice, it records once. Stopped, the same command goes on where it was; until it is through, no
    gate reads the ledger.
    """
    from byleave.cli.progress import shown_progress
    from byleave.gate.request import Reading

    settings, terms_of = known_to(pack)
    with opened_store(address, copy) as store, shown_progress() as progress:
        from byleave.server.db.importing import import_register

        done = import_register(
            store,
            files,
            settings=settings,
            terms_of=terms_of,
            reading=Reading(assume_zone=assume_zone),
            dry_run=dry_run,
            on_progress=progress,
        )
    if as_json:
        print_json({"dry_run": dry_run, **done.as_json()})
    else:
        _tell(done, dry_run=dry_run)


def _tell(done: Imported, *, dry_run: bool) -> None:
    click.echo(f"read {_several(done.rows)}")
    click.echo(f"{'would record' if dry_run else 'recorded'} {_several(done.recorded) or 'nothing'}")
    for reason, count in sorted(done.aside.items()):
        click.echo(f"left aside {count:,}: {_ASIDE[reason]}")


def _several(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))

"""`byleave ledger reconcile`: where a platform's own record and the ledger differ."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byleave.adapters.publishing import require_folder
from byleave.cli.ledger.options import copy_option, known_to, ledger_option, opened_store, zone_option
from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.ledger.reconciling import Difference
    from byleave.server.db.reconciling import Reconciled


def _in_a_folder(context: click.Context, option: click.Parameter, out: Path | None) -> Path | None:  # noqa: ARG001
    if out is not None:
        require_folder(out)
    return out


@click.command("reconcile", short_help="Compare the platform's own record with the ledger.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@ledger_option
@copy_option
@zone_option
@click.option("--pack", metavar="PACK", help="What this pack says of a setting, an off that --apply records covers.")
@click.option("--apply", "apply_it", is_flag=True, help="Record what the platform refuses and the ledger does not.")
@click.option("--confirm", metavar="WHY", help="Open builds that are shut, on these grounds.")
@click.option("--by", metavar="NAME", help="Who confirms.")
@click.option(
    "--csv",
    "out",
    type=click.Path(path_type=Path),
    callback=_in_a_folder,
    metavar="FILE",
    help="Write the differences there, too.",
)
@json_option
def command(  # noqa: PLR0913 - the options of the command
    *,
    files: tuple[Path, ...],
    address: str,
    copy: str | None,
    assume_zone: str | None,
    pack: str | None,
    apply_it: bool,
    confirm: str | None,
    by: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Tell every difference between FILES, a platform's own record, and the ledger; exit code 1 if there are any.

    FILES are the tables of a register, as for `byleave ledger import`. Nothing is changed, unless --apply records what
    the platform refuses and the ledger does not; nothing that is refused in the ledger is ever ended.

    --confirm opens builds that are shut, after a restore in which acts may be missing: only on a whole export, and only
    when the ledger is nowhere looser than it and knows everybody who is off there. Who confirms and why is recorded.
    """
    from byleave.cli.progress import shown_progress
    from byleave.gate.request import Reading

    confirmed = _confirmation(confirm, by)
    found: list[Difference] = []
    with opened_store(address, copy) as store, shown_progress() as progress:
        from byleave.server.db.reconciling import reconcile

        done = reconcile(
            store,
            files,
            on_difference=found.append,
            terms_of=known_to(pack)[1],
            reading=Reading(assume_zone=assume_zone),
            apply=apply_it,
            confirm=confirmed,
            on_progress=progress,
        )
    rows = [one.as_json() for one in found]
    if out is not None:
        _write(out, rows)
    if as_json:
        print_json({**done.as_json(), "differences": rows})
    else:
        _tell(done, rows)
    if not done.same:
        sys.exit(1)


def _confirmation(grounds: str | None, by: str | None) -> tuple[str, str] | None:
    if (grounds is None) is not (by is None):
        raise UsageError("--confirm and --by go together", hint="say why, and who says so")
    return (by, grounds) if by is not None and grounds is not None else None


def _write(out: Path, rows: Sequence[dict[str, Any]]) -> None:
    """As CSV; no cell begins as a formula does, which a spreadsheet would run."""
    from byleave.ledger.reconciling import FIELDS
    from byleave.server.spreadsheets import lines

    new = out.with_name(f"{out.name}.new")
    with new.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines([FIELDS, *([row[name] for name in FIELDS] for row in rows)]))
    new.rename(out)


def _tell(done: Reconciled, rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        since = f" since {row['since']}" if row["since"] else ""
        click.echo(f"{row['who']}: {row['what']}: theirs {row['theirs']}, ours {row['ours']}{since}; {row['todo']}")
    click.echo(f"{len(rows):,} differences, in {done.loosening:,} of them the ledger is looser")
    if done.applied:
        click.echo(f"recorded {done.applied:,}")
    if done.opened is not None:
        click.echo(f"builds are open (entry {done.opened:,})")

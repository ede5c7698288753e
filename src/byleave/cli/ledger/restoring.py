"""`byleave ledger backup` and `restore`: keep a ledger, and bring it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from byleave.cli.ledger.options import ledger_option
from byleave.cli.options import json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.server.db.restoring import Restored


@click.command("backup", short_help="Write everything into one file, while the ledger is used.")
@ledger_option
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The file; a new one.")
@json_option
def backup(*, address: str, out: Path, as_json: bool) -> None:
    """Write everything that a ledger holds now into FILE, checked on the way.

    Members may act meanwhile. The file is a second copy as of one entry: it restores into SQLite and PostgreSQL. It
    holds what people chose; keep it as you keep the ledger.
    """
    from byleave.cli.progress import shown_progress
    from byleave.server.db.backup import back_up

    with shown_progress() as progress:
        head = back_up(address, out, on_progress=progress)
    if as_json:
        print_json({"file": str(out), "seq": head.seq, "chain": head.chain, "epoch": {"name": head.name}})
    else:
        click.echo(f"wrote {head.seq:,} entries to {out}")


@click.command("restore", short_help="Bring a ledger back, with what the second copy has more.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@ledger_option
@click.option("--copy", metavar="PATH|URL", help="The second copy: every later entry comes from there.")
@json_option
def restore(*, file: Path | None, address: str, copy: str | None, as_json: bool) -> None:
    """Bring a ledger back from FILE, add what the second copy has more, and open a new epoch.

    The ledger goes where nothing is: a file that is not there, or an empty database. Without FILE, the database was
    brought back by other means, and is brought up to the second copy where it is. Stop the service first.

    Without a second copy, or where it has a hole or FILE does not say how far it reached, acts may be missing: builds
    stay shut until `byleave ledger reconcile` has compared the ledger with the platform's own settings.
    """
    from byleave.cli.progress import shown_progress
    from byleave.server.db.restoring import restore as bring_back

    with shown_progress() as progress:
        done = bring_back(file, address, copy=copy, on_progress=progress)
    if as_json:
        print_json(done.as_json())
        return
    click.echo(f"restored {done.backup:,} entries, and {done.replayed:,} more from the second copy")
    for line in _remarks(done, has_file=file is not None):
        click.echo(line, err=True)
    click.echo(f"epoch {done.head.epoch} ({done.head.name}) begins after entry {done.head.seq:,}")
    if done.shut:
        click.echo(f"builds are shut: {done.shut}", err=True)
        click.echo("  help: byleave ledger reconcile FILES --ledger URL --apply --confirm WHY --by NAME", err=True)


def _remarks(done: Restored, *, has_file: bool) -> Iterator[str]:
    """What the file says of how far it reached, and whether it does."""
    if done.cut and done.held is not None:
        lost = done.held - done.backup
        filled = "" if done.shut else "; they came from the second copy"
        yield f"the backup is cut off: it held {done.held:,} entries, and {lost:,} of them are missing in it{filled}"
    elif done.cut:
        yield f"the backup is cut off: what it held after entry {done.backup:,} did not come from it"
    elif has_file and done.held is None:
        yield (
            "the backup does not say how many entries it held: an earlier version of byleave wrote it, it is a second "
            "copy, or its first line is gone. Nobody can see whether its end was cut off"
        )

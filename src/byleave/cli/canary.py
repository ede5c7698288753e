"""`byleave canary`: flip a member's switch and look for it in the snapshots, every hour."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byleave.adapters.publishing import require_folder
from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import MissingExtraError, VerificationError

if TYPE_CHECKING:
    from byleave.server.canary import Report


@click.command("canary")
@click.argument("snapshots", nargs=-1, required=True, metavar="DIR...")
@click.option("--member", required=True, metavar="ID", help="The canary: a member that is nobody.")
@click.option("--item", required=True, metavar="ID", help="An item of theirs that every build reads.")
@click.option("--setting", required=True, metavar="NAME", help="The setting that is flipped.")
@click.option(
    "--within",
    type=click.FloatRange(min=0, min_open=True),
    default=2.0,
    show_default=True,
    metavar="HOURS",
    help="How long a switch may wait until a snapshot has seen it.",
)
@click.option("--look-only", is_flag=True, help="Do not flip.")
@click.option("--metrics", metavar="FILE", help="Write what was found for Prometheus's node exporter.")
@click.option("--data", metavar="DIR", help="Folder of ledger, accounts and keys.  [default: byleave-data]")
@json_option
def command(  # noqa: PLR0913 - the options of the command
    *,
    snapshots: tuple[str, ...],
    member: str,
    item: str,
    setting: str,
    within: float,
    look_only: bool,
    metrics: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """Look for a member's last switch in the snapshots DIR, then flip it.

    DIR is a snapshot, or a folder that holds some. Exit code 3 is an alarm: a build does not see what people choose. A
    scheduler calls it every hour, with the environment of the server.
    """
    try:
        from byleave.server.canary import WORDS, Canary, flip, look
        from byleave.server.running import start
    except ImportError as error:
        raise MissingExtraError("the canary needs the extra `server`", hint="pip install 'byleave[server]'") from error
    from byleave.server.configuration import from_environment

    if data is not None:
        os.environ["BYLEAVE_DATA"] = data
    if metrics is not None:
        require_folder(Path(metrics))
    service = start(from_environment(os.environ))
    try:
        canary = Canary(member, item, setting)
        found = look(service, canary, map(Path, snapshots), timedelta(hours=within))
        flipped = None if look_only else flip(service, canary)
    finally:
        service.close()
    if metrics is not None:
        _write(Path(metrics), found)
    told = [f"{place} {WORDS[alarm]}".strip() for alarm, place in found.alarms]
    if as_json:
        alarms = [{"alarm": alarm, "snapshot": place or None} for alarm, place in found.alarms]
        print_json({"alarms": alarms, "seen": found.seen, "flipped": flipped.seq if flipped else None})
    elif not told:
        click.echo(f"seen up to entry {found.seen}" if found.seen else "nothing to look for yet")
    if told:
        raise VerificationError(f"canary: {'; '.join(told)}", hint="stop training runs until it is known why")


def _write(file: Path, found: Report) -> None:
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    registry = CollectorRegistry()
    values = {
        "byleave_canary_ok": ("1 when builds see what people choose", 0 if found.alarms else 1),
        "byleave_canary_seen": ("Last switch of the canary that builds have seen", found.seen),
    }
    for name, (told, value) in values.items():
        Gauge(name, told, registry=registry).set(value)
    Gauge("byleave_canary_timestamp_seconds", "When it was looked for", registry=registry).set_to_current_time()
    write_to_textfile(str(file), registry)

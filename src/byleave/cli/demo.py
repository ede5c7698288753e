"""`byleave demo`: the whole of it on an invented platform."""

from __future__ import annotations

import click


@click.command("demo")
@click.option(
    "--out", default="byleave-demo", show_default=True, metavar="DIR", help="Folder for the invented platform."
)
@click.option("--members", default=10_000, show_default=True, metavar="N", help="How many members to invent.")
@click.option("--items", default=200_000, show_default=True, metavar="N", help="How many items.")
def command(out: str, members: int, items: int) -> None:
    """Invent a platform, decide what may be trained on, and show why.

    A folder of an earlier demonstration is replaced; any other folder that holds something is refused.
    """
    from pathlib import Path

    from rich.console import Console

    from byleave.cli.progress import shown_progress
    from byleave.demo.story import WIDTH, show, story

    with shown_progress() as progress:
        told = story(Path(out), members=members, items=items, progress=progress)
    # only when the bar is gone, which would otherwise be drawn over the first lines
    show(told, Console(width=WIDTH, highlight=False))

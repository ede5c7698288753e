"""`byleave demo`: the whole of it on an invented platform."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from byleave.kernel.errors import ByleaveError, MissingExtraError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.gate.request import Progress

_PLATFORM = {"members": "--members", "items": "--items", "live": "--no-live"}
"""Options of the demonstration that does not train."""


@click.command("demo")
@click.option(
    "--out", default="byleave-demo", show_default=True, metavar="DIR", help="Folder for the invented platform."
)
@click.option("--members", default=10_000, show_default=True, metavar="N", help="How many members to invent.")
@click.option("--items", default=200_000, show_default=True, metavar="N", help="How many items.")
@click.option("--no-live", "live", flag_value=False, default=True, help="Leave out the part with the service.")
@click.option("--learn", is_flag=True, help="Train what rewrites drafts instead, and take somebody out of it.")
@click.pass_context
def command(  # noqa: PLR0913 - the options of the command
    context: click.Context, *, out: str, members: int, items: int, live: bool, learn: bool
) -> None:
    """Invent a platform, decide what may be trained on, and show why; then start the service and try it.

    A folder of an earlier demonstration is replaced; any other folder that holds something is refused. In a terminal
    the service goes on until Ctrl-C. Without one it ends by itself, and the exit code says whether all was as it
    should be.
    """
    from pathlib import Path

    if learn:
        given = [
            option
            for name, option in _PLATFORM.items()
            if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        ]
        if given:
            raise UsageError(f"`{given[0]}` changes nothing with --learn", hint="leave one of the two out")
        _learn(Path(out))
        return
    from rich.console import Console

    from byleave.cli.progress import shown_progress
    from byleave.demo.story import WIDTH, show, story

    try:
        with shown_progress() as progress:
            told = story(Path(out), members=members, items=items, progress=progress)
    except KeyboardInterrupt as error:
        raise ByleaveError(f"stopped; `{out}` is not finished", hint="the next demonstration replaces it") from error
    # only when the bar is gone, which would otherwise be drawn over the first lines
    show(told, Console(width=WIDTH, highlight=False))
    if live and _undo(Path(out)):
        _live(Path(out) / "service")


def _undo(out: Path) -> bool:
    """A model that forgets somebody; whether what this part and the next one need is installed."""
    from byleave.cli.progress import shown_progress

    click.echo()
    try:
        import apsw  # noqa: F401 - whether the extra is there
        import django  # noqa: F401

        from byleave.server.undo_demo import undo_story
    except ImportError:
        click.echo("The parts with a model and the service are left out: they need the extra `server`.")
        click.echo("  pip install 'byleave[server]'")
        return False
    click.echo("Undo: a model is trained, somebody opts out, and it forgets them")
    with shown_progress() as progress:
        lines = undo_story(out, out / "undo", progress)
    for line in lines:
        click.echo(line)
    return True


def _learn(folder: Path) -> None:
    """Train, rewrite, forget."""
    from byleave.adapters.rewrite.base import require_torch
    from byleave.cli.progress import shown_progress
    from byleave.demo.platform import claim
    from byleave.gate.request import silent

    require_torch()
    try:
        from byleave.server.learn_demo import Place, learn_story
    except ImportError as error:
        hint = "pip install 'byleave[learn,server]'"
        raise MissingExtraError("this demonstration also needs the extra `server`", hint=hint) from error
    claim(folder, None, ["learn"])
    place = folder / "learn"
    bars: list[Progress] = [silent]

    def progress(step: str, done: float) -> None:
        bars[0](step, done)

    told = learn_story(Place(place), progress)
    while True:
        # each line only when the bar is gone, which would otherwise take it to where it is drawn itself
        with shown_progress() as bars[0]:
            line = next(told, None)
        if line is None:
            break
        click.echo(line)
    click.echo(f"Everything is in {place}")


def _live(folder: Path) -> None:
    """A service, a build, and two people who change their minds."""
    from byleave.cli.progress import shown_progress
    from byleave.server.live_demo import doors, live_story, served

    click.echo()
    click.echo("Live: a service, a build, and two people who change their minds")
    with served(folder) as server:
        with shown_progress() as progress:
            lines = live_story(server, progress)
        for line in lines:
            click.echo(line)
        if sys.stdout.isatty():
            _stay(doors(server))


def _stay(lines: list[str]) -> None:
    """Say where to look next, and go on until somebody says that it is enough.

    The signals are held back before the first line: one that came between the last line and the waiting would
    otherwise end the demonstration as if it had failed.
    """
    ends = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    try:
        for line in lines:
            click.echo(line)
        sys.stdout.flush()
        signal.sigwait(ends)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

"""A progress bar on a terminal, and nothing anywhere else."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from byleave.gate.request import silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.gate.request import Progress


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Show steps and how much of each is done on stderr, if that is a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("starting", total=1.0)

        def show(step: str, done: float) -> None:
            bars.update(task, description=step, completed=done)

        yield show

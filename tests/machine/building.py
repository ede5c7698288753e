"""A build that stands still between its steps, so that acts, crashes and clocks come in between."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from byleave.kernel.errors import ByleaveError
from byleave.kernel.instants import parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from byleave.gate.request import Result

WAIT_SECONDS = 120
"""No step of a build on a few rows takes so long; then something waits for itself."""


class _AbandonedError(Exception):
    """The process of a build was killed."""


@dataclass
class Build:
    """One run of the gate in a thread of its own. It moves on only when it is told to."""

    call: Callable[..., Result]
    """Runs the gate; takes `progress` and `clock`."""
    now: Callable[[], datetime]
    acknowledged: Callable[[], int]
    """How many acts are acknowledged."""
    about: dict[str, Any]
    """What was asked for."""
    folder: Path
    result: Result | None = None
    error: ByleaveError | None = None
    where: str = ""
    seen: dict[str, int] = field(default_factory=dict)
    """Step → how many acts were acknowledged when it began, the last time."""
    looks: int = 0
    """How often it has looked again before it published; more than once where that took long."""
    _go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _stands: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _abandoned: bool = False
    running: bool = True

    def __post_init__(self) -> None:
        """Start, up to the first stop."""
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="build")
        self._ended = pool.submit(self._run)
        pool.shutdown(wait=False)
        self._wait()

    def step(self) -> None:
        """Go on to the next stop, or to the end."""
        if self.running:
            self._go.release()
            self._wait()

    def finish(self) -> None:
        """Go on to the end."""
        while self.running:
            self.step()

    def abandon(self) -> None:
        """End it where it stands, as a process that is killed."""
        self._abandoned = True
        self.finish()

    def _wait(self) -> None:
        assert self._stands.acquire(timeout=WAIT_SECONDS), f"the build hangs after `{self.where}`"
        if not self.running:
            self._ended.result(timeout=WAIT_SECONDS)  # raises whatever broke it

    def _run(self) -> None:
        try:
            self.result = self.call(progress=self._progress, clock=self._clock)
        except ByleaveError as error:
            self.error = error
        except _AbandonedError:
            pass
        finally:
            self.running = False
            self._stands.release()

    def _stop(self, name: str) -> None:
        self.where = name
        self._stands.release()
        self._go.acquire()
        if self._abandoned:
            raise _AbandonedError
        self.seen[name] = self.acknowledged()
        self.looks += name == "checking again"

    def _progress(self, step: str, done: float) -> None:  # noqa: ARG002 - the gate's signature
        if step != self.where.removesuffix("'s clock"):
            self._stop(step)

    def _clock(self) -> datetime:
        """The instant, and a stop after it was taken: what comes now is later than it."""
        value = self.now()
        self._stop(self.where.removesuffix("'s clock") + "'s clock")
        return value


def instant_of(text: str) -> datetime:
    """An instant of a manifest."""
    found = parse_instant(text)
    assert found is not None
    return found


def ids_in(folder: Path) -> list[str]:
    """The items of a snapshot."""
    return [row["item_id"] for row in rows_in(folder / "items")]


def rows_in(folder: Path) -> list[dict[str, Any]]:
    """The rows of the files in a folder."""
    return [row for path in sorted(folder.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]

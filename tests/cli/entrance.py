"""Run `byleave` as a person does: arguments in; exit code, output and talk out."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from byleave.cli import main as entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    import pytest

    Run = Callable[..., tuple[int, str, str]]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Make the function that runs a command, in English; the handlers of signals are put back afterwards."""
    before = [(number, signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGHUP)]
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["byleave", *arguments])
        code: object = 0
        try:
            entry.main()
        except SystemExit as done:
            code = done.code
        told = capsys.readouterr()
        return int(str(code or 0)), told.out, told.err

    yield run
    for number, handler in before:
        signal.signal(number, handler)


def dated_runner(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, now: datetime
) -> Iterator[Run]:
    """The same for one command, with its arguments alone, on a day: `now`, or `today=` of a call."""

    def on_a_day(run: Run) -> Run:
        def dated(*arguments: str, today: datetime = now) -> tuple[int, str, str]:
            monkeypatch.setattr(f"byleave.cli.{command}._now", lambda: today)
            return run(command, *arguments)

        return dated

    yield from map(on_a_day, runner(monkeypatch, capsys))

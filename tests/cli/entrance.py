"""Run `byleave` as a person does: arguments in; exit code, output and talk out."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from byleave.cli import main as entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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

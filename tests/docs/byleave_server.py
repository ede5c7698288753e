"""A process that has everything imported and runs `byleave` commands as children of its own: a second less for each.

Reads one JSON object a line (`argv`, `folder`, `output`: a file for what is printed) and answers with the exit status.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from importlib import import_module

from byleave.cli import main as cli

HEAVY = ("ibis", "pyarrow.parquet", "byleave.api", "byleave.demo.story", "rich.console")

MOST_SECONDS = 240
"""A command that takes longer hangs; it is ended, and its test fails."""


def serve() -> None:
    """Answer until nobody asks any more."""
    for name in (*HEAVY, *(module for module, _ in cli.COMMANDS.values())):
        import_module(name)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(asked["argv"], asked["folder"], asked["output"])
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


def _run(argv: list[str], folder: str, output: str) -> None:
    """Be the command: never returns, and leaves out what a process does at its end, since this one is a copy."""
    os.chdir(folder)
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.argv = argv
    signal.alarm(MOST_SECONDS)
    status = 1
    try:
        cli.main()
        status = 0
    except SystemExit as done:
        status = done.code if isinstance(done.code, int) else int(done.code is not None)
    finally:
        if sys.exc_info()[1] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()

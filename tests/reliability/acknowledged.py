"""Start processes that record, and compare what they acknowledged with what the ledger holds."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from byleave.ledger.chain import verify
from byleave.server.db.reading import Reader, check_payload

if TYPE_CHECKING:
    from collections.abc import Iterable

WRITER = Path(__file__).with_name("ledger_writer.py")
ROOT = Path(__file__).parents[2]


def start_writer(
    address: str, name: str, count: int, *options: str, before: Iterable[str] = ()
) -> subprocess.Popen[str]:
    """A process that records; `before` is a command that runs it."""
    command = [*before, sys.executable, str(WRITER), address, name, str(count), *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def acknowledged(output: str) -> dict[int, str]:
    """What a writer printed: number of the entry → its name. A last line that is cut off was not told."""
    lines = [line.split() for line in output.rpartition("\n")[0].splitlines() if line != "ready"]
    return {int(seq): name for seq, name in lines}


def lost(address: str, told: dict[int, str], after: int = 0) -> list[int]:
    """The numbers that were acknowledged and are not there, or are another's; checks the chain as well.

    Only entries from `after` (exclusive) on are read.
    """
    reader = Reader(address)
    try:
        found = list(reader.recorded(after))
        first = None if after == 0 else next(reader.recorded(after - 1, after)).row
        verify((one.row for one in found), first)
        for one in found:
            check_payload(one)
    finally:
        reader.close()
    held = {one.row.seq: one.entry.subject for one in found}
    return [seq for seq, name in told.items() if held.get(seq) != name]


class Draining:
    """Reads what a process prints while it runs."""

    def __init__(self, writer: subprocess.Popen[str]) -> None:
        """Begin to read."""
        self._text = ""
        self._writer = writer
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self._writer.stdout is not None
        self._text = self._writer.stdout.read()

    def rest(self) -> str:
        """Everything, once the process has ended."""
        self._thread.join()
        self._writer.communicate()
        return self._text

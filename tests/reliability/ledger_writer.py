"""A process that records objections as fast as it can, and prints each one once it is acknowledged: `seq name`.

Arguments: the address, a name for the process, and how many to record. Options: `--weak` turns flushing off, as a
control; `--copy FILE` keeps a second copy; `--one` hands them in one by one.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from byleave.kernel.errors import LedgerError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.server.db.opening import connect
from byleave.server.db.postgresql import PostgresqlSession
from byleave.server.db.sqlite import SqliteSession
from byleave.server.db.store import Store

if TYPE_CHECKING:
    from concurrent.futures import Future

    from byleave.ledger.entries import Entry
    from byleave.server.db.session import Session

IN_FLIGHT = 16
STOPPED = 7
"""Exit code of a writer whose store has stopped."""


class WeakSqlite(SqliteSession):
    """Confirms what was never flushed."""

    synchronous = "OFF"

    def check_durable(self, mode: str, synchronous: int) -> None:
        """Look away."""


class WeakPostgresql(PostgresqlSession):
    """Confirms what was never flushed."""

    synchronous_commit = "off"

    def check_durable(self, synchronous_commit: str, fsync: str) -> None:
        """Look away."""


def connect_weakly(address: str) -> Session:
    """Open a ledger without its protection."""
    path = address.removeprefix("sqlite:///")
    session: Session = WeakPostgresql(address) if path == address else WeakSqlite(path)
    session.make_durable()
    return session


def act(name: str) -> Proposal:
    """An objection whose id and whose objector are `name`."""
    return Proposal(Kind.OBJECTION_RECEIVED, name, "member", {"objection": name, "purpose": None})


def tell(text: str) -> None:
    """Write to the pipe at once; what is in a buffer of this process dies with it."""
    os.write(1, text.encode())


def main() -> int:
    """Record until all are in."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("name")
    parser.add_argument("count", type=int)
    parser.add_argument("--weak", action="store_true")
    parser.add_argument("--one", action="store_true")
    parser.add_argument("--copy", type=Path)
    told = parser.parse_args()
    store = Store(told.address, copy=told.copy, open_session=connect_weakly if told.weak else connect)
    waiting: deque[tuple[str, Future[list[Entry]]]] = deque()
    tell("ready\n")
    try:
        for number in range(told.count + IN_FLIGHT):
            if number < told.count:
                name = f"{told.name}-{number}"
                waiting.append((name, store.submit([act(name)])))
            if waiting and (told.one or len(waiting) >= IN_FLIGHT or number >= told.count):
                name, answer = waiting.popleft()
                tell(f"{answer.result()[0].seq} {name}\n")
    except LedgerError as error:
        sys.stderr.write(f"{error}\n")
        return STOPPED
    store.close()
    return 0


if __name__ == "__main__":
    # without the rest of what a process does at its end: a store that has stopped must be able to leave
    status = main()
    sys.stderr.flush()
    os._exit(status)

"""Reading a ledger in bulk does no harm to whoever writes it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import apsw
import pyarrow as pa
import pytest

from byleave.adapters import ledger_connections
from byleave.adapters.ledger_connections import SqliteConnection
from byleave.adapters.ledger_database import open_ledger
from byleave.server.db.store import Store
from tests.server.db.ledgers import SECRET, new_ledger, registered, switched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# the byte of the -shm file that a connection in WAL mode holds as long as it lives, so that nobody begins that file
# anew. Source: https://github.com/sqlite/sqlite/blob/version-3.40.1/src/os_unix.c (UNIX_SHM_DMS)
HELD_BYTE = 128
ASK = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(sys.argv[2]))
    except OSError:
        sys.exit(3)
"""


def is_held(path: Path) -> bool:
    """Whether another process would find that somebody has the ledger open."""
    command = [sys.executable, "-c", ASK, f"{path}-shm", str(HELD_BYTE)]
    code = subprocess.run(command, check=False).returncode
    assert code in (0, 3)
    return code == 3


def with_our_reader(path: Path) -> None:
    """As a build does."""
    with open_ledger(f"sqlite:///{path}") as database:
        assert database.head().watermark.seq == 1


def with_another_library(path: Path) -> None:
    """By a second copy of SQLite in this process."""
    other = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    assert list(other.execute("SELECT COUNT(*) FROM ledger_entry")) == [(1,)]
    other.close()


@pytest.mark.parametrize("read", [with_our_reader, with_another_library])
def test_writer_keeps_its_locks(tmp_path: Path, read: Callable[[Path], None]) -> None:
    """M1: a ledger is read in the writer's own process, and for other processes the writer still has it open.

    The control reads with another copy of SQLite: the writer's lock is gone, others may begin the shared index anew
    under its feet, and entries can be lost.
    """
    path = tmp_path / "ledger.db"
    with Store(new_ledger("sqlite", tmp_path), suppression_secret=SECRET) as store:
        store.append([registered("a")])
        assert is_held(path)
        read(path)
        assert is_held(path) is (read is with_our_reader)


def test_entries_come_as_they_were_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every entry once and in order, over several rows, with whatever people write in their names."""
    monkeypatch.setattr(ledger_connections, "_IN_A_ROW", 2)
    names = ['"quoted"', "back\\slash", "日本", "tab\tand newline\n", "e\u0301", "[1,2]", "\U0001f600"]
    address = new_ledger("sqlite", tmp_path)
    with Store(address, suppression_secret=SECRET) as store:
        for name in names:
            store.append([registered(name)])
            store.append([switched(name)])
    with open_ledger(address) as database, database.entries(0, len(names) * 2) as batches:
        table = pa.Table.from_batches(list(batches))

    found: dict[str, list[Any]] = table.to_pydict()
    assert found["seq"] == list(range(1, len(names) * 2 + 1))
    assert found["subject"] == [name for name in names for _ in range(2)]
    assert found["erased"] == [0] * len(found["seq"])


def test_questions_are_answered_as_of_the_first(tmp_path: Path) -> None:
    """M1: what is recorded while a build reads is not half seen."""
    path = tmp_path / "ledger.db"
    with Store(new_ledger("sqlite", tmp_path), suppression_secret=SECRET) as store:
        store.append([registered("a")])
        reading = SqliteConnection(path, 5)
        count = "SELECT COUNT(*) FROM ledger_entry"
        assert reading.ask(count) == [(1,)]
        store.append([switched("a")])
        assert reading.ask(count) == [(1,)]
        reading.close()

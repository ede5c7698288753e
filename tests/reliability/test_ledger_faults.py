"""A ledger whose database fails: killed at a commit, an error at a flush, a disk that is full. What was told is there.

With `test_ledger.py` this is every one of {killed at the n-th flush, I/O error at it, disk full} on both databases.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from byleave.server.db.migrating import migrate
from byleave.server.db.second_copy import read_copy
from tests.reliability.acknowledged import Draining, acknowledged, lost, start_writer
from tests.reliability.disk import Disk
from tests.reliability.ledger_writer import STOPPED
from tests.server.db.postgres import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

ACTS = int(os.environ.get("BYLEAVE_FAULT_ACTS", "3"))
"""How many are recorded, with a flush for each; every one of the flushes goes wrong once."""
ROOM = 300_000
"""Bytes that are left on the disk when the writer starts."""
FAULTS = {"killed": "signal=SIGKILL", "I/O error": "error=EIO"}
FLUSH = "trace=fdatasync,fsync"


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that may be killed: no other test uses it. It lies in memory, where starting again is quick."""
    memory = Path("/dev/shm")  # noqa: S108 - not guessed at, made below
    folder = Path(tempfile.mkdtemp(prefix="byleave-pg-", dir=memory if memory.is_dir() else None))
    server = Server(folder)
    yield server
    server.stop()


def recorded(server: Server, address: str, *, faults: str, log: Path) -> tuple[int | None, dict[int, str], str]:
    """Run a writer against a server of whose new processes each meets the faults; then start the server again.

    Returns: the writer's exit code, what it told, and its errors.
    """
    command = ["strace", "-f", "-qq", "-o", str(log), "-e", FLUSH, *(["-e", faults] if faults else [])]
    watcher = subprocess.Popen([*command, "-p", str(server.pid)])
    status = Path(f"/proc/{server.pid}/status")
    while f"TracerPid:\t{watcher.pid}\n" not in status.read_text():
        assert watcher.poll() is None
        time.sleep(0.02)
    writer = start_writer(address, "w", ACTS, "--one")
    out, err = writer.communicate(timeout=120)
    watcher.terminate()
    watcher.wait()
    server.kill()
    server.start()
    return writer.returncode, acknowledged(out), err


@pytest.mark.needs("postgresql", "strace")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_fails_at_each_flush(own_server: Server, fault: str) -> None:
    """Each flush of the process that serves the writer goes wrong once: PostgreSQL goes down, and 0 acts are lost."""
    log, template = own_server.folder / "strace", own_server.database()
    migrate(template)
    empty = template.partition("?")[0].rpartition("/")[2]
    assert recorded(own_server, own_server.database(empty), faults="", log=log)[:2] == (
        0,
        {n: f"w-{n - 1}" for n in range(1, ACTS + 1)},
    )
    # the process that serves the writer is the one that flushes most often
    flushes = max(Counter(re.findall(r"^(\d+) +(?:fdatasync|fsync)\(", log.read_text(), re.MULTILINE)).values())
    assert flushes >= ACTS
    partly = 0
    for number in range(1, flushes + 1):
        address = own_server.database(empty)
        faults = f"inject=fdatasync,fsync:{FAULTS[fault]}:when={number}"
        code, told, err = recorded(own_server, address, faults=faults, log=log)
        if code == STOPPED:
            assert "the ledger has stopped" in err or "cannot open the ledger" in err
            assert len(told) < ACTS
        partly += code == STOPPED
        assert lost(address, told) == []
        # and it goes on from there
        writer = start_writer(address, "again", ACTS)
        assert len(acknowledged(writer.communicate(timeout=120)[0])) == ACTS
    assert partly >= ACTS - 1


@pytest.fixture
def small_disk() -> Iterator[Disk]:
    """A disk of its own, where others may look: PostgreSQL does not run as root."""
    with tempfile.TemporaryDirectory(prefix="byleave-") as folder:
        Path(folder).chmod(0o755)
        disk = Disk(Path(folder), mebibytes=120)
        yield disk
        disk.unmount()


def until_full(disk: Disk, address: str, *options: str) -> tuple[Path, dict[int, str]]:
    """Record until the disk is full: the file that takes the room, and what was told."""
    filler = disk.fill(ROOM)
    writer = start_writer(address, "w", 1_000_000, *options)
    output = Draining(writer)
    writer.wait(timeout=300)
    assert writer.returncode == STOPPED
    return filler, acknowledged(output.rest())


@pytest.mark.needs("root")
@pytest.mark.parametrize("full", ["ledger", "second copy"])
def test_sqlite_on_a_full_disk(small_disk: Disk, tmp_path: Path, full: str) -> None:
    """Where the ledger or its second copy finds no room it stops; what was told is there, in both of them."""
    places = {"ledger": tmp_path, "second copy": tmp_path, full: small_disk.place}
    address, copy = f"sqlite:///{places['ledger'] / 'ledger.db'}", places["second copy"] / "copy"
    migrate(address)
    filler, told = until_full(small_disk, address, "--copy", str(copy))

    assert len(told) > 100
    assert lost(address, told) == []
    filler.unlink()
    assert lost(address, told) == []
    held = {one.row.seq: one.entry.subject for one in read_copy(copy)}
    assert [seq for seq, name in told.items() if held.get(seq) != name] == []
    writer = start_writer(address, "again", 10, "--copy", str(copy))
    assert len(acknowledged(writer.communicate(timeout=120)[0])) == 10
    assert lost(address, told) == []


@pytest.mark.needs("root", "postgresql")
def test_postgresql_on_a_full_disk(small_disk: Disk) -> None:
    """Where PostgreSQL finds no room the ledger stops; with room again, what was told is there."""
    (small_disk.place / "pg").mkdir()
    server = Server(small_disk.place / "pg")
    try:
        address = server.database()
        migrate(address)
        filler, told = until_full(small_disk, address)
        server.kill()
        filler.unlink()
        server.start()

        assert len(told) > 100
        assert lost(address, told) == []
        writer = start_writer(address, "again", 10)
        assert len(acknowledged(writer.communicate(timeout=120)[0])) == 10
    finally:
        server.kill()

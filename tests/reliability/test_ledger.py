"""What a ledger acknowledged is there, whatever happens to the processes that write it."""

from __future__ import annotations

import random
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from byleave.server.db.reading import Reader
from byleave.server.db.second_copy import read_copy
from tests.reliability.acknowledged import Draining, acknowledged, lost, start_writer
from tests.reliability.ledger_writer import STOPPED
from tests.server.db.ledgers import new_ledger, server

if TYPE_CHECKING:
    from pathlib import Path

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]


@pytest.mark.parametrize("engine", ENGINES)
def test_several_processes_write_one_ledger(engine: str, tmp_path: Path) -> None:
    """Four processes at once: no gap, nothing lost, and no number is ever read after a greater one."""
    address, each = new_ledger(engine, tmp_path), 1_000
    writers = [start_writer(address, f"w{number}", each) for number in range(4)]
    reader, seen = Reader(address), list[int]()
    while any(writer.poll() is None for writer in writers):
        seen += [entry.seq for entry in reader.entries(seen[-1] if seen else 0)]
    seen += [entry.seq for entry in reader.entries(seen[-1] if seen else 0)]
    reader.close()
    outputs = [writer.communicate() for writer in writers]

    assert [(writer.returncode, err) for writer, (_, err) in zip(writers, outputs, strict=True)] == [(0, "")] * 4
    told = [acknowledged(out) for out, _ in outputs]
    assert seen == list(range(1, 4 * each + 1))
    assert sum(map(len, told)) == len({seq for one in told for seq in one}) == 4 * each
    assert [lost(address, one) for one in told] == [[]] * 4
    for one in told:
        # who waited for an answer before asking again gets a greater number
        assert all(first < second for first, second in pairwise(one))


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_processes_lose_nothing(engine: str, tmp_path: Path) -> None:
    """Processes that are killed at random moments, two at a time: what they told is there, in a whole chain."""
    address, moments, told = new_ledger(engine, tmp_path), random.Random(7), dict[int, str]()
    for turn in range(6):
        writers = [start_writer(address, f"t{turn}w{number}", 1_000_000) for number in range(2)]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        # a full pipe would stop the writer: read on while it runs
        readers = [Draining(writer) for writer in writers]
        for writer in writers:
            time.sleep(moments.uniform(0.1, 0.6))
            writer.kill()
        for reader in readers:
            told |= acknowledged(reader.rest())

    assert len(told) > 1_000
    assert lost(address, told) == []


@pytest.mark.needs("postgresql")
def test_a_server_that_crashes_loses_nothing(tmp_path: Path) -> None:
    """When PostgreSQL dies under its writers, they stop, and what they told is there after its recovery."""
    address, told = new_ledger("postgresql", tmp_path), dict[int, str]()
    for turn in range(2):
        writer = start_writer(address, f"t{turn}", 1_000_000)
        reader = Draining(writer)
        time.sleep(2)
        server().crash()
        told |= acknowledged(reader.rest())
        server().start()
        assert writer.returncode == STOPPED

    assert len(told) > 100
    assert lost(address, told) == []


def flushes(folder: Path, log: Path) -> int:
    """How many flushes a short run of a writer makes."""
    before = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", str(log)]
    writer = start_writer(new_ledger("sqlite", folder, "counted"), "w", ACTS, "--one", before=before)
    out, err = writer.communicate()
    assert (writer.returncode, len(acknowledged(out))) == (0, ACTS), err
    return log.read_text().count("sync(")


ACTS = 6


def injected(address: str, what: str, number: int, *options: str) -> tuple[int, dict[int, str], str]:
    """Run a writer of which flush `number` goes wrong: its exit code, what it told, and its errors."""
    before = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"]
    before += ["-e", f"inject=fsync,fdatasync:{what}:when={number}"]
    writer = start_writer(address, "w", ACTS, "--one", *options, before=before)
    out, err = writer.communicate()
    return writer.returncode, acknowledged(out), err


@pytest.mark.needs("strace")
def test_killed_at_each_flush(tmp_path: Path) -> None:
    """A process that is killed at its n-th flush, for every n, has lost nothing that it told."""
    count = flushes(tmp_path, tmp_path / "log")
    partly = 0
    for number in range(1, count + 1):
        address = new_ledger("sqlite", tmp_path, f"n{number}")
        _, told, _ = injected(address, "signal=SIGKILL", number)
        partly += 0 < len(told) < ACTS

        assert lost(address, told) == []
    assert count >= ACTS
    assert partly >= ACTS - 2  # the first flushes of all are those of opening


@pytest.mark.needs("strace")
@pytest.mark.parametrize("copied", [False, True])
def test_a_flush_that_fails_stops_the_writer(tmp_path: Path, copied: bool) -> None:  # noqa: FBT001 - a parameter
    """After a failed flush nothing more is acknowledged; what was before is there, also in the second copy."""
    stopped = 0
    for number in range(1, 2 * ACTS):
        address, copy = new_ledger("sqlite", tmp_path, f"n{number}"), tmp_path / f"copy{number}"
        options = ["--copy", str(copy)] if copied else []
        code, told, err = injected(address, "error=EIO", number, *options)
        if code == STOPPED:
            stopped += 1
            assert "the ledger has stopped" in err
            assert len(told) < ACTS
        assert lost(address, told) == []
        if copied and copy.exists():
            held = {one.row.seq: one.entry.subject for one in read_copy(copy)}
            assert [seq for seq, name in told.items() if held.get(seq) != name] == []
    assert stopped >= ACTS - 2

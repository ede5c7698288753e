"""Power cuts: what was acknowledged before one is on the disk after it."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from byleave.server.db.migrating import migrate
from tests.reliability.acknowledged import Draining, acknowledged, lost, start_writer
from tests.reliability.disk import Disk
from tests.server.db.postgres import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CUTS = int(os.environ.get("BYLEAVE_POWER_CUTS", "3"))
pytestmark = pytest.mark.needs("root")


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A disk whose power can be cut, where others may look: PostgreSQL does not run as root."""
    with tempfile.TemporaryDirectory(prefix="byleave-") as folder:
        Path(folder).chmod(0o755)
        disk = Disk(Path(folder))
        yield disk
        disk.unmount()


def cut_while_writing(disk: Disk, address: str, name: str, seconds: float, *options: str) -> dict[int, str]:
    """What a writer acknowledged until the power was cut; afterwards the disk is there again."""
    writer = start_writer(address, name, 1_000_000, *options)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    output = Draining(writer)
    time.sleep(seconds)
    # The machine stops with its disk. A process that outlives the disk is now and then told by the kernel that a flush
    # was good although the file system's journal was aborted: a plain file showed it too, twice in 600 cuts. A process
    # that is killed first tells nothing more, whatever its flush returns; flushes under way are still cut in two.
    writer.kill()
    disk.cut()
    return acknowledged(output.rest())


def test_a_power_cut_loses_nothing_from_sqlite(disk: Disk, record_property: Callable[[str, object], None]) -> None:
    """Power cuts at random moments, one after the other in one ledger: 0 acknowledged acts are lost."""
    address, moments, told = f"sqlite:///{disk.place / 'ledger.db'}", random.Random(7), dict[int, str]()
    migrate(address)
    for turn in range(CUTS):
        new = cut_while_writing(disk, address, f"t{turn}", moments.uniform(0.05, 0.5))
        disk.unmount()
        assert disk.mount()
        assert lost(address, new, after=min(new, default=1) - 1) == []
        told |= new
    assert lost(address, told) == []

    record_property("power cuts", f"SQLite: {CUTS} cuts, {len(told):,} acts acknowledged, 0 lost")
    assert len(told) > 10 * CUTS


def test_without_flushing_a_power_cut_loses_acts(disk: Disk) -> None:
    """The control: with `synchronous=OFF` the same test sees acknowledged acts lost."""
    address = f"sqlite:///{disk.place / 'ledger.db'}"
    migrate(address)
    disk.flush()
    told = cut_while_writing(disk, address, "t", 0.5, "--weak")
    disk.unmount()
    assert disk.mount()

    assert len(told) > 100
    assert lost(address, told) != []


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize("weak", [False, True])
def test_a_power_cut_loses_nothing_from_postgresql(disk: Disk, weak: bool) -> None:  # noqa: FBT001 - a parameter
    """The same for a whole server on that disk; with `synchronous_commit=off` acts are lost."""
    (disk.place / "pg").mkdir()
    server, told, moments = Server(disk.place / "pg"), dict[int, str](), random.Random(7)
    try:
        address = server.database()
        migrate(address)
        disk.flush()
        for turn in range(CUTS):
            told |= cut_while_writing(
                disk, address, f"t{turn}", moments.uniform(0.3, 0.8), *(["--weak"] if weak else [])
            )
            server.kill()
            disk.unmount()
            assert disk.mount()
            server.start()
            missing = lost(address, told)
            if missing:
                break

        assert bool(missing) is weak
        assert weak or len(told) > 10 * CUTS
    finally:
        server.kill()
        shutil.rmtree(disk.place / "pg", ignore_errors=True)

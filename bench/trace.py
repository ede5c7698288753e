"""How fast one member is traced over many snapshots: 1,000 snapshots of a million members by default.

Run `python bench/trace.py [SNAPSHOTS] [MEMBERS] [--ledger URL]`. It prints medians, the size of the index and the peak
of memory. Snapshots are written through the index itself, from drawn counts; no folder is needed to ask.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from byleave.adapters.duckdb_engine.snapshot_members import Members
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.lineage.keys import keyed, packed
from byleave.server.db.migrating import migrate
from byleave.server.db.opening import connect
from byleave.server.db.store import Store
from byleave.server.lineage.doors import LineageReader
from byleave.server.lineage.index import DatabaseIndex

SECRET = b"0123456789abcdef0123456789abcdef"
MOST_SECONDS = 1.0
START = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = 25


def published(store: Store, number: int, epoch: str) -> tuple[str, int]:
    """Record a snapshot, and a model for every tenth; its manifest's digest and the number of its entry."""
    manifest = f"sha256:{number:064x}"
    data = {
        "manifest": manifest,
        "mode": "training",
        "pack": "linkedin@2025-11-03",
        "pack_digest": manifest,
        "purpose": "generative-ai",
        "recipient": "linkedin",
        "as_of": START,
        "watermark": 0,
        "recheck_as_of": START,
        "recheck_watermark": 0,
        "epoch": epoch,
        "counts": {"eligible": 1},
    }
    acts = [Proposal(Kind.SNAPSHOT_PUBLISHED, "", PLATFORM, data)]
    if number % 10 == 0:
        model = {"model": f"model-{number}", "name": None, "digest": manifest, "purpose": "generative-ai"}
        trained = {**model, "snapshots": [manifest], "trained_at": None}
        acts.append(Proposal(Kind.MODEL_REGISTERED, "", PLATFORM, trained))
    return manifest, store.append(acts)[0].seq


def drawn(keys: pa.Array, chance: random.Random) -> Members:
    """Who is in a snapshot: nine of ten members, with 0 to 30 items each, as most people share little."""
    import duckdb

    with closing(duckdb.connect()) as connection:
        connection.register("known", pa.table([keys], ["key"]))
        connection.execute(f"SELECT setseed({chance.random()})")
        table = connection.execute(
            "SELECT key, (1 + floor(30 * pow(random(), 4)))::UINTEGER AS items FROM known WHERE random() < 0.9"
        ).to_arrow_table()
    return Members(table, len(table), int(table.column(1).cast(pa.int64()).combine_chunks().sum().as_py()))


def fill(address: str, snapshots: int, members: int) -> list[float]:
    """Fill a ledger; the seconds that each snapshot's index took."""
    key_of, chance = keyed(SECRET), random.Random(7)  # noqa: S311 - drawn from a seed
    numbers = packed(key_of(f"member-{number}") for number in range(members))
    keys = pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])
    took = []
    with Store(address) as store, closing(connect(address)) as session:
        epoch, index = store.head().name, DatabaseIndex(session)
        for number in range(snapshots):
            # members come in over time: each snapshot knows some who are new
            known = keys[: max(1, members * (snapshots + number) // (2 * snapshots))]
            manifest, seq = published(store, number, epoch)
            inside = drawn(known, chance)
            started = time.perf_counter()
            index.add(manifest, seq, inside, key_of)
            took.append(time.perf_counter() - started)
    return took


def ask(address: str, members: int) -> tuple[list[float], int]:
    """Seconds of each trace, opening the ledger included, and how many snapshots the last one found."""
    chance, took, found = random.Random(3), [], 0  # noqa: S311 - as above
    for _ in range(ASKED):
        started = time.perf_counter()
        with LineageReader(address, SECRET) as reader:
            found = len(reader.member(f"member-{chance.randrange(members)}").snapshots)
        took.append(time.perf_counter() - started)
    return took, found


def main() -> None:
    """Fill, ask and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("snapshots", type=int, nargs="?", default=1_000)
    parser.add_argument("members", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--ledger", help="an empty PostgreSQL database instead of a file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        address = given.ledger or f"sqlite:///{file}"
        migrate(address)
        indexed = fill(address, given.snapshots, given.members)
        child = os.fork()
        if child == 0:  # asking alone, so that its memory is not that of filling
            took, found = ask(address, given.members)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            worst = max(took)
            print(f"trace of a member: median {statistics.median(took) * 1000:.0f} ms, slowest {worst * 1000:.0f} ms")
            print(f"  of {given.snapshots:,} snapshots with {given.members:,} members; found in {found:,}")
            print(f"  peak of memory {peak:,} MiB, that of the process that forked included", flush=True)
            os._exit(0 if worst < MOST_SECONDS else 1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(f"index of one snapshot: median {statistics.median(indexed):.2f} s, slowest {max(indexed):.2f} s")
        if file.is_file():
            print(f"ledger with index: {file.stat().st_size / 2**20:,.0f} MiB")
    assert status == 0, f"a trace took more than {MOST_SECONDS} s"


if __name__ == "__main__":
    main()

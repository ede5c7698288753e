"""How old may an act be that a snapshot does not obey? People object all the time while a build runs on their ledger.

A build of N items runs on a live ledger, as a process of its own, while members object, one after the other, about
twenty a second. Each act that was acknowledged before the snapshot was published either lies at or before the
watermark that the manifest names, and then no item of that member may be in it, or its age at publishing is counted.

    python bench/freshness.py [ADDRESS] [--items 10_000_000] [--members 1_000_000] [--rate 20]

ADDRESS is an empty database; without it the ledger is a file in SQLite. Ends with 1 where an act was not obeyed, or
one that was not covered is a minute old.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import big_ledger
import duckdb
from measure import machine
from tables import Table, count

from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.server.db.store import Store

MOST_SECONDS = 60.0
"""Source: the aim of the project for the time from an acknowledged act to exclusion."""
OPTIONS = ("--pack=linkedin@2025-11-03", "--purpose=generative-ai", "--recipient=linkedin", "--no-proof")
STEP = 7_919
"""A prime: members object in an order that jumps through all of them."""


class Acted(NamedTuple):
    """An acknowledged act."""

    seq: int
    member: str
    at: float
    """Seconds since 1970, after the answer."""


class Objecting(threading.Thread):
    """Records objections of one member after the other, at a rate, until it is told to end."""

    def __init__(self, address: str, members: int, rate: float) -> None:
        """Prepare; `start` begins."""
        super().__init__()
        self._address, self._members, self._every = address, members, 1 / rate
        self.ending = threading.Event()
        self.acts: list[Acted] = []

    def run(self) -> None:
        """Record. An act that comes late is not made up for by a burst."""
        with Store(self._address) as store:
            while not self.ending.wait(self._every) and len(self.acts) < self._members:
                number = len(self.acts)
                member = f"m{1 + number * STEP % self._members}"
                act = Proposal(Kind.OBJECTION_RECEIVED, member, "member", {"objection": f"f-{number}", "purpose": None})
                entry = store.append([act])[0]
                self.acts.append(Acted(entry.seq, member, time.time()))


def make_items(folder: Path, items: int, members: int) -> Path:
    """Items of 200 bytes of text, whose owners are members of the ledger."""
    path = folder / "items.parquet"
    rows = f"""SELECT 'i' || n AS item_id, 'm' || (1 + hash(n) % {members}) AS member_id, 'post' AS category,
        'public' AS visibility, TIMESTAMPTZ '2014-01-01 00:00:00+00' + to_seconds((hash(n, 1) % 375_000_000)::BIGINT)
        AS created_at, left(repeat(md5(n::VARCHAR), 7), 200) AS text FROM range({items}) AS numbers(n)"""
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    return path


def build(items: Path, address: str, out: Path) -> tuple[float, float]:
    """Run the gate: when the snapshot was published, and how many seconds the whole run took."""
    command = [sys.executable, "-m", "byleave", "gate", str(items), f"--register={address}", *OPTIONS, f"--out={out}"]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the benchmark's own command
    # a rename is the last change of a folder: publishing
    return out.stat().st_ctime, time.perf_counter() - began


def items_of(out: Path, acts: list[Acted]) -> int:
    """How many items of these members are in the snapshot."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE acted (member VARCHAR)")
        connection.execute("INSERT INTO acted SELECT unnest(?::VARCHAR[])", [[act.member for act in acts]])
        files = f"read_parquet('{out}/items/*.parquet')"
        found = connection.execute(f"SELECT count(*) FROM {files} SEMI JOIN acted ON member_id = member").fetchone()
    return int(found[0]) if found else 0


def quantile(ages: list[float], part: float) -> float:
    """The age that so large a part of them does not exceed."""
    return sorted(ages)[min(len(ages) - 1, int(part * len(ages)))] if ages else 0.0


def main() -> None:
    """Make items and ledger, build, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", nargs="?")
    parser.add_argument("--items", type=int, default=10_000_000)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=20.0)
    told = parser.parse_args()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    with tempfile.TemporaryDirectory(prefix="byleave-bench-") as name:
        folder = Path(name)
        os.environ["BYLEAVE_STATE"] = str(folder / "state")
        address = told.address or f"sqlite:///{folder / 'ledger.db'}"
        big_ledger.make(address, told.members, told.members // 10)
        items = make_items(folder, told.items, told.members)
        objecting = Objecting(address, told.members, told.rate)
        objecting.start()
        try:
            published, took = build(items, address, folder / "out")
        finally:
            objecting.ending.set()
            objecting.join()
        value = json.loads((folder / "out" / "manifest.json").read_bytes())
        watermark, rows = value["recheck"]["watermark"], value["counts"]["rows"]
        acts = [act for act in objecting.acts if act.at < published]
        covered = [act for act in acts if act.seq <= watermark]
        broken = items_of(folder / "out", covered)
        later = items_of(folder / "out", [act for act in acts if act.seq > watermark])
    ages = [published - act.at for act in acts if act.seq > watermark]
    during = len(objecting.acts) / took
    held = not broken and quantile(ages, 1.0) < MOST_SECONDS and bool(covered)
    table = Table(["items", "build s", "acts", "a second", "obeyed", "not covered", "p50 s", "p99 s", "max s", "held"])
    numbers = [count(told.items), f"{took:.1f}", count(len(acts)), f"{during:.1f}", count(len(covered))]
    seconds = [f"{quantile(ages, part):.2f}" for part in (0.5, 0.99, 1.0)]
    table.add([*numbers, count(len(ages)), *seconds, "yes" if held else "NO"])
    print(f"- when: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load before (1, 5, 15 minutes): {load}")
    print(f"- machine: {machine()}")
    print(f"- ledger: {address.partition(':')[0]}, {told.members:,} members; {rows:,} rows decided;")
    print(f"  items in the snapshot of members who had objected by its watermark: {broken}; of later ones: {later:,}\n")
    print(table)
    sys.exit(not held)


if __name__ == "__main__":
    main()

"""Time how a gate gets its state from a large ledger: read anew, and from the copy that an earlier build has kept.

Each reading is a process of its own. `read` is until the register's tables are there and checked, `fold` until each
member's row for one pack and instant is. ADDRESS is an empty database; with --made one that bench/big_ledger.py filled.

    python bench/state.py ADDRESS [--members 10_000_000] [--acts 1_000_000] [--new 1_000] [--made]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import big_ledger
import pyarrow as pa
import pyarrow.parquet as pq
from measure import MEBI, machine, pace
from tables import Table, count

from byleave.adapters.duckdb_engine.engine import DuckDBEngine
from byleave.adapters.packs import load_pack
from byleave.gate.request import Reading, Request, Waivers
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.policy.facts import Moment
from byleave.policy.rules import rules_for
from byleave.server.db.store import Store

PACK, PURPOSE, RECIPIENT = "linkedin@2025-11-03", "generative-ai", "linkedin"
BARS = {"anew": 60.0, "from the copy": 2.0}
"""Seconds that reading may take."""
MOST_MEMORY = 2048 * MEBI


def read(address: str, folder: Path) -> dict[str, float]:
    """Read and fold in this process."""
    items = folder / "items.parquet"
    names = ("item_id", "member_id", "category", "visibility")
    row: dict[str, Any] = {name: pa.array(["x"]) for name in names}
    pq.write_table(pa.table({**row, "created_at": pa.array([datetime(2024, 5, 1, tzinfo=UTC)])}), items)
    rules = rules_for(load_pack(PACK), PURPOSE, RECIPIENT)
    request = Request([items], address, PURPOSE, RECIPIENT, None, Waivers(), Reading())
    engine = DuckDBEngine(request, rules, folder / "spill")
    started, used = time.perf_counter(), time.process_time()
    info = engine.read_register()
    done, cpu = time.perf_counter(), time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    engine.open_items()
    folding, used = time.perf_counter(), time.process_time()
    engine.fold(info, Moment(datetime.now(UTC), replay=False))
    folded = time.perf_counter() - folding
    fold_cpu = time.process_time() - used
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    times = {"read": done - started, "cpu": cpu, "fold": folded, "fold_cpu": fold_cpu}
    return {**times, "read_peak": peak, "peak": whole}


def apart(address: str, folder: Path) -> dict[str, float]:
    """The same in a process of its own, with the copy that lies below the folder, if any."""
    environment = {**os.environ, "BYLEAVE_STATE": str(folder / "state")}
    command = [sys.executable, __file__, address, "--read", str(folder)]
    told = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    found: dict[str, float] = json.loads(told.stdout)
    return found


def switch_off(address: str, acts: int, members: int) -> None:
    """New acts, recorded as a service records them."""
    data = {"setting": big_ledger.SETTING, "value": "off"}
    with Store(address) as store:
        names = [f"m{1 + number * 7919 % members}" for number in range(acts)]
        store.append([Proposal(Kind.PREFERENCE_SET, name, "member", data) for name in names])


def main() -> None:
    """Make the ledger if need be, read it both ways, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--members", type=int, default=10_000_000)
    parser.add_argument("--acts", type=int, default=1_000_000)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--made", action="store_true")
    parser.add_argument("--read", type=Path, metavar="FOLDER", help="only read, with files in this folder")
    told = parser.parse_args()
    if told.read is not None:
        print(json.dumps(read(told.address, told.read)))
        return
    if not told.made:
        big_ledger.make(told.address, told.members, told.acts)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    with tempfile.TemporaryDirectory(prefix="byleave-bench-") as work:
        found = {"anew": apart(told.address, Path(work))}
        switch_off(told.address, told.new, told.members)
        found["from the copy"] = apart(told.address, Path(work))
    headings = ["state", "read s", "at most", "CPU s", "fold s", "its CPU s", "MiB after read", "peak MiB", "held"]
    table = Table(headings)
    for name, one in found.items():
        held = one["read"] < BARS[name] and one["peak"] < MOST_MEMORY
        seconds = [
            f"{one['read']:.2f}",
            f"{BARS[name]:g}",
            f"{one['cpu']:.2f}",
            f"{one['fold']:.2f}",
            f"{one['fold_cpu']:.2f}",
        ]
        sizes = [count(one["read_peak"] / MEBI), count(one["peak"] / MEBI)]
        table.add([name, *seconds, *sizes, "yes" if held else "NO"])
    kind = told.address.partition(":")[0]
    print(f"- when: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load before (1, 5, 15 minutes): {load}")
    print(f"- machine: {machine()}; {pace()}")
    print(f"- ledger: {kind}, {told.members:,} members, {told.acts:,} acts; then {told.new:,} new acts\n")
    print(table)


if __name__ == "__main__":
    main()

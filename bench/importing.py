"""Time and memory to import another record: half of the rows register members, half switch off, as CSV and JSON Lines.

Each import is the command in a process of its own, into an empty ledger; then once more, when all of it is known.

    python bench/importing.py [--rows 1_000_000] [--engine sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from measure import MEBI, machine, pace, run
from tables import Table, count

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from byleave.server.db.migrating import migrate  # noqa: E402 - after the path is set

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTRIES = ("DE", "FR", "US", "GB", "IN", "BR")
Rows = dict[str, list[dict[str, str]]]


def drawn(rows: int) -> Rows:
    """What the other record says; everybody in it has refused."""
    people = range(rows // 2)
    return {
        "members": [{"member_id": f"m{one}", "country": COUNTRIES[one % len(COUNTRIES)]} for one in people],
        "preferences": [
            {"member_id": f"m{one}", "setting": "ai-training", "value": "off", "at": "2025-11-01T08:00:00Z"}
            for one in people
        ],
    }


def write(folder: Path, given: Rows, form: str) -> Path:
    """The record as files of one form."""
    folder.mkdir()
    for name, rows in given.items():
        with (folder / f"{name}.{form}").open("w", encoding="utf-8", newline="") as file:
            if form == "csv":
                table = csv.DictWriter(file, list(rows[0]))
                table.writeheader()
                table.writerows(rows)
            else:
                file.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def addresses(engine: str, work: Path) -> Iterator[str]:
    """Empty ledgers, one for each form."""
    if engine == "sqlite":
        for number in range(2):
            address = f"sqlite:///{work}/ledger-{number}.db"
            migrate(address)
            yield address
        return
    from tests.server.db.postgres import Server

    running = Server()
    try:
        for _ in range(2):
            address = running.database()
            migrate(address)
            yield address
    finally:
        running.stop()


def main() -> None:
    """Import both forms, twice each, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    told = parser.parse_args()
    before = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    given = drawn(told.rows)
    table = Table(["form", "rows", "import", "wall s", "CPU s", "rows/s", "rows a CPU s", "peak MiB"])
    with tempfile.TemporaryDirectory(prefix="byleave-import-") as place:
        work = Path(place)
        for form, address in zip(("csv", "jsonl"), addresses(told.engine, work), strict=True):
            folder = write(work / form, given, form)
            for name in ("first", "again"):
                command = [sys.executable, "-m", "byleave", "ledger", "import", str(folder), "--ledger", address]
                spent = run([*command, "--pack", "byleave@1"], dict(os.environ))
                rates = [count(told.rows / seconds) for seconds in (spent.wall, spent.cpu)]
                used = [f"{spent.wall:.1f}", f"{spent.cpu:.1f}"]
                table.add([form, count(told.rows), name, *used, *rates, count(spent.peak / MEBI)])
    print(f"- when: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load before (1, 5, 15 minutes): {before}")
    print(f"- machine: {machine()}; {pace()}")
    print(f"- ledger: {told.engine}; command: `bench/importing.py --rows {told.rows:_} --engine {told.engine}`\n")
    print(table)


if __name__ == "__main__":
    main()

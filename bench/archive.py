"""Time and memory for reading one person's archive, in a process of its own: 45 files and 20,000 messages by default.

python bench/archive.py [--messages 20_000] [--limit-seconds 5] [--limit-megabytes 300]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.archive.export import Quirks, table, tables, write_export, write_table  # noqa: E402 - after the path is set

FILES = 45
OTHERS = {"Connections.csv": 3_000, "Reactions.csv": 8_000, "Comments.csv": 3_000, "Shares.csv": 1_000}
READ = """
import json, resource, sys, time
start = time.perf_counter()
from collections import Counter
from byleave.adapters.archives import open_archive
from byleave.archive.linkedin import FileReport, item_of, Record, read_archive
count = Counter()
with open_archive(sys.argv[1]) as entries:
    for outcome in read_archive(entries):
        count[type(outcome).__name__] += 1
        if isinstance(outcome, FileReport):
            count["in"] += outcome.rows
            assert outcome.accounted == outcome.lines
        elif isinstance(outcome, Record):
            count["items"] += item_of(outcome) is not None
seconds = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_SELF)
busy = used.ru_utime + used.ru_stime
print(json.dumps({"seconds": seconds, "busy": busy, "megabytes": used.ru_maxrss / 1024, **count}))
"""


def make(path: Path, messages: int) -> int:
    """Write the archive and give the number of its rows; the messages are written in parts, for they may be many."""
    quirks = Quirks()
    made = [one for one in tables() if Path(one.path).stem != "messages"]
    header = next(",".join(one.columns) for one in tables() if one.path == "messages.csv")
    made = [replace(one, rows=table(one.path, ",".join(one.columns), OTHERS.get(one.path, 3)).rows) for one in made]
    files = [one for one in write_export(quirks, made[: FILES - 4]) if not one[0].startswith(("Empty", "Photos"))]
    part = table("messages.csv", header, min(messages, 20_000))
    first, _, body = write_table(part, quirks).partition(b"\n")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
        with archive.open("messages.csv", "w", force_zip64=True) as stream:
            stream.write(first + b"\n")
            for _ in range(messages // len(part.rows)):
                stream.write(body)
    return sum(len(one.rows) for one in made[: FILES - 4]) + messages // len(part.rows) * len(part.rows) + 2


def main() -> None:
    """Make the archive, read it, print what it took and fail if that is too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--limit-seconds", type=float, default=5)
    parser.add_argument("--limit-megabytes", type=float, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "Complete_LinkedInDataExport_07-20-2026.zip")
        rows = make(path, arguments.messages)
        done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)  # noqa: S603
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist()) / 1e6
            files = len(archive.infolist())
    told = json.loads(done.stdout)
    assert rows == told["in"] == told["Record"] + told.get("Unreadable", 0), (rows, told)
    print(f"{files} files, {unpacked:.1f} MB unpacked, {rows:,} rows in = {told['Record']:,} read", end="")
    print(
        f" + {told.get('Unreadable', 0):,} reported; {told['seconds']:.2f} s"
        f" ({told['busy']:.2f} s of one processor), {told['megabytes']:.0f} MB"
    )
    if told["seconds"] > arguments.limit_seconds or told["megabytes"] > arguments.limit_megabytes:
        sys.exit("too slow or too large")


if __name__ == "__main__":
    main()

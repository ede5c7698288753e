"""Time `byleave gate` against a script written by hand, and set it beside the engines that decide item by item.

Whole processes run in turn (byleave, by hand, bare copy, byleave, …) after a round that is not counted. All three write
Parquet with the same codec and level, and flush it. What byleave and the script write is compared row by row first.

    python bench/gate.py [--items 10_000_000] [--rounds 5] [--data FOLDER] [--large] [--json FILE] [--write PAGE]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import shutil
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import corpus
import missing
import peers
from measure import GIBI, MEBI, Series, Spent, machine, run, size
from tables import Table, count
from verify import require_equal

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
GATE, BY_HAND, COPY = "byleave gate", "by hand", "bare copy"
MOST_OVER_BY_HAND, MOST_OVER_COPY, AIM_OVER_COPY = 1.15, 1.6, 1.3
MOST_MEMORY, MOST_MEMORY_LARGE, MOST_OVER_LINEAR = 4 * GIBI, 8 * GIBI, 1.15
LARGE = 100_000_000
BYTES_AN_ITEM = {"items": 75, "outputs": 60, "spill": 30}
BEGIN, END = "<!-- the part below is written by bench/gate.py --write -->", "<!-- the part above is written -->"


class Bench:
    """A corpus, and the three commands on it."""

    def __init__(self, data: Path, work: Path) -> None:
        """Take a corpus that is there; outputs go below `work`."""
        self._data, self._work = data, work
        self._environment = {**os.environ, "BYLEAVE_CACHE": str(work / "plans")}

    def command(self, name: str) -> list[str]:
        """The command line."""
        out = str(self.out(name))
        if name == GATE:
            options = ["--pack", peers.PACK, "--purpose", peers.PURPOSE, "--recipient", peers.RECIPIENT, "--no-proof"]
            tables = [str(self._data / "items"), "--register", str(self._data / "register")]
            return [str(Path(sys.executable).with_name("byleave")), "gate", *tables, *options, "--out", out]
        mode = {BY_HAND: "decide", COPY: "copy"}[name]
        return [sys.executable, str(HERE / "by_hand.py"), mode, str(self._data), out]

    def out(self, name: str) -> Path:
        """Where the outputs go."""
        return self._work / name.replace(" ", "-")

    def run(self, name: str) -> Spent:
        """Run one of the three after removing what it wrote before."""
        shutil.rmtree(self.out(name), ignore_errors=True)
        return run(self.command(name), self._environment)

    def rounds(self, number: int) -> tuple[dict[str, Series], Spent]:
        """The runs that count, and the first of byleave, in which it compiles the pack."""
        first = {name: self.run(name) for name in (GATE, BY_HAND, COPY)}
        require_equal(self.out(GATE), self.out(BY_HAND), self.out(COPY))
        series = {name: Series(name) for name in first}
        for turn in range(number):
            for name, one in series.items():
                print(f"round {turn + 1} of {number}: {name}", file=sys.stderr)
                one.spent.append(self.run(name))
        return series, first[GATE]


@contextlib.contextmanager
def corpus_of(items: int, data: Path | None) -> Iterator[tuple[Path, Path]]:
    """The corpus, made if it is not there, and a folder for outputs beside it. Without `data` both are removed."""
    with tempfile.TemporaryDirectory(prefix="byleave-bench-", dir=data) as work:
        folder = (data or Path(work)) / f"items-{items}"
        if not folder.exists():
            print(f"making {items:,} items", file=sys.stderr)
            corpus.make(Path(work) / "new", items)
            (Path(work) / "new").rename(folder)
        yield folder, Path(work)


def gate_table(series: dict[str, Series]) -> Table:
    """What the three took."""
    headings = ["whole process", "wall s", "least", "most", "CPU s", "peak MiB", "÷ by hand", "÷ bare copy"]
    table = Table(headings)
    for one in series.values():
        walls = [spent.wall for spent in one.spent]
        ratios = [one.over(series[BY_HAND]), one.over(series[COPY])]
        seconds = [one.wall, min(walls), max(walls), one.cpu]
        cells = [*(f"{value:.2f}" for value in seconds), count(one.peak / MEBI), *(f"{ratio:.2f}" for ratio in ratios)]
        table.add([one.name, *cells])
    return table


def bars(series: dict[str, Series]) -> Table:
    """What was promised, and whether it holds."""
    gate = series[GATE]
    by_hand, copy = gate.over(series[BY_HAND]), gate.over(series[COPY])
    table = Table(["bar", "at most", "measured", "held"])
    table.add(
        [
            "wall time over the script by hand",
            f"{MOST_OVER_BY_HAND}",
            f"{by_hand:.2f}",
            _yes(by_hand, MOST_OVER_BY_HAND),
        ]
    )
    aim = f"{MOST_OVER_COPY} (aim {AIM_OVER_COPY})"
    table.add(["wall time over the bare copy", aim, f"{copy:.2f}", _yes(copy, MOST_OVER_COPY)])
    table.add(["peak memory, MiB", count(MOST_MEMORY / MEBI), count(gate.peak / MEBI), _yes(gate.peak, MOST_MEMORY)])
    return table


def _yes(measured: float, most: float) -> str:
    return "yes" if measured <= most else "NO"


def large(base: float, base_items: int, data: Path | None) -> tuple[str, dict[str, Any]]:
    """One run on 100 million items: memory, and time against what the smaller corpus lets expect."""
    place = data or Path(tempfile.gettempdir())
    needed, free = LARGE * sum(BYTES_AN_ITEM.values()), shutil.disk_usage(place).free
    if free < needed:
        told = f"{LARGE:,} items: not run, {needed / GIBI:.0f} GiB of disk needed and {free / GIBI:.0f} free"
        return told, {"not_run": told}
    with corpus_of(LARGE, data) as (folder, work):
        bench = Bench(folder, work)
        bench.run(GATE)  # as above, the first run, which compiles the pack and meets a cold disk, is not counted
        spent = bench.run(GATE)
    linear = spent.wall / (base * LARGE / base_items)
    table = Table(["100 million items", "at most", "measured", "held"])
    table.add(["wall time, s", "", f"{spent.wall:.1f}", ""])
    table.add(["over linear", f"{MOST_OVER_LINEAR}", f"{linear:.2f}", _yes(linear, MOST_OVER_LINEAR)])
    table.add(
        [
            "peak memory, MiB",
            count(MOST_MEMORY_LARGE / MEBI),
            count(spent.peak / MEBI),
            _yes(spent.peak, MOST_MEMORY_LARGE),
        ]
    )
    return str(table), {"spent": asdict(spent), "over_linear": linear}


def heading(items: int, rounds: int, folder: Path) -> str:
    """When, where, with what, on what."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    releases = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("byleave", "duckdb", "celine-regorus", "cedarpy")
    )
    given = shlex.join([f"bench/{Path(sys.argv[0]).name}", *_told(sys.argv[1:])])
    return "\n".join(
        [
            f"- when: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load before (1, 5, 15 minutes): {load}",
            f"- machine: {machine()}",
            f"- versions: Python {sys.version.split()[0]}, {releases}",
            f"- command: `{given}`",
            f"- corpus: {items:,} items ({size(folder / 'items') / MEBI:,.0f} MiB), {items // 10:,} members,"  # noqa: ISC004
            f" {items // 100:,} preferences; {rounds} rounds",
        ]
    )


def _told(arguments: list[str]) -> list[str]:
    """The arguments that matter to whoever repeats the run: where files lie does not."""
    kept, skip = [], False
    for one in arguments:
        hidden = one in {"--data", "--json", "--write"}
        if not (skip or hidden or one.startswith(("--data=", "--json=", "--write="))):
            kept.append(one)
        skip = hidden
    return kept


def report(arguments: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """Measure everything; the page in Markdown, and the same as a JSON value."""
    with corpus_of(arguments.items, arguments.data) as (folder, work):
        top = heading(arguments.items, arguments.rounds, folder)
        series, first = Bench(folder, work).rounds(arguments.rounds)
        speeds = peers.measure(peers.sample(folder, min(20_000, arguments.items // 2)))
    gate = series[GATE]
    matrix = missing.matrix()
    parts = [
        top,
        gate_table(series),
        f"The first run of a pack compiles it and took {first.wall - gate.wall:.1f} s more; it is not counted above.",
        bars(series),
        peers.table(speeds, arguments.items / gate.wall),
        matrix,
        "Let in although something is missing: "
        + ", ".join(f"{name} {number}" for name, number in missing.leaks(matrix).items())
        + ".",
    ]
    value = {name: [asdict(spent) for spent in one.spent] for name, one in series.items()}
    result: dict[str, Any] = {"heading": top, "items": arguments.items, "first": asdict(first), "series": value}
    result |= {"peers": [asdict(one) for one in speeds], "missing": [matrix.headings, *matrix.rows]}
    if arguments.large:
        told, result["large"] = large(gate.wall, arguments.items, arguments.data)
        parts.insert(4, told)
    return "\n\n".join(map(str, parts)), result


def write(page: Path, text: str) -> None:
    """Replace the part of a page between the markers."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"{page} lacks the markers\n{BEGIN}\n{END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure, print, and keep what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=10_000_000, help="items of the corpus")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count")
    parser.add_argument("--data", type=Path, help="keep the corpus in this folder, or find it there")
    parser.add_argument("--large", action="store_true", help="also one run on 100 million items")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to this file")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="replace the table in this page")
    arguments = parser.parse_args()
    if arguments.data is not None:
        arguments.data.mkdir(parents=True, exist_ok=True)
    text, value = report(arguments)
    print(text)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(value, indent=2), encoding="utf-8")
    if arguments.write is not None:
        write(arguments.write, text)


if __name__ == "__main__":
    main()

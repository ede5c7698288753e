"""Load on the service: acts and readings at a constant rate, on SQLite and PostgreSQL, and nothing promised is lost.

k6 sends requests as an open model: they come at their rate, however slow the answers are, so that a stall is seen.
Server and load share the machine. After each load of acts the ledger is compared with every acknowledgement. Against a
second server, which records one act for each flush, sharing flushes is measured in turn.

    python bench/service.py [--engine sqlite|postgresql] [--seconds 15] [--write docs/reference/benchmarks.md]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import machine, pace
from tables import Table

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from byleave.ledger.admission import Proposal  # noqa: E402
from byleave.ledger.entries import Kind  # noqa: E402
from byleave.server.db.store import Store  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
BEGIN, END = "<!-- the part below is written by bench/service.py --write -->", "<!-- the service's part ends here -->"
MEMBERS = 2_000
SETTING = "ai-training"
TICKS = os.sysconf("SC_CLK_TCK")
ALONE = "import byleave.server.db.writer as w; w.MOST_GROUPS = 1; from byleave.cli.main import main; main()"
GROUPED = "from byleave.cli.main import main; main()"
AIM_RATE, AIM_MILLISECONDS = 500, 100
BURST_USERS = 100
ROUNDS = 3
"""Of the comparison of shared flushes with one for each act; the round in the middle is told."""
SETTLE_SECONDS = 2


@dataclass(frozen=True)
class Load:
    """What is sent."""

    name: str
    rate: int
    seconds: int
    reads: bool = False
    alone: bool = False
    """One act for each flush."""
    burst: bool = False
    """Sent at its rate whatever is answered, over as many connections as that takes."""


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    engine: str
    load: Load
    sent: int
    answered: int
    failed: int
    not_sent: int
    """Because every user of the load generator was still waiting."""
    median_ms: float
    p99_ms: float
    a_second: float
    """Answers, over the time until the last one."""
    cpu_ms: float
    """Of the server's processes, for each call."""
    flushes: int
    entries: int
    lost: int
    """Acknowledged, and not in the ledger as acknowledged."""


class Server:
    """One `byleave serve` in a folder of its own."""

    def __init__(self, folder: Path, engine: str, address: str | None, *, alone: bool) -> None:
        """Start it, register members and make a token."""
        self.engine, self.folder = engine, folder
        told = {name: value for name, value in os.environ.items() if not name.startswith(("BYLEAVE_", "DJANGO_"))}
        self.environment = {**told, "BYLEAVE_DATA": str(folder / "data"), "BYLEAVE_METRICS": "127.0.0.1:0"}
        if address:
            self.environment["BYLEAVE_LEDGER"] = address
        self.ledger = address or f"sqlite:///{folder}/data/ledger.db"
        self._log = (folder / "log").open("w")
        processes = "2" if engine == "postgresql" and not alone else "1"
        command = [sys.executable, "-c", ALONE if alone else GROUPED, "serve", "--port", "0", "--json"]
        self._process = subprocess.Popen(  # noqa: S603 - the benchmark's own command
            [*command, "--processes", processes],
            env=self.environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout is not None
        text = ""
        while not text.endswith("}\n"):
            line = self._process.stdout.readline()
            if not line:
                sys.exit(f"the server did not start\n{(folder / 'log').read_text()}")
            text += line
        where = json.loads(text)
        self.url, self._metrics = where["url"], where["metrics"]
        with Store(self.ledger, suppression_secret=(folder / "data/suppression.key").read_bytes()) as store:
            data = {"country": "DE", "birth_date": None}
            store.append([Proposal(Kind.MEMBER_REGISTERED, f"m{one}", "platform", data) for one in range(MEMBERS)])
        self.callers = folder / "callers.json"
        self.callers.write_text(json.dumps(self._callers()))

    def _callers(self) -> list[dict[str, Any]]:
        scopes = ["--scope", "preferences:write", "--scope", "members:read", "--scope", "acts:own"]
        made = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "byleave", "token", "new", "load", *scopes, "--json"],
            env=self.environment, cwd=self.folder, capture_output=True, text=True, check=True,
        )  # fmt: skip
        headers = {"Authorization": f"Bearer {json.loads(made.stdout)['token']}", "Accept": "application/json"}
        return [
            {"member": name, "path": f"/api/v1/members/{name}/preferences/{SETTING}", "headers": headers}
            for name in (f"m{one}" for one in range(MEMBERS))
        ]

    def counted(self) -> tuple[int, int]:
        """Flushes and entries so far."""
        with urllib.request.urlopen(f"{self._metrics}/metrics", timeout=60) as answer:  # noqa: S310 - our own server
            text = answer.read().decode()

        def value(name: str) -> int:
            found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
            return int(float(found[1])) if found else 0

        return value("byleave_flush_seconds_count"), value("byleave_flush_entries_sum")

    def cpu_seconds(self) -> float:
        """User and system time of the server and its processes."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        total = 0
        for pid in (self._process.pid, *children):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()


def send(server: Server, load: Load, run: str) -> Outcome:
    """Send one load, wait for every answer, and compare."""
    folder = server.folder
    most = 600
    plan = {
        "url": server.url,
        "rate": load.rate,
        "seconds": load.seconds,
        "reads": load.reads,
        "run": run,
        "most": most,
        "users": BURST_USERS if load.burst else 0,
    }
    (folder / "plan.json").write_text(json.dumps(plan))
    acknowledged, summary = folder / f"{run}.log", folder / f"{run}.json"
    options = ["--no-usage-report", "--quiet", "--no-color", "--log-format=raw", f"--log-output=file={acknowledged}"]
    before, cpu, began = server.counted(), server.cpu_seconds(), time.perf_counter()
    subprocess.run(  # noqa: S603
        [Path(sys.executable).with_name("k6"), "run", *options, f"--summary-export={summary}", HERE / "service.js"],
        env={**os.environ, "PLAN": str(folder / "plan.json"), "CALLERS": str(server.callers)},
        capture_output=True,
        check=True,
    )
    wall, cpu, after = time.perf_counter() - began, server.cpu_seconds() - cpu, server.counted()
    told = json.loads(summary.read_text())["metrics"]
    calls = int(told["http_reqs"]["count"])
    failed = int(told["http_req_failed"]["passes"])
    if failed == calls:
        sys.exit(f"no request of `{load.name}` was answered with success: the load is not what the server takes")
    times = told["http_req_duration"]
    return Outcome(
        server.engine,
        load,
        calls,
        calls - failed,
        failed,
        max(0, load.rate * load.seconds - calls),
        times["med"],
        times["p(99)"],
        (calls - failed) / min(wall, max(load.seconds, calls / told["http_reqs"]["rate"])),
        cpu / max(1, calls) * 1000,
        after[0] - before[0],
        after[1] - before[1],
        0 if load.reads else missing(server, acknowledged, calls - failed),
    )


def missing(server: Server, acknowledged: Path, answered: int) -> int:
    """How many acknowledged acts the ledger does not have as they were acknowledged."""
    promised: dict[int, tuple[str, str]] = {}
    for line in acknowledged.read_text().splitlines():
        found = re.fullmatch(r"(\d+) (m\d+) (on|off)", line)
        if found:
            promised[int(found[1])] = (found[2], found[3])
    with Store(server.ledger) as store:
        for entry in store.entries(min(promised, default=1) - 1):
            if promised.get(entry.seq) == (entry.subject, entry.data.get("value")):
                del promised[entry.seq]
        kept = answered - len(promised)
    return answered - kept


def loads(seconds: int) -> list[Load]:
    """What is sent to one engine, in order."""
    return [
        *(Load(f"{rate:,} acts/s", rate, seconds) for rate in (100, 500, 1_000)),
        Load("1,000 readings/s", 1_000, seconds, reads=True),
        Load("burst: 2,000 acts/s for 10 s", 2_000, 10, burst=True),
    ]


def compared(seconds: int) -> list[Load]:
    """What is sent to either server in turn."""
    return [
        Load(f"{AIM_RATE} acts/s, in turn", AIM_RATE, seconds),
        Load("the same, one for each flush", AIM_RATE, seconds, alone=True),
    ]


@contextmanager
def address_of(engine: str) -> Iterator[str | None]:
    """A new database; None for a file."""
    if engine == "sqlite":
        yield None
        return
    from tests.server.db.postgres import Server as Postgres

    running = Postgres()
    try:
        yield running.database()
    finally:
        running.stop()


@contextmanager
def serving(engine: str, *, alone: bool) -> Iterator[Server]:
    """A server with a ledger of its own, warm."""
    with address_of(engine) as address, tempfile.TemporaryDirectory(prefix="byleave-load-") as folder:
        server = Server(Path(folder), engine, address, alone=alone)
        try:
            send(server, Load("warm", 50, 3), "warm")
            yield server
        finally:
            server.stop()


def measure(engine: str, seconds: int) -> list[Outcome]:
    """Every load on one engine."""
    outcomes = []
    with serving(engine, alone=False) as shared, serving(engine, alone=True) as alone:

        def sent(load: Load, run: str) -> Outcome:
            time.sleep(SETTLE_SECONDS)
            outcome = send(alone if load.alone else shared, load, run)
            print(outcome, file=sys.stderr)
            return outcome

        outcomes += [sent(load, f"run-{number}") for number, load in enumerate(loads(seconds))]
        rounds = [[sent(load, f"turn-{number}") for load in compared(seconds)] for number in range(ROUNDS)]
        outcomes += [sorted(of, key=lambda one: one.p99_ms)[ROUNDS // 2] for of in zip(*rounds, strict=True)]
    return outcomes


def table(outcomes: list[Outcome]) -> Table:
    """The figures."""
    headings = [
        "engine", "load", "answered", "failed", "not sent", "answers/s", "p50 ms", "p99 ms", "CPU ms a call",
        "acts a flush", "lost",
    ]  # fmt: skip
    rows = [
        [
            one.engine, one.load.name, f"{one.answered:,}", f"{one.failed:,}", f"{one.not_sent:,}",
            f"{one.a_second:,.0f}", f"{one.median_ms:,.1f}", f"{one.p99_ms:,.1f}", f"{one.cpu_ms:.2f}",
            f"{one.entries / one.flushes:.1f}" if one.flushes else "", "" if one.load.reads else str(one.lost),
        ]
        for one in outcomes
    ]  # fmt: skip
    return Table(headings, rows=rows)


def aims(outcomes: list[Outcome]) -> str:
    """Whether the aim was held, by engine."""
    words = []
    for one in outcomes:
        if one.load == loads(one.load.seconds)[1]:
            held = one.p99_ms < AIM_MILLISECONDS and not one.failed and not one.not_sent
            words.append(f"{one.engine} {'held' if held else 'MISSED'} ({one.p99_ms:,.0f} ms)")
    return (
        f"Aim: {AIM_RATE} acts/s with a p99 below {AIM_MILLISECONDS} ms beside the load generator: {', '.join(words)}."
    )


def heading(command: str, before: tuple[float, ...]) -> str:
    """When, where and with what."""
    names = ("byleave", "django", "gunicorn", "k6")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    loads_told = ", ".join(f"{one:.1f}" for one in before)
    return "\n".join([
        f"- when: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load before (1, 5, 15 minutes): {loads_told}",
        f"- machine: {machine()}; {pace()}",
        f"- versions: Python {sys.version.split()[0]}, {versions}",
        f"- command: `{command}`",
    ])  # fmt: skip


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
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="one alone; both otherwise")
    parser.add_argument("--seconds", type=int, default=15, help="of each load but the burst")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to this file")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="replace the table in this page")
    arguments = parser.parse_args()
    before = os.getloadavg()
    engines = [arguments.engine] if arguments.engine else ["sqlite", "postgresql"]
    outcomes = [one for engine in engines for one in measure(engine, arguments.seconds)]
    command = " ".join(["bench/service.py", *sys.argv[1:]])
    text = "\n\n".join([heading(command, before), str(table(outcomes)), aims(outcomes)])
    print(text)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps([asdict(one) for one in outcomes], indent=2), encoding="utf-8")
    if arguments.write is not None:
        write(arguments.write, text)


if __name__ == "__main__":
    main()

"""Run commands as whole processes, and say what each took."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MEBI, GIBI = 1 << 20, 1 << 30
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Spent:
    """What one process took."""

    wall: float
    cpu: float
    """Seconds of user and system time together."""
    peak: int
    """Most memory that was resident at once, in bytes."""


@dataclass
class Series:
    """Several runs of one command."""

    name: str
    spent: list[Spent] = field(default_factory=list)

    @property
    def wall(self) -> float:
        """Median of wall time."""
        return statistics.median(one.wall for one in self.spent)

    @property
    def cpu(self) -> float:
        """Median of processor time."""
        return statistics.median(one.cpu for one in self.spent)

    @property
    def peak(self) -> int:
        """The highest peak."""
        return max(one.peak for one in self.spent)

    def over(self, other: Series) -> float:
        """Median of the ratios of wall time, round by round."""
        return statistics.median(a.wall / b.wall for a, b in zip(self.spent, other.spent, strict=True))


def run(command: Sequence[str], environment: Mapping[str, str]) -> Spent:
    """Run a command to its end.

    Raises: SystemExit with what the command said when it fails.
    """
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - the benchmark's own commands
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        sys.exit(f"{' '.join(command)}\nfailed with exit code {process.returncode}\n{said}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _MAXRSS_UNIT)


def machine() -> str:
    """Processor, cores, memory, system."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIBI
    return f"{_processor()}, {cores} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.release()}"


def pace() -> str:
    """How fast the processor is just now: processor time of a fixed piece of Python, the middle of five.

    Processor time is longer where others share caches and the two threads of a core; with this it can be compared.
    """
    taken = []
    for _ in range(5):
        began, total = time.process_time(), 0
        for number in range(1_000_000):
            total += number * number % 7
        taken.append(time.process_time() - began)
    return f"a million rounds of a loop in Python took {sorted(taken)[2] * 1000:.0f} ms of processor time"


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    lines = about.read_text(encoding="utf-8").splitlines() if about.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

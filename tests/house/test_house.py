"""The tree keeps the house rules, and each rule catches what it is there for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.house import rules
from tests.house.rules import RULES, Source

if TYPE_CHECKING:
    from tests.house.rules import Rule

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "bench", "docs", "examples", ".ci")
SUFFIXES = {"", ".html", ".md", ".py", ".sh", ".toml", ".yaml", ".yml"}


@cache
def tree() -> list[Source]:
    """Every file of text in the tree."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*"))]
    paths += [ROOT / name for name in ("Makefile", "README.md", "pyproject.toml")]
    return [
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in paths
        if path.is_file() and path.suffix in SUFFIXES
    ]


def broken(rule: Rule, sources: list[Source]) -> list[str]:
    """What `rule` finds in `sources`, one line each."""
    return [f"{source.path}: {problem}" for source in sources for problem in rule(source)]


def lint_imports(source: Path) -> subprocess.CompletedProcess[str]:
    """Check the import contracts of pyproject.toml on the package in the folder `source`."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    environment = {**os.environ, "PYTHONPATH": str(source), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_tree_is_read() -> None:
    """The rules see the files that matter; a wrong path would make all of them pass."""
    seen = {source.path for source in tree()}

    assert {"src/byleave/kernel/decision.py", "tests/conftest.py", "Makefile", ".ci/run"} <= seen


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_is_kept(rule: Rule) -> None:
    """The whole tree keeps the rule."""
    assert broken(rule, tree()) == []


def test_few_types_are_ignored() -> None:
    """At most 20 type errors are silenced in the tree."""
    assert sum(len(source.ignores) for source in tree()) <= rules.MOST_IGNORES


LONG = "def f() -> None:\n" + "    print(1)\n" * 40
KERNEL = "src/byleave/kernel/planted.py"
POLICY = "src/byleave/policy/planted.py"
GATE = "src/byleave/gate/planted.py"
TEST = "tests/gate/test_planted.py"
PLANTED = [
    (rules.short_file, GATE, "x = 1\n" * 401),
    (rules.short_functions, GATE, LONG),
    (rules.short_functions, GATE, f"async {LONG}"),
    (rules.telling_names, "src/byleave/gate/_utils.py", ""),
    (rules.telling_names, "src/byleave/common/planted.py", ""),
    (rules.narrow_excepts, GATE, "try:\n    f()\nexcept Exception:\n    raise\n"),
    (rules.narrow_excepts, GATE, "try:\n    f()\nexcept (OSError, BaseException):\n    raise\n"),
    (rules.narrow_excepts, GATE, "try:\n    f()\nexcept:\n    raise\n"),
    (rules.coded_ignores, GATE, "x = f()  # type: ignore\n"),
    (rules.coded_ignores, GATE, "x = f()  # type: ignore[]\n"),
    (rules.claimed_tests, TEST, "def test_x() -> None:\n    assert True\n"),
    (rules.claimed_tests, TEST, "class TestX:\n    async def test_x(self) -> None:\n        assert True\n"),
    (rules.pure_core, KERNEL, "import datetime as dt\nnow = dt.datetime.now(dt.UTC)\n"),
    (rules.pure_core, KERNEL, "from datetime import date\nnow = date.today\n"),
    (rules.pure_core, KERNEL, "text = open('x').read()\n"),
    (rules.pure_core, KERNEL, "from importlib import resources\ntext = resources.files('x').read_text()\n"),
    (rules.pure_core, KERNEL, "from pathlib import Path\ntext = Path('x').read_text()\n"),
    (rules.pure_core, POLICY, "from pathlib import Path\ntext = Path('x').open().read()\n"),
    (rules.pure_core, POLICY, "from importlib import resources\ntext = open('x')\n"),
    (rules.pure_core, "src/byleave/compile/planted.py", "import os\nhome = os.environ['HOME']\n"),
    (rules.pure_core, "src/byleave/text/planted.py", "from os import getenv\n"),
    (rules.pure_core, KERNEL, "from time import time\n"),
    (rules.pure_core, KERNEL, "import random\n"),
    (rules.nothing_unfinished, "docs/planted.md", "TO" + "DO: say more\n"),
    (rules.nothing_unfinished, GATE, "x = 1  # FIX" + "ME\n"),
]


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED, ids=lambda value: getattr(value, "__name__", None))
def test_rule_catches(rule: Rule, path: str, text: str) -> None:
    """A planted violation is found; a rule that cannot fail is no rule."""
    assert broken(rule, [Source(path, text)])


def test_every_rule_is_tried() -> None:
    """No rule is without a planted violation."""
    assert {rule for rule, _, _ in PLANTED} == set(RULES)


ALLOWED = [
    (rules.short_functions, GATE, 'def f() -> None:\n    """A.\n\n    B.\n    """\n' + "    print(1)\n" * 39),
    (rules.short_functions, TEST, LONG),
    (rules.narrow_excepts, "src/byleave/cli/main.py", "try:\n    f()\nexcept Exception:\n    raise\n"),
    (rules.coded_ignores, GATE, "x = f()  # type: ignore[no-any-return]\ny = '# type: ignore'\n"),
    (rules.pure_core, GATE, "import time\nnow = time.time()\n"),
    (rules.pure_core, POLICY, "from importlib import resources\ntext = resources.files('x').read_text()\n"),
]


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED, ids=lambda value: getattr(value, "__name__", None))
def test_rule_allows(rule: Rule, path: str, text: str) -> None:
    """What a rule makes room for passes."""
    assert broken(rule, [Source(path, text)]) == []


def test_import_contracts_are_kept() -> None:
    """The packages depend on each other in one direction only (`[tool.importlinter]`)."""
    result = lint_imports(ROOT / "src")

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        ({"kernel/planted.py": "import byleave.policy"}, "byleave.kernel.planted -> byleave.policy"),
        ({"policy/planted.py": "import byleave.compile"}, "byleave.policy.planted -> byleave.compile"),
        ({"kernel/planted.py": "import sqlite3"}, "byleave.kernel.planted -> sqlite3"),
        ({"compile/planted.py": "import duckdb"}, "byleave.compile.planted -> duckdb"),
        (
            {"server/db/planted.py": "import byleave.server.service"},
            "byleave.server.db.planted -> byleave.server.service",
        ),
        (
            {"server/ui/planted.py": "import byleave.server.centre"},
            "byleave.server.ui.planted -> byleave.server.centre",
        ),
        ({"unplaced/__init__.py": ""}, "- byleave.unplaced"),
        (
            {
                "kernel/one/__init__.py": "import byleave.kernel.two",
                "kernel/two/__init__.py": "import byleave.kernel.one",
            },
            "No cycles are allowed in byleave.kernel",
        ),
    ],
)
def test_import_contracts_catch(tmp_path: Path, planted: dict[str, str], complaint: str) -> None:
    """A planted import breaks a contract, and the report names it."""
    package = tmp_path / "byleave"
    shutil.copytree(ROOT / "src" / "byleave", package, ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in planted.items():
        file = package / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")

    result = lint_imports(tmp_path)

    assert result.returncode == 1
    assert complaint in result.stdout

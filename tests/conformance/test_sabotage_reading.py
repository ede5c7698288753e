"""The tests of reading are worth something: each of these mistakes, planted alone in the reading layer, is found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.gate.plans import plans_apart

__all__ = ["plans_apart"]

ROOT = Path(__file__).parents[2]


class Sabotage(NamedTuple):
    """A mistake: in a file of `src/byleave`, what stands there once, and what takes its place."""

    mistake: str
    file: str
    old: str
    new: str


COLUMNS, TABLES, REGISTER, CHECKS = (
    f"adapters/duckdb_engine/{name}.py" for name in ("columns", "tables", "register", "register_checks")
)
ITEMS, ENGINE, SESSION = (f"adapters/duckdb_engine/{name}.py" for name in ("items", "engine", "session"))
RUN = "gate/run.py"
AS_NUMBER = 'return Column(f"coalesce(TRY_CAST({value} AS BIGINT)::VARCHAR, {value})")'
SABOTAGES = [
    Sabotage("ids are read as numbers", COLUMNS, "return Column(value)", AS_NUMBER),
    Sabotage("blank is not NULL", COLUMNS, "THEN NULL ELSE {source}", "THEN {source} ELSE {source}"),
    Sabotage("what cannot be read is NULL", COLUMNS, 'f"({value}) IS NOT NULL AND ({typed}) IS NULL"', '"false"'),
    Sabotage("no zone means UTC", COLUMNS, "'{INSTANT_PATTERN}') THEN", "'{NAIVE_PATTERN}.*') THEN"),
    Sabotage("the year 1 can be", COLUMNS, "CASE WHEN {at} >= {_FIRST} AND {at} < {_LAST}", "CASE WHEN true"),
    Sabotage("any date can be", COLUMNS, "'{DATE_PATTERN}') AND {bounds}", "'{DATE_PATTERN}')"),
    Sabotage("a doubled hour is the first", COLUMNS, "AND ({first} = {second} OR NOT {shows_second}) THEN", "THEN"),
    Sabotage("True is true", COLUMNS, "CASE {value} WHEN 'true'", "CASE lower({value}) WHEN 'true'"),
    Sabotage("a NULL is no id", COLUMNS, "coalesce(json_type(x), '') <> 'VARCHAR'", "json_type(x) <> 'VARCHAR'"),
    Sabotage(
        "a number is blank in JSON", COLUMNS, "NOT IN ('NULL', 'VARCHAR')", "NOT IN ('NULL', 'VARCHAR', 'UBIGINT')"
    ),
    Sabotage("an order may be negative", COLUMNS, "CASE WHEN {source} >= 0 THEN", "CASE WHEN {source} > -9 THEN"),
    Sabotage("statistics are not looked at", TABLES, "stats_min_value, '') >= '!'", "stats_min_value, '') >= ''"),
    Sabotage("names are patterns", TABLES, 'r"([*?\\[])", r"[\\1]"', 'r"never", r"never"'),
    Sabotage("names in capitals pass", TABLES, "if name.lower() in kinds), None)", "if name in kinds), None)"),
    Sabotage("ragged rows are filled up", TABLES, "strict_mode = true", "strict_mode = false, ignore_errors = true"),
    Sabotage("compressed files may be cut", TABLES, "last_byte(path)  #", "path.stat()  #"),
    Sabotage("lines may be cut", REGISTER, 'not in (b"\\n", b"\\r")', 'in (b"",)'),
    Sabotage("orphans pass", CHECKS, "if not waivers.allow_orphans:", "if waivers.allow_orphans is None:"),
    Sabotage("any setting will do", CHECKS, "if setting not in waivers.ignore_settings:", "if not setting:"),
    Sabotage(
        "unreadable rows pass",
        REGISTER,
        "    if not first:\n        return",
        "    if first is not None:\n        return",
    ),
    Sabotage("any country will do", CHECKS, "if country not in known.countries]", "if not country]"),
    Sabotage("equal seq passes", CHECKS, "HAVING count(*) > 1", "HAVING count(*) > 2"),
    Sabotage("other files are overlooked", REGISTER, "if near:\n        hint = f", "if not near:\n        hint = f"),
    Sabotage(
        "strange tables are overlooked",
        REGISTER,
        "if name not in TABLES:\n            raise _stranger(entry, name)\n        return name, [entry]",
        "return name, [entry]",
    ),
    Sabotage(
        "files are remembered", SESSION, "enable_external_file_cache = false", "enable_external_file_cache = true"
    ),
    Sabotage("the register is read once", ENGINE, "self._rules)) != info.digest", "self._rules)) is None"),
    Sabotage(
        "an objector who arrives is let be",
        RUN,
        "**register.waived, **_unmatched(gate)}\n    now",
        "**register.waived}\n    now",
    ),
    Sabotage("owners are looked for in the snapshot", ITEMS, "FROM byleave_corpus SEMI JOIN", "FROM items SEMI JOIN"),
    Sabotage("items may change", ITEMS, "return tuple(map(_stamp, self.files)) == self.stamps", "return True"),
    Sabotage(
        "what was left out is not counted",
        RUN,
        "if one.reason != Reason.ELIGIBLE]\n    waived",
        "if False]\n    waived",
    ),
]


AREAS = {
    COLUMNS: ["readings"],
    REGISTER: ["refusals"],
    CHECKS: ["refusals"],
    ENGINE: ["meanwhile"],
    ITEMS: ["meanwhile"],
    RUN: ["meanwhile"],
}
"""Where a mistake in a file shows; everywhere else if it stands in another."""


def judge(package: Path, *areas: str) -> str | None:
    """What the judge finds wrong first with the byleave in the folder `package`."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(package), str(ROOT)])}
    command = [sys.executable, "-m", "tests.conformance.judge_reading", *areas]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["judged"] == str(package)
    wrong: str | None = found["wrong"]
    return wrong


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a copy of byleave."""
    shutil.copytree(ROOT / "src" / "byleave", tmp_path / "byleave", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_nothing_is_found_in_the_copy(package: Path) -> None:
    """Without a mistake nothing is wrong."""
    assert judge(package) is None


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.mistake.replace(" ", "-"))
def test_mistake_is_found(package: Path, sabotage: Sabotage) -> None:
    """A mistake planted in the reading layer makes something go wrong that the tests look for."""
    file = package / "byleave" / sabotage.file
    text = file.read_text(encoding="utf-8")
    assert text.count(sabotage.old) == 1, f"`{sabotage.old}` stands {text.count(sabotage.old)} times in {sabotage.file}"
    file.write_text(text.replace(sabotage.old, sabotage.new), encoding="utf-8")

    assert judge(package, *AREAS.get(sabotage.file, ["names", "meanwhile", "readings"])) is not None

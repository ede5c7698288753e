"""The comparison with the definition is worth something: each of these mistakes, planted alone, is found by it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]


class Sabotage(NamedTuple):
    """A mistake: in a file of `src/byleave`, what stands there once, and what takes its place."""

    mistake: str
    file: str
    swaps: dict[str, str]


ACTS, REGIMES, TIMELINE = "compile/acts.py", "compile/regimes.py", "compile/timeline.py"
STATE, DECISION, SEMANTICS = "compile/state.py", "compile/decision.py", "policy/semantics.py"
STANDING = "standing_objections(tables.objections, rules, as_of, replay=replay)"
SABOTAGES = [
    Sabotage(
        "an unknown about an item passes",
        DECISION,
        {"\n        (~test.fill_null(False),": "\n        (~test.fill_null(True),"},
    ),
    Sabotage(
        "an unknown about an owner passes",
        DECISION,
        {"append((~test.fill_null(False),": "append((~test.fill_null(True),"},
    ),
    Sabotage(
        "use begins after its instant",
        REGIMES,
        {
            "reached: Callable[[Any, Any], Any] = le": "reached: Callable[[Any, Any], Any] = lt",
            "import le": "import le, lt",
        },
    ),
    Sabotage("the default counts as a preference", TIMELINE, {"table.last_act % 2 == 1)": "table.default_on)"}),
    Sabotage("everybody is on by default", STATE, {"(in_force & table.default_on)": "in_force"}),
    Sabotage("the clock orders acts", ACTS, {"order_by=[kept.seq, kept": "order_by=[kept"}),
    Sabotage("an on frees what the pack says now", ACTS, {"latest.new >= latest.more": "latest.new < latest.more"}),
    Sabotage("an import frees more", ACTS, {"~new & (told.actor == MEMBER)": "~new"}),
    Sabotage("on wins a tie", ACTS, {"kept.is_on.desc()": "kept.is_on"}),
    Sabotage("an imported on always counts", ACTS, {'anti_join(_beaten_imports(own), ["member_id", "seq"])': "view()"}),
    Sabotage("anybody may switch on", ACTS, {".isin([MEMBER, IMPORT])": ".notnull()"}),
    Sabotage("an off counts from its recording", ACTS, {"recorded < own": "recorded > own"}),
    Sabotage("what was never used is used", ACTS, {"earlier.fill_null(False), unused": "earlier.isnull(), unused"}),
    Sabotage("an off in the future waits", ACTS, {"if not replay:": "if replay:"}),
    Sabotage("any date ends an objection", ACTS, {"applies & ~(ended & after": "applies & ~(after"}),
    Sabotage("an end needs no date", ACTS, {"~(ended & after.fill_null(False))": "~ended"}),
    Sabotage("an end may come at once", ACTS, {"(objections.resolved_at > ": "(objections.resolved_at >= "}),
    Sabotage("an end in the future ends", ACTS, {" & (objections.resolved_at <= as_of)": ""}),
    Sabotage("other purposes are meant", ACTS, {"applies = ~objections": "applies = objections"}),
    Sabotage("a notice matures a second early", ACTS, {"wait.total_seconds())": "wait.total_seconds()) - 1"}),
    Sabotage("a notice counts unrecorded", ACTS, {"ibis.ifelse(recorded > waited, recorded, waited)": "waited"}),
    Sabotage("one of two countries is picked", ACTS, {"agree = grouped.lowest == grouped.highest": "agree = True"}),
    Sabotage(
        "a residence counts from its start", TIMELINE, {"table.recorded_at <= table.start": "table.start.notnull()"}
    ),
    Sabotage("a default counts from its start", TIMELINE, {"is_on & known, ": "is_on, "}),
    Sabotage("a default counts before it is known", TIMELINE, {" & (table.recorded_at <= as_of)": ""}),
    Sabotage(
        "an unmoved residence counts from its start",
        STATE,
        {"tests.noticed(as_of) & (table.only_recorded <= as_of)": "tests.noticed(as_of)"},
    ),
    Sabotage(
        "29 February falls on 28 February",
        STATE,
        {"ibis.ifelse(slips, 3,": "ibis.ifelse(slips, 2,", "ibis.ifelse(slips, 1,": "ibis.ifelse(slips, 28,"},
    ),
    Sabotage(
        "the flag withholds its own row only",
        DECISION,
        {
            'parts.append(items.filter(items.withheld).select(byleave_withheld="item_id"))': "pass",
            "joined.byleave_withheld.isnull()": "joined.byleave_withheld.isnull() & ~joined.withheld.fill_null(False)",
        },
    ),
    Sabotage(
        "only members can be named",
        DECISION,
        {f"= {STANDING}": f'= {STANDING}.semi_join(tables.members, [("subject_id", "member_id")])'},
    ),
    Sabotage("a change makes nothing newer", DECISION, {'"created_at", "changed_at", "public_since"': '"created_at",'}),
    Sabotage(
        "whoever sees it is public", DECISION, {'rules, used, ("in",), among': 'rules, used, ("in", "out"), among'}
    ),
    Sabotage("age is taken for granted", DECISION, {"frozenset({Reason.UNKNOWN_CATEGORY": "frozenset({Reason.MINOR"}),
    Sabotage("an act counts after its instant", SEMANTICS, {"if act.at <= t]": "if act.at < t]"}),
    Sabotage("the first birth date counts", SEMANTICS, {"max(member.birth_dates)": "min(member.birth_dates)"}),
    Sabotage("a move is no turn", SEMANTICS, {"at in (row.since, row.recorded_at)": "at in (row.recorded_at,)"}),
    Sabotage("an owner's objection is overlooked", SEMANTICS, {'get(item.member_id or "", ())': 'get("", ())'}),
]


def judge(package: Path, **variables: str) -> dict[str, Any]:
    """What the comparison finds in the byleave in the folder `package`."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(package), str(ROOT)]), **variables}
    command = [sys.executable, "-m", "tests.conformance.judge"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["judged"] == [str(package)]
    return found


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a copy of byleave."""
    shutil.copytree(ROOT / "src" / "byleave", tmp_path / "byleave", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_nothing_is_found_in_the_copy(package: Path) -> None:
    """Without a mistake the comparison finds nothing, and looks at every world."""
    found = judge(package)

    assert found["differences"] == 0
    assert found["rows"] > 1_000


def test_the_zone_of_the_machine_does_not_matter() -> None:
    """The comparison finds nothing either where the machine's days begin and end at other hours."""
    assert judge(ROOT / "src", TZ="America/New_York")["differences"] == 0


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.mistake.replace(" ", "-"))
def test_mistake_is_found(package: Path, sabotage: Sabotage) -> None:
    """A mistake planted in the definition or in the compiled expression makes them differ."""
    file = package / "byleave" / sabotage.file
    text = file.read_text(encoding="utf-8")
    for old, new in sabotage.swaps.items():
        assert text.count(old) == 1, f"`{old}` stands {text.count(old)} times in {sabotage.file}"
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")

    assert judge(package)["differences"] > 0

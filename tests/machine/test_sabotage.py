"""The machine is worth something: each of these mistakes, planted alone in the product, is soon noticed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
BUDGET = 6_000
"""Steps within which each mistake must be noticed."""
EVERY = 1 if os.environ.get("BYLEAVE_DEEP") else 9
"""A mistake costs up to half a minute: all of them are planted by `BYLEAVE_DEEP`, else one of so many."""


class Sabotage(NamedTuple):
    """A mistake: in files of `src/byleave`, what stands there once, and what takes its place."""

    mistake: str
    swaps: dict[str, dict[str, str]]


STORE, LEDGER, GATE, DUCKDB = "server/db/", "ledger/", "gate/", "adapters/duckdb_engine/"
SABOTAGES = [
    Sabotage(
        "commits are not flushed",
        {
            STORE + "sqlite.py": {
                'synchronous = "FULL"': 'synchronous = "OFF"',
                "synchronous < FULL:": "synchronous < 0:",
            }
        },
    ),
    Sabotage(
        "commits are flushed now and then",
        {
            STORE + "sqlite.py": {
                'synchronous = "FULL"': 'synchronous = "NORMAL"',
                "synchronous < FULL:": "synchronous < 1:",
            }
        },
    ),
    Sabotage(
        "acts are acknowledged before the commit",
        {
            STORE + "sqlite.py": {
                '            self._connection.execute("BEGIN IMMEDIATE")': (
                    "            if self._connection.in_transaction:\n"
                    '                self._connection.execute("COMMIT")\n'
                    '            self._connection.execute("BEGIN IMMEDIATE")'
                ),
                'returns after the flush."""\n        self._connection.execute("COMMIT")': 'returns at once."""',
            }
        },
    ),
    Sabotage(
        "the second copy is written after the acknowledgement",
        {
            STORE + "writer.py": {
                "                if self._copy:\n                    self._copy.follow(self._session)\n": "",
                "                answer.set_result(outcome)\n        durable": (
                    "                answer.set_result(outcome)\n        if self._copy:\n"
                    "            self._copy.follow(self._session)\n        durable"
                ),
            }
        },
    ),
    Sabotage(
        "a key does not stop a second recording",
        {STORE + "recording.py": {"if group.key is not None:\n            salts": "if False:\n            salts"}},
    ),
    Sabotage(
        "a key is good for another request",
        {STORE + "recording.py": {"if salted(answered.salts, group.body) != answered.body_digest:": "if False:"}},
    ),
    Sabotage(
        "an erasure forgets who refused",
        {STORE + "recording.py": {"_keep(session, world, ids, kept, kept_identifiers(history, refused))\n    b": "b"}},
    ),
    Sabotage(
        "objections are forgotten when somebody is erased",
        {LEDGER + "suppression.py": {", *objections.values()]": "]"}},
    ),
    Sabotage(
        "anybody ends a refusal",
        {
            LEDGER + "entries.py": {
                "{Kind.OBJECTION_WITHDRAWN, Kind.ITEM_RELEASED, Kind.OBJECTION_CONFIRMED}": "set[Kind]()"
            }
        },
    ),
    Sabotage(
        "anybody may switch on",
        {"policy/semantics.py": {"elif act.actor == MEMBER or (act.actor == IMPORT and": "elif (True or"}},
    ),
    Sabotage("an imported on beats every off", {"policy/semantics.py": {"and not _is_beaten(act, own)": ""}}),
    Sabotage(
        "the clock orders acts",
        {"policy/semantics.py": {"if act.seq is None else (act.seq, False)": ""}},
    ),
    Sabotage("an off waits for its date", {"policy/semantics.py": {"min(*dates, moment.as_of)": "min(dates)"}}),
    Sabotage(
        "a default counts as a choice when accounts are merged",
        {LEDGER + "merging.py": {"if states == {True}:": "if False not in states:"}},
    ),
    Sabotage(
        "a merge keeps the objections of one account",
        {LEDGER + "fold.py": {"{**one.objections, **other.objections}": "{**one.objections}"}},
    ),
    Sabotage(
        "the last account to be merged decides",
        {LEDGER + "fold.py": {"acts = merge_acts(one.acts, other.acts, entry.seq)": "acts = list(other.acts)"}},
    ),
    Sabotage(
        "there is no second decision",
        {
            GATE + "run.py": {
                "if not changed and not gate.engine.turns_between(": "if True or not gate.engine.turns_between("
            }
        },
    ),
    Sabotage(
        "the second decision reads what the first has read",
        {GATE + "run.py": {"gate.engine.read_register() if changed else read.register": "read.register"}},
    ),
    Sabotage(
        "the second decision is not written",
        {GATE + "run.py": {"    if not moved and (decisions_only or not rewritten):": "    if True:"}},
    ),
    Sabotage(
        "the state of the ledger is cached",
        {
            "adapters/ledger_database.py": {
                "        ((epoch, origin, seq, chain, form),) = self._ask(_HEAD)": (
                    "        known = globals().setdefault('CACHE', {})\n"
                    "        ((epoch, origin, seq, chain, form),) = known.setdefault(self._url, self._ask(_HEAD))"
                )
            }
        },
    ),
    Sabotage(
        "an erasure during a build is not noticed",
        {DUCKDB + "ledger.py": {"if entries.forget(session, before.watermark.seq):": "if False:"}},
    ),
    Sabotage("a watermark of another epoch counts", {"proof/seen.py": {"if epoch != receipt.epoch:": "if False:"}}),
    Sabotage(
        "a snapshot of another epoch is usable",
        {GATE + "status.py": {'manifest["register"].get("epoch") != today["register"].get("epoch")': "False"}},
    ),
    Sabotage("a replay is usable", {GATE + "status.py": {'REPLAY: manifest["mode"] != TRAINING': "REPLAY: False"}}),
    Sabotage("who left since does not matter", {GATE + "status.py": {"LEFT_SINCE: bool(left)": "LEFT_SINCE: False"}}),
    Sabotage(
        "another policy does not matter",
        {GATE + "status.py": {'PACK_CHANGED: manifest["pack"] != today["pack"]': "PACK_CHANGED: False"}},
    ),
    Sabotage(
        "a restore leaves out what the second copy has more",
        {
            STORE + "restoring.py": {
                'return replay(session, copy, lambda done: self._show("replaying the second copy", done))': (
                    'seq = session.query("SELECT max(seq) FROM ledger_entry")[0][0]\n'
                    "        return Replayed(seq, 0, seq, None, None)"
                )
            }
        },
    ),
    Sabotage(
        "a restored ledger is in its old epoch",
        {
            STORE + "restoring.py": {
                "self._world.random_bytes(16).hex()": 'session.query("SELECT name FROM ledger_epoch")[0][0]'
            }
        },
    ),
    Sabotage("builds are not shut", {LEDGER + "builds.py": {"    if builds.shut:": "    if False:"}}),
    Sabotage(
        "a restore with a loss is taken for whole",
        {STORE + "restoring.py": {"            return BACKUP_GONE\n": "            return None\n"}},
    ),
    Sabotage(
        "an on of nobody is imported",
        {LEDGER + "importing.py": {"elif act.on and act.actor != MEMBER:": "elif False:"}},
    ),
    Sabotage(
        "what is imported is made out to be the person's own act",
        {LEDGER + "importing.py": {"actor = IMPORT if act.actor": "actor = MEMBER if act.actor"}},
    ),
    Sabotage(
        "builds are opened although the ledger is looser",
        {STORE + "reconciling.py": {"if result.loosening > result.applied:": "if False:"}},
    ),
    Sabotage(
        "an off does not tell what had been collected",
        {LEDGER + "fold.py": {'read_unused(entry.data.get("unused_since")),': "frozenset(),"}},
    ),
]


def judge(package: Path) -> dict[str, Any]:
    """What the machine finds in the byleave in the folder `package`."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(package), str(ROOT)])}
    command = [sys.executable, "-m", "tests.machine.run", str(BUDGET)]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    assert found["judged"] == str(package)
    return found


@pytest.mark.parametrize("sabotage", SABOTAGES[::EVERY], ids=lambda sabotage: sabotage.mistake.replace(" ", "-"))
def test_mistake_is_noticed(tmp_path: Path, sabotage: Sabotage, record_property: Callable[[str, object], None]) -> None:
    """M10: a mistake planted in the store, the fold, the definition or the gate breaks a promise before long."""
    shutil.copytree(ROOT / "src" / "byleave", tmp_path / "byleave", ignore=shutil.ignore_patterns("__pycache__"))
    for name, swaps in sabotage.swaps.items():
        file = tmp_path / "byleave" / name
        text = file.read_text(encoding="utf-8")
        for old, new in swaps.items():
            assert text.count(old) == 1, f"`{old}` stands {text.count(old)} times in {name}"
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    told = judge(tmp_path)

    record_property("sabotage", (sabotage.mistake, told["steps"], told["found"]))
    assert told["found"] is not None

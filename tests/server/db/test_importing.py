"""Importing files into a real ledger: whole or not at all in effect, once, and completed after a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byleave.adapters.ledger_database import open_ledger
from byleave.kernel.errors import ByleaveError, InputError, RefusedError
from byleave.server.db import importing
from byleave.server.db.importing import import_register
from byleave.server.db.store import Store
from tests.gate.scene import HEADERS, SETTING
from tests.server.db.ledgers import SECRET, registered, switched

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[3]
OFF = f"{SETTING},off,2025-10-20T09:00:00Z"


def written(folder: Path, **tables: tuple[str, ...]) -> list[Path]:
    """Tables as CSV files."""
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        text = "".join(f"{line}\n" for line in (HEADERS[name], *rows))
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return [folder]


def many(folder: Path, count: int) -> list[Path]:
    """Members of whom every second is off."""
    people = [f"m{number:06}" for number in range(count)]
    return written(
        folder,
        members=tuple(f"{name},DE" for name in people),
        preferences=tuple(f"{name},{OFF}" for name in people[::2]),
    )


def gate_reads(address: str) -> bool:
    """Whether a gate would read the ledger now."""
    try:
        with open_ledger(address) as ledger:
            ledger.head()
    except RefusedError:
        return False
    return True


def held(store: Store) -> list[tuple[str, str, str]]:
    """Kind, subject and actor of every entry."""
    return [(entry.kind.value, entry.subject, entry.actor) for entry in store.entries()]


def test_files_of_every_format_are_recorded_once(tmp_path: Path, store: Store) -> None:
    """M9: CSV, JSON Lines and Parquet together; a second time nothing, and only what is new a third time."""
    folder = written(tmp_path / "told", members=("ana,DE", "bo,US"), withholdings=("i1,bo,",))[0]
    (folder / "preferences.jsonl").write_text(
        f'{{"member_id":"ana","setting":"{SETTING}","value":"off","at":"2025-10-20T09:00:00Z"}}\n'
    )
    at = pa.array([1_760_000_000_000_000], pa.timestamp("us", "UTC"))
    none = pa.array([None], pa.timestamp("us", "UTC"))
    columns = {"subject_id": ["x"], "purpose": [None], "received_at": at, "status": ["open"], "resolved_at": none}
    pq.write_table(pa.table(columns), folder / "objections.parquet")
    first = import_register(store, [folder])
    before = held(store)
    again = import_register(store, [folder / "members.csv", folder / "preferences.jsonl"])
    third = import_register(store, written(tmp_path / "more", preferences=(f"bo,{OFF}", f"ana,{OFF}")))

    assert before == [
        ("member-registered", "ana", "import"),
        ("preference-set", "ana", "import"),
        ("item-withheld", "bo", "import"),
        ("member-registered", "bo", "import"),
        ("objection-received", "x", "import"),
    ]
    assert (first.watermark, sum(again.recorded.values()), dict(third.recorded)) == (5, 0, {"preference-set": 1})
    assert held(store) == [*before, ("preference-set", "bo", "import")]


BAD: Mapping[str, tuple[dict[str, tuple[str, ...]], str]] = {
    "no country": ({"members": ("ana,DE", "bo,XX")}, r"members.csv`, row 2: `XX` is not a country"),
    "no zone": (
        {"members": ("ana,DE",), "preferences": (f"ana,{SETTING},off,2025-10-20T09:00:00",)},
        r"preferences.csv`, row 1: `at` is `2025",
    ),
    "nobody": ({"members": ("ana,DE",), "preferences": (f"eve,{OFF}",)}, r"row 1: a preference of `eve`, who is"),
    "of nobody": (
        {"members": ("ana,DE",), "withholdings": ("i1,,",)},
        r"row 1: `member_id` is blank",
    ),
    "setting": ({"members": ("ana,DE",), "preferences": ("ana,other,off,2025-10-20T09:00:00Z",)}, "no setting `other`"),
    "value": ({"members": ("ana,DE",), "preferences": (f"ana,{SETTING},no,2025-10-20T09:00:00Z",)}, "`value` is `no`"),
}


@pytest.mark.parametrize("name", BAD)
def test_input_that_cannot_be_read_records_nothing(tmp_path: Path, store: Store, name: str) -> None:
    """One bad row among good ones: file and row are named, and the ledger is as it was."""
    tables, words = BAD[name]
    with pytest.raises(ByleaveError, match=words):
        import_register(store, written(tmp_path / "told", **tables), settings=[SETTING])

    assert held(store) == []


def test_a_dry_run_says_what_an_import_records(tmp_path: Path, store: Store) -> None:
    """The same counts, and nothing is recorded."""
    told = import_register(store, many(tmp_path / "told", 30), dry_run=True)
    assert held(store) == []

    assert import_register(store, [tmp_path / "told"]).recorded == told.recorded


def test_builds_are_shut_while_an_import_takes_several_steps(
    tmp_path: Path, address: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M9: no gate reads half an import. What was stopped goes on, and until then no other import begins."""
    monkeypatch.setattr(importing, "PEOPLE", 10)
    monkeypatch.setattr(importing, "ONE_STEP", 20)
    steps = 0

    def stop(step: str, done: float) -> None:  # noqa: ARG001 - the signature of a progress bar
        nonlocal steps
        steps += step == "recording"
        if steps == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_register(store, many(tmp_path / "told", 100), on_progress=stop)
    half = held(store)
    assert not gate_reads(address)
    assert 1 < len(half) < 151
    with pytest.raises(RefusedError, match="another import was stopped"):
        import_register(store, written(tmp_path / "other", members=("eve,DE",)))

    import_register(store, [tmp_path / "told"])
    entries = held(store)
    assert gate_reads(address)
    assert entries[: len(half)] == half
    assert len(entries) == len(set(entries)) == 152
    assert [kind for kind, _, _ in entries if "builds" in kind] == ["builds-shut", "builds-opened"]


def test_a_killed_import_is_completed(tmp_path: Path, address: str) -> None:
    """Kill -9 at five moments of a large import: each time no gate reads it, and the next runs complete it once."""
    folder = many(tmp_path / "told", 6_000)[0]
    command = [sys.executable, "-m", "byleave", "ledger", "import", str(folder), f"--ledger={address}"]
    killed = 0
    with Store(address) as store:
        for step in range(5):
            with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
                target = store.head().seq + 600 * step
                deadline = time.monotonic() + 60
                while running.poll() is None and store.head().seq <= target and time.monotonic() < deadline:
                    time.sleep(0.01)
                if running.poll() is None:
                    os.kill(running.pid, signal.SIGKILL)
                    running.wait()
                    complete = held(store)[-1][0] == "builds-opened"
                    killed += not complete
                    assert gate_reads(address) is complete
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        entries = held(store)
        store.reader.verify()

    assert (done.returncode, done.stderr) == (0, "")
    assert killed >= 1
    assert gate_reads(address)
    assert len(entries) == len(set(entries)) == 9_002


def test_who_was_erased_comes_back_off(tmp_path: Path, store: Store) -> None:
    """Erased, and imported again with an *on* of their own from before: still off, and again when imported again."""
    store.append([registered("ana"), switched("ana")])
    store.erase("ana")
    row = f"ana,{SETTING},on,2026-10-20T09:00:00Z,member"
    folder = written(tmp_path / "told", members=("ana,DE",))[0]
    (folder / "preferences.csv").write_text(f"{HEADERS['preferences']},actor\n{row}\n")
    for _ in range(2):
        told = import_register(store, [folder])

    assert told.aside["on-before-the-person-came-back"] == 1
    assert [entry.data.get("value") for entry in store.history("ana")] == [None, "off", "off"]


def test_who_was_erased_is_imported_again_step_by_step(
    tmp_path: Path, address: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M9: the same rows as before their erasure, in the same steps: the import is completed, and gates read."""
    monkeypatch.setattr(importing, "PEOPLE", 1)
    monkeypatch.setattr(importing, "ONE_STEP", 1)
    folder = written(tmp_path / "told", members=("ana,DE",))
    import_register(store, [*folder, *written(tmp_path / "dee", members=("dee,DE",))])
    store.erase("ana")
    again = import_register(store, [*folder, *written(tmp_path / "eve", members=("eve,DE",))])

    assert again.recorded == {"member-registered": 2}
    assert [kind for kind, _, _ in held(store)].count("builds-opened") == 2
    assert gate_reads(address)


def test_without_the_key_of_erased_people_nothing_is_imported(tmp_path: Path, address: str) -> None:
    """Where refusals of erased people are kept, their key is needed before anything is recorded."""
    with Store(address, suppression_secret=SECRET) as store:
        store.append([registered("ana"), switched("ana")])
        store.erase("ana")
    with Store(address) as store, pytest.raises(InputError, match="without the suppression key"):
        import_register(store, written(tmp_path / "told", members=("eve,DE",)))


def test_tables_are_imported_from_python(store: Store) -> None:
    """Arrow tables in the place of files."""
    members: dict[str, Any] = {"member_id": ["ana"], "country": ["UK"]}
    told = import_register(store, {"members": pa.table(members)})

    assert dict(told.rows) == {"members": 1}
    assert store.history("ana")[0].data["country"] == "GB"

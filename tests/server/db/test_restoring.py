"""After any disaster: who was off is off, or builds are shut."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.ledger_database import open_ledger
from byleave.kernel.errors import ByleaveError, InputError, LedgerError, RefusedError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.ledger.fold import fold
from byleave.server.db.backup import back_up
from byleave.server.db.restoring import restore
from byleave.server.db.second_copy import read_copy
from byleave.server.db.store import Store
from tests.server.db.conftest import ENGINES
from tests.server.db.ledgers import SECRET, Raw, new_ledger, objected, registered, server, switched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from byleave.policy.facts import Register
    from byleave.server.db.reading import Recorded

ROOT = Path(__file__).parents[3]
PEOPLE = ("ana", "bo", "cem", "dee")


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where nothing is."""
    return server().database() if request.param == "postgresql" else f"sqlite:///{tmp_path / 'restored.db'}"


@pytest.fixture(params=["file", *ENGINES])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A second copy: a file, or either database."""
    if request.param == "file":
        return tmp_path / "copy.jsonl"
    return server().database() if request.param == "postgresql" else f"sqlite:///{tmp_path / 'copy.db'}"


def is_open(address: str) -> bool:
    """Whether a gate would read the ledger."""
    try:
        with open_ledger(address) as ledger:
            ledger.head()
    except RefusedError:
        return False
    return True


def rows(address: str) -> list[Recorded]:
    """Everything, the chain checked."""
    with Store(address) as store:
        store.reader.verify()
        return list(store.reader.recorded())


def register(address: str) -> Register:
    """The fold of everything."""
    with Store(address) as store:
        return fold(store.entries()).register()


def lost(address: str) -> None:
    """The database is gone."""
    if address.startswith("sqlite"):
        for name in Path(address.removeprefix("sqlite:///")).parent.glob("ledger.db*"):
            name.unlink()


def test_what_the_copy_has_more_is_replayed(address: str, target: str, copy: Path | str, tmp_path: Path) -> None:
    """M9: backup, later acts, loss, restore: every row is as it was, builds are open, numbers go on in a new epoch.

    Keys of requests survive, so that a request that is sent again is not recorded after what came later.
    """
    out = tmp_path / "backup.jsonl"
    with Store(address, copy=copy) as store:
        store.append([registered("ana"), registered("bo")], key="first")
        back_up(address, out)
        on = store.append([switched("ana", "on")], key="later")
        store.append([switched("ana"), objected("x", "o-1")])
        before, epoch = list(store.reader.recorded()), store.head().name
    lost(address)
    done = restore(out, target, copy=copy)

    assert rows(target) == before
    assert (done.backup, done.replayed, done.shut, done.head.epoch) == (2, 3, None, 2)
    assert done.head.name != epoch
    assert is_open(target)
    with Store(target, copy=copy) as store:
        assert store.append([switched("ana", "on")], key="later") == on
        assert store.append([registered("ana"), registered("bo")], key="first") == [one.entry for one in before[:2]]
        assert store.append([switched("bo")])[0].seq == 6
        after = list(store.reader.recorded())
        store.reader.verify()
    assert after[-1].row.epoch == 2
    if isinstance(copy, Path):
        assert list(read_copy(copy)) == after


@pytest.mark.parametrize("damage", ["no copy", "short", "gap", "changed", "emptied"])
def test_where_acts_may_be_missing_builds_are_shut(address: str, target: str, tmp_path: Path, damage: str) -> None:
    """Without a copy, or one that stops early or has a hole: it is said, and no gate reads the ledger."""
    copy, out = tmp_path / "copy.jsonl", tmp_path / "backup.jsonl"
    with Store(address, copy=copy) as store:
        store.append([registered("ana"), registered("bo")])
    kept = copy.read_bytes()
    with Store(address, copy=copy) as store:
        store.append([switched("bo", "on")])
        back_up(address, out)
        store.append([switched("ana")])
        store.append([switched("bo")])
        store.append([objected("x", "o-1")])
    lines = copy.read_bytes().splitlines(keepends=True)
    damaged = {
        "no copy": lines,
        "short": [kept],
        "gap": lines[:4] + lines[5:],
        "changed": [*lines[:4], lines[4].replace(b'\\"off\\"', b'\\"on\\"'), *lines[5:]],
        "emptied": [*lines[:4], b'{"chain"' + lines[4].partition(b'"chain"')[2], *lines[5:]],
    }
    if damage == "emptied":
        import json

        value = json.loads(lines[4])
        told = {name: value[name] for name in ("seq", "epoch", "recorded_at", "kind", "digest", "chain")}
        damaged["emptied"][4] = json.dumps(told).encode() + b"\n"
    assert damage in ("no copy", "short") or damaged[damage] != lines
    copy.write_bytes(b"".join(damaged[damage]))
    done = restore(out, target, copy=None if damage == "no copy" else copy)

    assert done.shut
    assert not is_open(target)
    assert done.replayed == (1 if damage in ("gap", "changed", "emptied") else 0)
    assert rows(target)[-1].entry.kind is Kind.BUILDS_SHUT
    with Store(target) as store:
        assert store.append([switched("ana")])  # the person's acts are still taken down
    assert not is_open(target)


def test_a_database_that_was_restored_behind_our_back_is_mended(address: str, copy: Path | str, tmp_path: Path) -> None:
    """An older database in its place: the store refuses and names the command; it brings the rest where it is."""
    if not address.startswith("sqlite"):
        pytest.skip("a file is the simplest database to bring back by hand")
    path = Path(address.removeprefix("sqlite:///"))
    with Store(address, copy=copy) as store:
        store.append([registered("ana"), switched("ana", "on")])
    shutil.copy(path, tmp_path / "old.db")
    with Store(address, copy=copy) as store:
        store.append([switched("ana")])
        before = list(store.reader.recorded())
    shutil.copy(tmp_path / "old.db", path)
    with (
        Store(address, copy=copy) as store,
        pytest.raises(LedgerError, match="ledger restore --ledger URL"),
    ):
        store.append([switched("ana", "on")])
    shutil.copy(tmp_path / "old.db", path)
    for name in tmp_path.glob("ledger.db-*"):
        name.unlink()
    done = restore(None, address, copy=copy)

    assert (done.replayed, done.shut) == (1, None)
    assert rows(address) == before
    with Store(address, copy=copy) as store:
        store.append([switched("ana")])


def test_who_was_erased_stays_erased(address: str, target: str, copy: Path | str, tmp_path: Path) -> None:
    """From a backup that still has them: what was said is gone, what they refused is kept, and they come back off."""
    out = tmp_path / "backup.jsonl"
    with Store(address, copy=copy, suppression_secret=SECRET) as store:
        store.append([registered("ana-xyzzy"), registered("bo")])
        back_up(address, out)
        store.append([switched("ana-xyzzy"), objected("ana-xyzzy", "o-1")])
        store.erase("ana-xyzzy")
        before = list(store.reader.recorded())
    lost(address)
    restore(out, target, copy=copy)
    raw = Raw(target)
    said = raw.run("SELECT subject FROM ledger_payload")
    raw.close()

    assert rows(target) == before
    assert ("ana-xyzzy",) not in said
    with Store(target, suppression_secret=SECRET) as store:
        back = store.append([registered("ana-xyzzy")])
    assert [entry.kind.value for entry in back] == ["member-registered", *["preference-set"] * 2, "objection-received"]


def history(store: Store, chance: random.Random, steps: int) -> Iterator[int]:
    """Random acts of a few people; yields after each step."""
    for number in range(steps):
        who = chance.choice(PEOPLE)
        acts = [
            [switched(who, chance.choice(["on", "off"]))],
            [objected(who, f"o-{number}")],
            [Proposal(Kind.ITEM_WITHHELD, who, "member", {"item": f"i-{number}"})],
            [registered(f"new-{number}"), switched(f"new-{number}")],
        ]
        if chance.random() < 0.1:
            try:
                store.erase(who)
                store.append([registered(who)])
            except InputError:
                pass
        else:
            store.append(chance.choice(acts), key=f"k-{number}")
        yield number


@pytest.mark.parametrize("seed", range(12))
def test_nobody_who_was_off_is_on_after_any_restore(address: str, tmp_path: Path, seed: int) -> None:
    """M9: random acts, a backup at any of them, any tail of the copy lost, with and without a copy, twice over.

    Either what is decided from is exactly what was acknowledged, or builds are shut.
    """
    chance = random.Random(seed)
    copy, out = tmp_path / "copy.jsonl", tmp_path / "backup.jsonl"
    with Store(address, copy=copy, suppression_secret=SECRET) as store:
        store.append([registered(name) for name in PEOPLE])
        steps = chance.randint(3, 25)
        at = chance.randrange(steps)
        for number in history(store, chance, steps):
            if number == at:
                back_up(address, out)
        truth, count = fold(store.entries()).register(), store.head().seq
    whole = copy.read_bytes().splitlines(keepends=True)
    kept = chance.choice([len(whole), len(whole), chance.randint(0, len(whole))])
    copy.write_bytes(b"".join(whole[:kept]) + (whole[kept][:20] if kept < len(whole) else b""))
    given: Sequence[Any] = [copy, copy, None]
    target = f"sqlite:///{tmp_path / 'restored.db'}"
    done = restore(out, target, copy=chance.choice(given))

    if is_open(target):
        assert done.shut is None
        assert done.head.seq == kept or kept < count
        assert kept < count or register(target) == truth
    else:
        assert done.shut
    if kept == count and done.shut is None:
        lost(address)
        again = f"sqlite:///{tmp_path / 'again.db'}"
        with Store(target, copy=copy) as store:
            store.append([switched("new", "off")] if "new" in truth.members else [objected("x", "last")])
        assert restore(out, again, copy=copy).head.epoch == 3
        assert register(again).objections["x"]


def test_nothing_is_overwritten_and_nothing_half_is_left(address: str, tmp_path: Path) -> None:
    """A ledger in the way, a backup that is damaged, a copy of another ledger: refused, and nothing is there after."""
    out, other = tmp_path / "backup.jsonl", tmp_path / "other.jsonl"
    target = tmp_path / "restored.db"
    with Store(address) as store:
        store.append([registered("ana"), switched("ana")])
    with Store(new_ledger("sqlite", tmp_path, "another"), copy=other) as store:
        store.append([registered("eve"), registered("bo"), switched("eve")])
    back_up(address, out)
    with pytest.raises(ByleaveError, match="there already"):
        back_up(address, out)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(LedgerError, match="is of another ledger"):
        restore(out, f"sqlite:///{target}", copy=other)
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(out.read_bytes().replace(b'\\"off\\"', b'\\"on\\"'))
    with pytest.raises(InputError, match="not what was recorded"):
        restore(bad, f"sqlite:///{target}")
    bad.unlink()
    assert sorted(tmp_path.iterdir()) == before

    assert not restore(out, f"sqlite:///{target}").cut
    with pytest.raises(LedgerError, match="there already"):
        restore(out, f"sqlite:///{target}")
    with pytest.raises(LedgerError, match=r"holds a ledger already|there already"):
        restore(out, address)


def test_a_killed_restore_leaves_nothing_and_is_run_again(tmp_path: Path, target: str) -> None:
    """Kill -9 at several moments: no gate reads what is there, and the next run completes it."""
    source, out = new_ledger("sqlite", tmp_path), tmp_path / "backup.jsonl"
    copy = tmp_path / "copy.jsonl"
    with Store(source, copy=copy) as store:
        store.append([objected(f"x-{number}", f"o-{number}") for number in range(5_000)])
        back_up(source, out)
        store.append([objected(f"y-{number}", f"p-{number}") for number in range(5_000)])
    command = [sys.executable, "-m", "byleave", "ledger", "restore", str(out), f"--ledger={target}", f"--copy={copy}"]
    for wait in (0.5, 1.0, 1.5, 2.0):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            time.sleep(wait)
            running.kill()
            running.wait()
        try:
            with open_ledger(target) as ledger:
                ledger.head()
        except ByleaveError:
            continue
        break  # it was done before it was killed: then it is whole
    else:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")

    assert len(rows(target)) == 10_000
    assert is_open(target)


def test_an_empty_file_is_no_backup(tmp_path: Path) -> None:
    """A backup that was never written is told as such, and nothing is made of it."""
    (tmp_path / "empty.jsonl").touch()
    target = tmp_path / "restored.db"
    with pytest.raises(InputError, match="is empty"):
        restore(tmp_path / "empty.jsonl", f"sqlite:///{target}")

    assert not target.exists()


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path) -> None:
    """Where the file may not grow, the error says so, and nothing is in the ledger's place."""
    source, out = new_ledger("sqlite", tmp_path), tmp_path / "backup.jsonl"
    with Store(source) as store:
        store.append([objected(f"x-{number}", f"o-{number}") for number in range(3_000)])
    back_up(source, out)
    target = tmp_path / "restored.db"
    script = f"ulimit -f 400; exec {sys.executable} -m byleave ledger restore {out} --ledger=sqlite:///{target}"
    told = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert told.returncode == 1
    assert told.stderr.startswith("error: ")
    assert not list(tmp_path.glob("restored.db*"))


def test_who_follows_begins_anew_in_a_new_epoch(tmp_path: Path) -> None:
    """A reader that watches sees the file that a restore has put in place, is told the epoch, and gets all entries."""
    address, out = new_ledger("sqlite", tmp_path), tmp_path / "backup.jsonl"
    path = Path(address.removeprefix("sqlite:///"))
    seen: list[Any] = []
    with Store(address) as store:
        store.append([registered("ana")])
        back_up(address, out)
        store.append([switched("ana", "on")])
        reader = Store(address)
        watching = reader.watch(0, 0.01, lambda head: seen.append(head.epoch))
        seen += [next(watching).kind.value, next(watching).kind.value]
    for name in tmp_path.glob("ledger.db*"):
        name.rename(tmp_path / f"old-{name.name}")
    done = threading.Timer(0.0, lambda: restore(out, f"sqlite:///{path}"))
    done.start()
    done.join()
    with pytest.raises(LedgerError, match="was moved or replaced"):
        reader.append([switched("ana")])
    seen += [next(watching).kind.value, next(watching).kind.value]
    reader.close()

    assert seen == ["member-registered", "preference-set", 2, "member-registered", "builds-shut"]


def test_a_backup_is_of_one_moment(tmp_path: Path, address: str) -> None:
    """While people act and are erased, the backup is whole: it restores to exactly its own head."""
    out = tmp_path / "backup.jsonl"
    with Store(address, suppression_secret=SECRET) as store:
        store.append([objected(f"x-{number}", f"o-{number}") for number in range(3_000)])
        stop = threading.Event()

        def act() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                store.append([objected(f"y-{number}", f"p-{number}")])
                store.erase(f"x-{number}")

        thread = threading.Thread(target=act)
        thread.start()
        head = back_up(address, out)
        stop.set()
        thread.join()
    target = f"sqlite:///{tmp_path / 'restored.db'}"
    restore(out, target)

    found = rows(target)
    assert (found[head.seq - 1].row.chain, len(found)) == (head.chain, head.seq + 1)


def test_sqlite_errors_are_told(tmp_path: Path) -> None:
    """A copy that is no ledger's, and a folder that is not there."""
    (tmp_path / "copy.jsonl").write_text("{}\n")
    sqlite3.connect(tmp_path / "empty.db").close()
    for arguments in ((tmp_path / "none.jsonl", "restored.db"), (tmp_path / "copy.jsonl", "no/folder.db")):
        with pytest.raises(ByleaveError):
            restore(arguments[0], f"sqlite:///{tmp_path / arguments[1]}")

"""The copy of a ledger that is kept between builds: never older, never another's, never more than the ledger says."""

from __future__ import annotations

import logging
import multiprocessing
import os
import random
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.duckdb_engine import ledger_copy
from byleave.adapters.duckdb_engine.session import Session
from byleave.kernel.errors import InputError
from byleave.ledger.fold import fold
from byleave.server.db.store import Store
from tests.adapters.ledger_copy_writer import go_on
from tests.adapters.test_ledger_register import as_register, in_order, read, record
from tests.ledger.histories import PEOPLE, STRANGER, History
from tests.server.db.conftest import ENGINES
from tests.server.db.ledgers import SECRET, Raw, new_ledger, registered, switched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from byleave.policy.facts import Register


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for copies of this test alone."""
    folder = tmp_path / "state"
    monkeypatch.setenv("BYLEAVE_STATE", str(folder))
    return folder


def build(tmp_path: Path, url: str) -> Register:
    """What a build of its own reads."""
    session = Session(tmp_path / "spill")
    try:
        read(session, url)
        return as_register(session)
    finally:
        session.close()


def recorded(url: str) -> Register:
    """What the ledger says, by the definition."""
    with Store(url, suppression_secret=SECRET) as store:
        return in_order(fold(store.entries()).register())


def without_guards(url: str, *statements: str) -> None:
    """Change a ledger in SQLite behind its back."""
    raw = Raw(url)
    for (name,) in raw.run("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        raw.run(f"DROP TRIGGER {name}")
    for statement in statements:
        raw.run(statement)
    raw.close()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", range(4))
def test_copy_and_increment_are_the_whole(tmp_path: Path, engine: str, seed: int) -> None:
    """Random histories with merges, moves, erasures and new epochs, read at random moments: always the definition."""
    url, history, done = new_ledger(engine, tmp_path), History(seed), 0
    chance = random.Random(seed)
    session, before = Session(tmp_path / "long"), None
    with Store(url, suppression_secret=SECRET) as store:
        for turn in range(5):
            for _ in range(chance.randint(1, 30)):
                history.step()
            record(store, history.entries[done:])
            done = len(history.entries)
            if chance.random() < 0.4:
                with suppress(InputError):
                    store.erase(chance.choice([*PEOPLE, STRANGER]))
            if turn == 3:
                raw = Raw(url)
                raw.run("INSERT INTO ledger_epoch (number, name, opened_at, reason) VALUES (2, 'b', 0, 'restored')")
                raw.close()
                before = None
            before = read(session, url, before)

            assert as_register(session) == recorded(url)
            assert build(tmp_path, url) == recorded(url)
    session.close()


def some(url: str, *names: str) -> None:
    """People who register and switch off."""
    with Store(url, suppression_secret=SECRET) as store:
        for name in names:
            store.append([registered(name), switched(name)])


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    """The second build asks for nothing that the first has read: it is not missed when it is gone."""
    url = new_ledger("sqlite", tmp_path)
    some(url, "ana", "bo")
    first = build(tmp_path, url)
    without_guards(url, "DELETE FROM ledger_payload WHERE seq < 4", "DELETE FROM ledger_entry WHERE seq < 4")

    assert build(tmp_path, url) == first
    assert list(first.members) == ["ana", "bo"]


def test_another_ledger_with_the_same_number(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Same epoch, same number, another chain: what was restored without telling is not mixed with what was there."""
    url, other = new_ledger("sqlite", tmp_path), new_ledger("sqlite", tmp_path, "other")
    some(url, "ana", "bo")
    some(other, "cem", "dee")
    build(tmp_path, url)
    with caplog.at_level(logging.WARNING, "byleave"):
        found = build(tmp_path, other)

    assert list(found.members) == ["cem", "dee"]
    assert "is of another ledger: everything is read anew" in caplog.text
    assert found == recorded(other)


@pytest.mark.parametrize("again", [False, True])
def test_nothing_of_an_erased_person_stays(tmp_path: Path, state: Path, again: bool) -> None:  # noqa: FBT001 - a parameter
    """The next build, or the second look of one under way, takes an erased person out of the copy, bytes and all."""
    url = new_ledger("sqlite", tmp_path)
    some(url, "ana-xyzzy", "bo")
    session = Session(tmp_path / "spill")
    info = read(session, url)
    assert any(b"xyzzy" in path.read_bytes() for path in state.iterdir())
    with Store(url, suppression_secret=SECRET) as store:
        store.erase("ana-xyzzy")
    if again:
        read(session, url, info)
        assert list(as_register(session).members) == ["bo"]
    else:
        assert list(build(tmp_path, url).members) == ["bo"]
        assert list(state.iterdir())
    session.close()

    assert not any(b"xyzzy" in path.read_bytes() for path in state.iterdir())
    assert list(build(tmp_path, url).members) == ["bo"]


SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda data: data[: len(data) // 2],
    "altered": lambda data: data.replace(b"bo", b"ba"),
    "one bit": lambda data: data[:9000] + bytes([data[9000] ^ 1]) + data[9001:],
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_damaged_copy_is_not_used(tmp_path: Path, state: Path, how: str, caplog: pytest.LogCaptureFixture) -> None:
    """A copy that is cut off or altered, by one bit even, is thrown away, which is said; decisions never rest on it."""
    url = new_ledger("sqlite", tmp_path)
    some(url, "ana", "bo")
    build(tmp_path, url)
    (copy,) = state.iterdir()
    copy.write_bytes(SPOILED[how](copy.read_bytes()))

    assert build(tmp_path, url) == recorded(url)
    assert "is damaged: everything is read anew" in caplog.text
    assert [path.name for path in state.iterdir()] != []


def test_a_copy_of_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """What other code has written down is not understood by guessing."""
    url = new_ledger("sqlite", tmp_path)
    some(url, "ana")
    build(tmp_path, url)
    monkeypatch.setattr(ledger_copy, "_code", lambda version: f"later {version}")

    assert build(tmp_path, url) == recorded(url)
    assert "is of another version" in caplog.text


def test_a_copy_is_private_and_alone(tmp_path: Path, state: Path) -> None:
    """Nobody else may read it; there is one, whatever killed writers have left, and a newer one replaces it."""
    url = new_ledger("sqlite", tmp_path)
    some(url, "ana")
    build(tmp_path, url)
    (first,) = state.iterdir()
    left = state / f".{first.name.partition('-')[0]}.partial-killed"
    left.mkdir()
    (left / "copy.duckdb").write_bytes(b"half of it")
    some(url, "bo", "cem")

    assert build(tmp_path, url) == recorded(url)
    (second,) = state.iterdir()
    assert second != first
    assert (state.stat().st_mode & 0o777, second.stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize("place", ["", "/proc/none", "/dev/null/state"])
def test_where_no_copy_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Without a copy, because nobody wants one or it cannot be written, a build is only slower."""
    monkeypatch.setenv("BYLEAVE_STATE", place)
    url = new_ledger("sqlite", tmp_path)
    some(url, "ana", "bo")

    assert build(tmp_path, url) == build(tmp_path, url) == recorded(url)


def test_builds_at_the_same_time(tmp_path: Path) -> None:
    """Who reads a copy goes on reading it while others put newer ones in its place."""
    url = new_ledger("sqlite", tmp_path)
    some(url, "ana")
    sessions = [Session(tmp_path / f"spill{number}") for number in range(3)]
    heads: list[Any] = []
    for number, session in enumerate(sessions):
        heads.append(read(session, url))
        some(url, f"m{number}", f"n{number}")
    for session, head in zip(sessions, heads, strict=True):
        read(session, url, head)

        assert as_register(session) == recorded(url)
        session.close()


def test_an_older_copy_that_was_left_behind_goes(tmp_path: Path, state: Path) -> None:
    """Of two copies, which a writer leaves that is killed between them, the newer is read and the older removed."""
    url = new_ledger("sqlite", tmp_path)
    some(url, "ana")
    build(tmp_path, url)
    (older,) = state.glob("*.duckdb")
    kept, when = older.read_bytes(), older.stat().st_mtime_ns
    some(url, "bo")
    build(tmp_path, url)
    (newer,) = state.glob("*.duckdb")
    older.write_bytes(kept)
    os.utime(older, ns=(when, when))

    assert build(tmp_path, url) == recorded(url)
    assert list(state.glob("*.duckdb")) == [newer]


KILLS = int(os.environ.get("BYLEAVE_COPY_KILLS", "4"))


def test_a_writer_of_copies_that_is_killed(tmp_path: Path, state: Path) -> None:
    """Builds that are killed at random moments: the next one finds the old copy, the new one or none, and is right."""
    url, moments, halves, turn = new_ledger("sqlite", tmp_path), random.Random(7), 0, 0
    (tmp_path / "spill").mkdir()
    with Store(url) as store:
        store.append([registered(f"m{number}") for number in range(1_000)])
    # a process that has imported everything, and makes the others
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.adapters.ledger_copy_writer"])
    # a few more until one was met in the middle of writing
    while turn < KILLS or (not halves and turn < 10 * KILLS):
        turn += 1
        ready, told = processes.Pipe(duplex=False)
        writer = processes.Process(target=go_on, args=(url, tmp_path / "spill", told))
        writer.start()
        assert ready.poll(60)
        time.sleep(moments.uniform(0.0, 0.4))
        writer.kill()
        writer.join()
        assert writer.exitcode == -signal.SIGKILL
        halves += any(state.glob(".*.partial-*/*"))

        assert build(tmp_path, url) == recorded(url)
        assert len(list(state.glob("*.duckdb"))) == 1
    assert halves

"""Writers, readers and builders at once, through HTTP, with the server killed in between: one order explains it all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byleave.ledger.wire import to_microseconds
from byleave.server.configuration import from_environment
from byleave.server.db.reading import Reader
from tests.machine.history import BUILD, READ, WRITE, Call, Held, faults, read_log
from tests.server.db.conftest import ENGINES
from tests.server.db.ledgers import server
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.server.serving import Running

ROOT = Path(__file__).parents[2]
EVENTS = int(os.environ.get("BYLEAVE_EVENTS", "1500"))
KILLS = 2
MEMBERS = ("ana", "bo", "cem", "dee", *(f"m{number}" for number in range(EVENTS // 2_000)))
"""Every reading of one's own page reads one's whole history; in a long run it is spread over more people."""
SIGN_INS_A_MINUTE = 25
"""From one address; more are turned away."""
SIGN_IN_AFTER_SECONDS = 120
"""A long run outlasts the quarter of an hour for which a sign-in allows an *on*."""
WRITERS, READERS, BUILDERS = 3, 2, 1
PACK = "linkedin@2025-10-24"
"""Under it an *on* frees everything, as under the policy of the builders: an act keeps what it freed."""


def _prepare(running: Running, shared: Path) -> None:
    """Register everybody, and let each sign in once; write what there is to be built."""
    with running.inside() as service:
        for name in MEMBERS:
            service.register(name, "US")
    cookies = {}
    for number, name in enumerate(MEMBERS, 1):
        cookies[name] = _signed_in(running, name)
        if number % SIGN_INS_A_MINUTE == 0:
            time.sleep(61)
    (shared / "cookies.json").write_text(json.dumps(cookies))
    (shared / "ledger").write_text(from_environment(running.environment).ledger)
    text, count = pa.string(), len(MEMBERS)
    long_ago = pa.scalar(1_600_000_000, pa.timestamp("s", "UTC"))
    columns = {
        "item_id": pa.array([f"i-{name}" for name in MEMBERS], text),
        "member_id": pa.array(MEMBERS, text),
        "category": pa.array(["post"] * count, text),
        "visibility": pa.array(["public"] * count, text),
        "created_at": pa.array([long_ago.as_py()] * count, pa.timestamp("s", "UTC")),
    }
    pq.write_table(pa.table(columns), shared / "items.parquet")


def _signed_in(running: Running, name: str) -> dict[str, str | None]:
    return {one.name: one.value for one in running.member(name).cookies}


def _sign_in_anew(running: Running, shared: Path, name: str) -> None:
    """Give a member a session of now: who allows training must have signed in a short while ago."""
    told = shared / "cookies.json"
    new = told.with_suffix(".new")
    new.write_text(json.dumps({**json.loads(told.read_text()), name: _signed_in(running, name)}))
    new.replace(told)


def _start(shared: Path) -> list[subprocess.Popen[bytes]]:
    """Everybody who calls. Most calls are writes and reads; a build takes as long as hundreds of them."""
    each = EVENTS // (WRITERS + READERS)
    roles = [*[(WRITE, each)] * WRITERS, *[(READ, each)] * READERS, *[(BUILD, max(3, EVENTS // 200))] * BUILDERS]
    return [
        subprocess.Popen(
            [sys.executable, "-m", "tests.machine.caller", str(shared), what, str(number), str(calls)], cwd=ROOT
        )
        for number, (what, calls) in enumerate(roles)
    ]


def _kill(running: Running) -> None:
    """End the server and the processes that it has started, in the middle of whatever they do."""
    children = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()
    for pid in [running.process.pid, *map(int, children)]:
        os.kill(pid, signal.SIGKILL)
    running.process.wait()


def _written(shared: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in shared.glob("*.log"))


def _ledger(address: str) -> dict[int, Held]:
    """What the ledger holds, with its chain verified."""
    reader = Reader(address)
    try:
        reader.verify()
        return {
            one.seq: Held(one.subject, one.data.get("value", one.kind.value), to_microseconds(one.recorded_at))
            for one in reader.entries()
        }
    finally:
        reader.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_one_order_explains_what_everybody_saw(
    tmp_path: Path, engine: str, record_property: Callable[[str, object], None]
) -> None:
    """M9, M10: no acknowledged choice is lost, missed by a build or unread by a later reader, kill -9 or not."""
    shared = tmp_path / "shared"
    for folder in (shared, tmp_path / "server"):
        folder.mkdir()
    # each life of the server has the same ledger
    more: dict[str, Any] = {"ledger": server().database()} if engine == "postgresql" else {}
    callers: list[subprocess.Popen[bytes]] = []
    members = cycle(MEMBERS)
    try:
        for life in range(KILLS + 1):
            with serving(tmp_path / "server", engine=engine, packs=PACK, **more) as running:
                if life == 0:
                    _prepare(running, shared)
                (shared / "address").write_text(running.url)
                callers = callers or _start(shared)
                enough, next_sign_in = EVENTS * (life + 1) // (KILLS + 1), time.monotonic() + SIGN_IN_AFTER_SECONDS
                while any(one.poll() is None for one in callers) and (life == KILLS or _written(shared) < enough):
                    time.sleep(0.05)
                    if time.monotonic() > next_sign_in:
                        _sign_in_anew(running, shared, next(members))
                        next_sign_in = time.monotonic() + 60 / SIGN_INS_A_MINUTE
                if life < KILLS:
                    _kill(running)
        assert [one.wait() for one in callers] == [0] * len(callers)
    finally:
        for one in callers:
            one.kill()
    calls: list[Call] = [call for path in sorted(shared.glob("*.log")) for call in read_log(path)]
    found = faults(calls, _ledger((shared / "ledger").read_text()), MEMBERS)

    record_property("history", (len(calls), len(found)))
    assert found == []
    assert {one.what for one in calls} == {WRITE, READ, BUILD}
    assert any(one.later > one.seq for one in calls if one.what == BUILD) or EVENTS < 1_000

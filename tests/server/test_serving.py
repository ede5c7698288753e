"""Starting and stopping the server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from byleave.server.configuration import from_environment
from byleave.server.running import start
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from byleave.server.service import Service
    from tests.server.serving import Running


def serve(folder: Path, *options: str, **variables: str) -> subprocess.Popen[str]:
    """`byleave serve` that is expected to fail, or to be stopped."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BYLEAVE_", "DJANGO_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "byleave", "serve", *options],
        env={**clean, "BYLEAVE_DATA": str(folder / "data"), **variables},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refused(folder: Path, *options: str, **variables: str) -> str:
    """What a start that fails says."""
    process = serve(folder, *options, **variables)
    out, errors = process.communicate(timeout=120)
    assert process.returncode in (1, 2), errors
    assert out == ""
    assert "Traceback" not in errors
    return errors[errors.index("error:") :]


def test_first_lines_say_where_and_how_to_stop(tmp_path: Path) -> None:
    """One command in an empty folder: the address, where the ledger lies, how to stop; Ctrl-C ends it with code 0."""
    process = serve(tmp_path, "--port", "0")
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)

    assert first.startswith("serving on http://127.0.0.1:")
    assert (out, process.returncode) == ("", 0)
    assert f"the ledger is sqlite:///{tmp_path}/data/ledger.db" in errors
    assert "stop it with Ctrl-C" in errors


def test_json_tells_a_program(tmp_path: Path) -> None:
    """With `--json` the addresses are one value, and the port of metrics is in it."""
    process = serve(tmp_path, "--port", "0", "--json", BYLEAVE_METRICS="127.0.0.1:0")
    assert process.stdout is not None
    lines = iter(process.stdout.readline, "}\n")
    told = json.loads("".join(lines) + "}")
    process.terminate()
    process.communicate(timeout=60)

    assert told["metrics"].startswith("http://127.0.0.1:")
    assert told["ledger"] == f"sqlite:///{tmp_path}/data/ledger.db"


def test_port_in_use(tmp_path: Path) -> None:
    """A port that is taken is told before anything is made."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = refused(tmp_path, "--port", str(port))

    assert told.startswith(f"error: `127.0.0.1:{port}` is in use\n")
    assert "--port" in told
    assert not (tmp_path / "data").exists()


def test_address_of_another_machine(tmp_path: Path) -> None:
    """An address that is not of this machine, or that nobody knows, is told."""
    # 192.0.2.0/24 is for examples (RFC 5737), and `.invalid` is no host's name (RFC 2606)
    assert "`192.0.2.1:8000` is no address of this machine" in refused(tmp_path, "--host", "192.0.2.1")
    assert "`nobody.invalid` is no address that is known here" in refused(tmp_path, "--host", "nobody.invalid")


def test_second_server_on_one_file(tmp_path: Path) -> None:
    """A ledger in a file has one server; commands may use it beside the server."""
    with serving(tmp_path) as running:
        told = refused(tmp_path, "--port", "0")
        assert running.command("ledger", "head", f"sqlite:///{tmp_path}/data/ledger.db").startswith("seq")

    assert told.startswith(f"error: another server serves the ledger `{tmp_path}/data/ledger.db`\n")


def test_folder_that_is_none(tmp_path: Path) -> None:
    """A folder that cannot be made is told by its path."""
    (tmp_path / "data").write_text("a file")

    assert f"`{tmp_path}/data" in refused(tmp_path, "--port", "0")


def test_pack_that_is_not_there(tmp_path: Path) -> None:
    """What is wrong with the configuration is told in words, and not by a process that cannot begin."""
    assert "nowhere@1" in refused(tmp_path, "--port", "0", BYLEAVE_PACKS="nowhere@1")
    told = refused(tmp_path, "--port", "0", BYLEAVE_METRICS="9464")
    assert "`BYLEAVE_METRICS` is `9464`" in told
    missing = str(tmp_path / "no-password")
    assert f"`{missing}`" in refused(tmp_path, "--port", "0", BYLEAVE_DEMO_PASSWORD=missing)


def test_several_processes_need_postgresql(tmp_path: Path) -> None:
    """A ledger in a file is served by one process."""
    assert "served by one process" in refused(tmp_path, "--port", "0", "--processes", "2")


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[tuple[Running, list[tuple[str, int]], list[int]]]:
    """A server to which four members write without a pause; what was acknowledged, and other answers."""
    with serving(tmp_path) as running:
        with running.inside() as service:
            for one in range(4):
                service.register(f"m{one}", "DE")
        acknowledged: list[tuple[str, int]] = []
        others: list[int] = []

        def write(client: Any, member: str) -> None:
            while True:
                try:
                    answer = client.call("PUT", "/api/v1/me/preferences/ai-training", {"value": "off"})
                except OSError:
                    return
                if answer.status != 200:
                    others.append(answer.status)
                    continue
                acknowledged.append((member, answer.json["entry"]["seq"]))

        clients = [(running.member(f"m{one}"), f"m{one}") for one in range(4)]
        threads = [threading.Thread(target=write, args=one) for one in clients]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 60
        while len(acknowledged) < 40 and time.monotonic() < until:
            time.sleep(0.02)
        yield running, acknowledged, others
        for thread in threads:
            thread.join(60)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_acknowledged_is_lost(
    busy: tuple[Running, list[tuple[str, int]], list[int]], sign: signal.Signals
) -> None:
    """M10: a server that is stopped or killed while people write keeps every act that it acknowledged."""
    running, acknowledged, others = busy
    running.process.send_signal(sign)
    running.process.wait(60)
    time.sleep(2.5 if sign is signal.SIGKILL else 0)  # workers see within a second that they are alone
    with start_again(running) as service:
        kept = {entry.seq: entry.subject for entry in service.store.entries()}

    assert len(acknowledged) >= 40
    assert others == []
    assert [(member, seq) for member, seq in acknowledged if kept.get(seq) != member] == []


def start_again(running: Running) -> closing[Service]:
    """A service on what the server has left."""
    return closing(start(from_environment(running.environment)))


@pytest.mark.needs("postgresql")
def test_processes_share_a_ledger(tmp_path: Path) -> None:
    """Two processes on PostgreSQL record in one order, each with connections of its own."""
    with serving(tmp_path, engine="postgresql", processes=2) as running:
        with running.inside() as service:
            service.register("ana", "DE")
        ana = running.member("ana")
        found: list[int] = []

        def write() -> None:
            for value in ("off", "on") * 10:
                answer = ana.call("PUT", "/api/v1/me/preferences/ai-training", {"value": value})
                assert answer.status == 200, answer.body
                found.append(answer.json["entry"]["seq"])

        threads = [threading.Thread(target=write) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        assert sorted(found) == list(range(2, 82))


@pytest.mark.needs("postgresql")
def test_database_that_was_away_is_called_again(tmp_path: Path) -> None:
    """While PostgreSQL is away acts are answered 503 and nothing is promised; when it is back, acts are taken again."""
    from tests.server.db.ledgers import server

    with serving(tmp_path, engine="postgresql") as running:
        with running.inside() as service:
            service.register("ana", "DE")
        ana = running.member("ana")
        server().crash()
        away = [ana.call("PUT", "/api/v1/me/preferences/ai-training", {"value": "off"}).status for _ in range(3)]
        not_ready = running.client().call("GET", "/readyz").status
        server().start()
        until, back = time.monotonic() + 60, 0
        while back != 200 and time.monotonic() < until:
            time.sleep(0.3)
            back = ana.call("PUT", "/api/v1/me/preferences/ai-training", {"value": "off"}).status
        ready = running.client().call("GET", "/readyz").status

    assert all(status >= 500 for status in away)
    assert (not_ready, back, ready) == (503, 200, 200)

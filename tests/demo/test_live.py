"""`byleave demo` with the service: two people switch off while a build runs, and it is checked that both were seen."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("django")

from byleave.adapters.key_files import RING
from byleave.kernel.errors import ByleaveError
from byleave.proof.key_ring import parse_ring
from byleave.server import live_demo

if TYPE_CHECKING:
    from pathlib import Path

SMALL = ["demo", "--members", "100", "--items", "300"]
WITHOUT_SERVER = "import sys; sys.modules['django'] = None; from byleave.cli.main import main; main()"


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in a folder, without a terminal."""
    return subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)


def test_demo_checks_itself(tmp_path: Path) -> None:
    """M1: a demonstration without a terminal flips two choices during a build, and ends well once both were seen."""
    done = run(tmp_path, "-m", "byleave", *SMALL)

    assert done.returncode == 0, done.stderr
    _, heading, live = done.stdout.partition("Live: a service, a build")
    assert heading
    assert len(re.findall(r"✓ .+: the receipt for entry \d+ holds; none of their items", live)) == 2
    assert "Ctrl-C" not in live

    undo = tmp_path / "byleave-demo" / "undo"
    key = {**os.environ, "BYLEAVE_SUPPRESSION_KEY": str(undo / "suppression.key")}
    # its ledger can be asked about members, as the page of the tutorial says
    member = re.search(r"(m-\d+) switched off", done.stdout)
    assert member
    command = [sys.executable, "-m", "byleave", "trace", "member", member[1], f"--ledger=sqlite:///{undo}/ledger.db"]
    traced = subprocess.run(command, env=key, capture_output=True, text=True, check=False)
    assert "talent-1" in traced.stdout, traced.stderr
    assert (undo / "suppression.key").stat().st_mode & 0o777 == 0o600


def test_demo_goes_on_until_told_to_stop(tmp_path: Path) -> None:
    """In a terminal the address is told, the service answers there, and Ctrl-C ends all of it without an error."""
    terminal, end = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "100"}
    command = [sys.executable, "-m", "byleave", *SMALL]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=end, stdout=end, stderr=end, env=environment, start_new_session=True
    ) as demo:
        os.close(end)
        told = b""
        try:
            while b"Ctrl-C stops it" not in told:
                told += os.read(terminal, 4096)
            found = re.search(rb"The members' pages are on (http://[\d.:]+)", told)
            assert found
            with urllib.request.urlopen(f"{found[1].decode()}/healthz", timeout=60) as answer:  # noqa: S310 - our own
                assert answer.status == 200
            demo.send_signal(2)
            assert demo.wait(60) == 0, told.decode()
        finally:
            demo.kill()
            os.close(terminal)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{found[1].decode()}/healthz", timeout=60)  # noqa: S310 - our own


def test_demo_without_the_server(tmp_path: Path) -> None:
    """Without the extra the rest is shown, and it is said what is missing and how to get it."""
    done = run(tmp_path, "-c", WITHOUT_SERVER, *SMALL)

    assert done.returncode == 0, done.stderr
    assert "Try it yourself" in done.stdout
    assert "pip install 'byleave[server]'" in done.stdout


def test_choice_that_was_missed_is_an_error(tmp_path: Path) -> None:
    """A build that has not read as far as the act, or that kept items of the person, fails the demonstration."""
    with live_demo.served(tmp_path / "service") as server:
        person = server.people[0]
        browser = live_demo.Browser(server.url)
        browser.sign_in(person["username"], server.password)
        act = browser.switch_off()
        ring = parse_ring((server.folder / "data" / "keys" / RING).read_bytes(), RING)
    number, member = act["entry"]["seq"], act["entry"]["subject"]

    def snapshot(*members: str) -> Path:
        out = tmp_path / f"snapshot-{len(members)}"
        (out / "items").mkdir(parents=True)
        pq.write_table(pa.table({"member_id": pa.array(members, pa.string())}), out / "items" / "items-1.parquet")
        return out

    told = live_demo.checked(person, act, ring, number, snapshot())
    assert f"entry {number} holds" in told
    for seen, out in ((number - 1, snapshot("somebody")), (number, snapshot("somebody", member))):
        with pytest.raises(ByleaveError, match=f"did not see entry {number}"):
            live_demo.checked(person, act, ring, seen, out)

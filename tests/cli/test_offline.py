"""Nothing leaves the machine: the whole command without a network, and with every use of one refused and told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.export import Quirks, write_export, zipped

ROOT = Path(__file__).parents[2]
ALONE = ("unshare", "--net")
# every door to a network that Python has raises an audit event: https://docs.python.org/3/library/audit_events.html
FORBIDDEN = """
import sys
def refuse(event, arguments):
    if event.startswith(("socket.", "http.", "urllib.", "ftplib.", "smtplib.")):
        raise SystemExit(f"network: {event}")
sys.addaudithook(refuse)
"""
ENTER = "from byleave.cli.main import main; main()"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up archive with every file."""
    file = tmp_path_factory.mktemp("archive") / "export.zip"
    file.write_bytes(zipped(write_export(Quirks())))
    return file


def commands(archive: Path, folder: Path) -> list[list[str]]:
    """Everything that a person or a team can ask for."""
    asked = ["--country", "DE", "--lang", "en"]
    return [
        ["check", str(archive), *asked, "--html", str(folder / "report.html"), "--letter", str(folder / "letter.eml")],
        ["check", str(archive), *asked, "--json"],
        ["check", str(archive), *asked, "--team", "--html", str(folder / "team.html")],
        ["guide", "linkedin", *asked],
        ["guide", "--all", *asked, "--html", str(folder / "all.html")],
    ]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A process of its own."""
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)


@pytest.mark.needs("namespace")
def test_without_a_network(archive: Path, tmp_path: Path) -> None:
    """M13, M20: in a namespace without interfaces every command does all that it does."""
    probe = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    assert "Network is unreachable" in run(*ALONE, sys.executable, "-c", probe).stderr
    for arguments in commands(archive, tmp_path):
        done = run(*ALONE, sys.executable, "-m", "byleave", *arguments)

        assert (done.returncode, bool(done.stdout or arguments[0] == "guide")) == (0, True), done.stderr
    assert {file.name for file in tmp_path.iterdir()} == {"report.html", "letter.eml", "team.html", "all.html"}


def test_with_every_use_of_a_network_refused(archive: Path, tmp_path: Path) -> None:
    """M13, M20: no command so much as asks for a socket or a name; a check that does is stopped and told."""
    planted = run(sys.executable, "-c", f"{FORBIDDEN}import socket; socket.create_connection(('192.0.2.1', 80))")
    assert planted.stderr.startswith("network: socket.")
    for arguments in commands(archive, tmp_path):
        done = run(sys.executable, "-c", f"{FORBIDDEN}sys.argv[1:] = {arguments!r}; {ENTER}")

        assert done.returncode == 0, done.stderr

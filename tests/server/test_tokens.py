"""Tokens that are shown often."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.serving import Running

HEAD = "/api/v1/ledger/head"


def test_known_token_is_refused_once_it_is_revoked(running: Running) -> None:
    """A token that was good a moment ago is refused as soon as it is revoked, or ended by a rotation."""
    first = running.service("ledger:read", name="reader")
    assert [first.call("GET", HEAD).status for _ in range(3)] == [200] * 3

    rotated = json.loads(running.command("token", "rotate", "reader", "--overlap", "0", "--json"))
    second = running.client(rotated["token"])
    assert (first.call("GET", HEAD).status, second.call("GET", HEAD).status) == (401, 200)

    running.command("token", "revoke", "reader")
    assert second.call("GET", HEAD).status == 401


def test_another_secret_is_no_token(running: Running) -> None:
    """A text with the same identifier as a token that is known, and another secret, opens nothing."""
    good = running.service("ledger:read", name="other-reader")
    assert good.call("GET", HEAD).status == 200
    assert good.token is not None
    changed = good.token[:-1] + ("A" if good.token[-1] != "A" else "B")

    assert running.client(changed).call("GET", HEAD).status == 401
    assert good.call("GET", HEAD).status == 200


@pytest.mark.parametrize("command", ["token list", "feed export f.jsonl"])
def test_without_accounts_is_told(tmp_path: Path, command: str) -> None:
    """A folder that is misspelt is told in words, and nothing is made in it; so is a file that is no database."""
    done = run(tmp_path, *command.split(), "--data", "missing")
    spoilt = tmp_path / "spoilt"
    spoilt.mkdir()
    (spoilt / "ledger-accounts.db").write_text("no database")
    refused = run(tmp_path, *command.split(), "--data", "spoilt")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: there is no database of accounts `missing/ledger-accounts.db`\n  help: ")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("error: cannot read the accounts in `sqlite:///spoilt/ledger-accounts.db`: ")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["spoilt"]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in a folder, without a service."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BYLEAVE_", "DJANGO_"))}
    command = [sys.executable, "-m", "byleave", *arguments]
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False)

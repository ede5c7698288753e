"""With the settings of production, Django finds nothing to say against them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def deployment(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """What `check --deploy` says, every warning an error."""
    (folder / "session.key").write_text("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-secret")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BYLEAVE_")}
    told = {"BYLEAVE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "byleave.server.settings", **variables}
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, env={**clean, **told}, capture_output=True, text=True, check=False)


def test_production_is_clean(tmp_path: Path) -> None:
    """`check --deploy` finds nothing with an address by https."""
    done = deployment(tmp_path, BYLEAVE_URL="https://consent.example.org")

    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stderr


def test_check_can_fail(tmp_path: Path) -> None:
    """With an address by http it does find something, so that the check above says what it says."""
    assert deployment(tmp_path, BYLEAVE_URL="http://consent.example.org").returncode != 0


def test_wrong_variable_is_told(tmp_path: Path) -> None:
    """A variable that cannot be is named with what it should be."""
    done = deployment(tmp_path, BYLEAVE_PROXY="maybe")

    assert "`BYLEAVE_PROXY` is `maybe`" in done.stderr

"""DuckDB in a process that was forked from one that has imported it, as the processes of a server are."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FORK = """
import os
import sys
from pathlib import Path
from byleave.adapters.duckdb_engine.session import Session, ready_to_fork

ready_to_fork()
if os.fork() == 0:
    session = Session(Path(sys.argv[1]))
    session.run("SELECT 1")
    session.close()
    sys.exit(0)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_forked_process_uses_duckdb_and_ends_well(tmp_path: Path) -> None:
    """A process of the server that has asked DuckDB ends as it was told to, not with an abort."""
    done = subprocess.run([sys.executable, "-c", _FORK, str(tmp_path)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

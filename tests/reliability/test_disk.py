"""Disks that are full, or not ours to write on: a clear message, nothing half-written, the inputs untouched."""

from __future__ import annotations

import random
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gate.scene import OPTIONS, byleave, gate, write_parquet, write_register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.reliability.large import Place


@pytest.mark.parametrize("limit", [100, 5_000, 2_000_000])
def test_a_limit_on_files_is_told(place: Place, limit: int) -> None:
    """Where a file may grow no further the run ends with a message, and leaves nothing."""
    run = place.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    out, err = run.communicate(timeout=60)

    assert (run.returncode, out) == (1, "")
    assert err.startswith("error: ")
    assert "may not grow any further" in err or "file too large" in err
    assert "help: " in err
    assert list(place.folder.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("may not mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.needs("root")
def test_a_full_disk_is_told(place: Place, small_disk: Path) -> None:
    """On a disk that is full the run ends with a message and leaves nothing, so that the next one has its room again."""  # noqa: E501
    for _ in range(2):
        run = replace(place, folder=small_disk).start()
        out, err = run.communicate(timeout=60)

        assert (run.returncode, out) == (1, "")
        assert err.startswith("error: the disk is full\n  help: make room")
        assert list(small_disk.iterdir()) == []


@pytest.mark.needs("root")
def test_a_disk_that_fills_while_text_is_read_is_told(place: Place, small_disk: Path, tmp_path: Path) -> None:
    """So it does where the room is needed for reading text, or for what does not fit into memory."""
    drawn = random.Random(7)
    rows = "".join(f"i{n},m1,post,public,2024-05-01T08:30Z,{drawn.randbytes(40).hex()}\n" for n in range(250_000))
    (tmp_path / "items.csv").write_text("item_id,member_id,category,visibility,created_at,text\n" + rows)
    told = byleave(
        *("gate", tmp_path / "items.csv", f"--register={place.inputs / 'register'}", *OPTIONS),
        f"--out={small_disk / 'out'}",
        cwd=tmp_path,
    )

    assert told.returncode == 1
    assert told.stderr.startswith("error: the disk is full\n")
    assert list(small_disk.iterdir()) == []


WITHOUT_RIGHTS = """
import os, sys
from byleave import api
from byleave.cli.main import main
items, register, out = sys.argv[1:]
options = ["--pack=linkedin@2025-10-24", "--purpose=generative-ai", "--recipient=linkedin"]
if os.geteuid() == 0:  # import everything while it can be read, and become nobody
    api.gate("once.parquet", register="once", **dict(one[2:].split("=") for one in options))
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
os.environ["BYLEAVE_CACHE"] = os.environ["HOME"] = "/nonexistent"
sys.argv = ["byleave", "gate", items, "--register=" + register, "--out=" + out, *options]
main()
"""


def copy_once(items: Path, register: Path) -> None:
    """Copies for the run that imports everything."""
    if not items.with_name("once.parquet").exists():
        shutil.copy(items, items.with_name("once.parquet"))
        shutil.copytree(register, register.with_name("once"))


def without_rights(items: Path, register: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Run the gate as somebody who may only do what everybody may."""
    copy_once(items, register)
    command = [sys.executable, "-c", WITHOUT_RIGHTS, str(items), str(register), str(out)]
    return subprocess.run(command, cwd=items.parent, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def common() -> Iterator[Path]:
    """A folder that everybody may read; those of pytest are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_folder_that_is_not_ours_is_told(common: Path) -> None:
    """Where nothing may be written the message says so; nothing is tried elsewhere."""
    items, register = write_parquet(common / "items.parquet"), write_register(common / "register")
    (common / "closed").mkdir(mode=0o555)
    told = without_rights(items, register, common / "closed" / "out")

    assert told.stderr == f"error: cannot write beside `{common / 'closed' / 'out'}`: permission denied\n"
    assert (told.returncode, told.stdout) == (1, "")
    assert list((common / "closed").iterdir()) == []


def test_inputs_that_are_not_ours_are_told(common: Path) -> None:
    """A file of items or of the register that may not be read is named; it is not an error of writing."""
    items, register = write_parquet(common / "items.parquet"), write_register(common / "register")
    (common / "open").mkdir()
    (common / "open").chmod(0o777)
    copy_once(items, register)
    for path in (items, register / "objections.csv"):
        path.chmod(0)
        told = without_rights(items, register, common / "open" / "out")
        path.chmod(0o644)

        assert told.stderr.startswith(f"error: cannot read `{path}`")
        assert told.returncode == 1
        assert list((common / "open").iterdir()) == []


def test_a_machine_without_a_home_is_no_obstacle(tmp_path: Path) -> None:
    """Where no plan can be kept a run is only slower."""
    items, register = write_parquet(tmp_path / "items.parquet"), write_register(tmp_path / "register")
    (tmp_path / "file").write_text("not a folder")
    for cache in ("/proc/none", str(tmp_path / "file")):
        command = ("gate", items, f"--register={register}", "--dry-run", "--json", *OPTIONS)
        told = byleave(*command, cwd=tmp_path, env={"BYLEAVE_CACHE": cache})
        assert (told.returncode, told.stderr) == (0, "")


SPOILED: dict[str, Callable[[str], str]] = {
    "cut off": lambda text: text[:-100],
    "altered": lambda text: text.replace("eligible", "eligibel"),
    "loosened": lambda text: text.replace("<=", "<"),
    "of another kind": lambda _: "{}",
    "empty": lambda _: "",
}


def test_a_spoiled_plan_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan in the cache that is cut off or altered is made anew: a decision never rests on it."""
    items, register = write_parquet(tmp_path / "items.parquet"), write_register(tmp_path / "register")
    monkeypatch.setenv("BYLEAVE_CACHE", str(tmp_path / "cache"))
    gate(items, register)
    (plan,) = (tmp_path / "cache").iterdir()
    text = plan.read_text(encoding="utf-8")
    for spoil in SPOILED.values():
        plan.write_text(spoil(text), encoding="utf-8")
        gate(items, register)

        assert plan.read_text(encoding="utf-8") == text
        assert list((tmp_path / "cache").iterdir()) == [plan]

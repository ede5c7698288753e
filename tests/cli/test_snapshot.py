"""`byleave snapshot status`: a trainer asks before it starts, and is stopped by anything that happened since."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.gate.scene import OFF, OPTIONS, SETTING, byleave, table, write_parquet, write_register

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a snapshot of two eligible rows, taken from a register that is still the same."""
    write_parquet(tmp_path / "items.parquet")
    write_register(tmp_path / "register")
    taken = byleave("gate", "items.parquet", "--register=register", *OPTIONS, "--out=taken", cwd=tmp_path)
    assert taken.returncode == 0
    return tmp_path


def status(place: Path, *options: str, folder: str = "taken") -> tuple[int, dict[str, Any]]:
    """Exit code and answer."""
    told = byleave("snapshot", "status", folder, "--register=register", "--json", *options, cwd=place)
    assert told.stdout, told.stderr
    return told.returncode, json.loads(told.stdout)


def test_nothing_has_happened(place: Path) -> None:
    """A snapshot whose people have all stayed may be used."""
    code, found = status(place)

    assert code == 0
    assert (found["usable"], found["problems"], found["rows"], found["left_since"]) == (True, [], 2, {})


def test_somebody_has_left(place: Path) -> None:
    """M10: who switches off after the snapshot was taken stops its use; how many rows, and why, is told."""
    off = f"m1,{SETTING},off,2025-10-30T09:00:00Z"
    (place / "register" / "preferences.csv").write_text(table("preferences", OFF, off))
    code, found = status(place)
    told = byleave("snapshot", "status", "taken", "--register=register", cwd=place)

    assert code == told.returncode == 3
    assert (found["problems"], found["left_since"]) == (["left-since"], {"opted-out": 1})
    assert "1 of 2 rows: opted-out" in told.stdout
    assert "error: `taken` may not be trained on" in told.stderr


def test_a_replay_is_never_usable(place: Path) -> None:
    """A snapshot with an as-of in the past shows what would have been; it is not trained on."""
    options = [*OPTIONS, "--as-of=2025-12-01T00:00:00Z", "--out=replay"]
    byleave("gate", "items.parquet", "--register=register", *options, cwd=place)

    assert status(place, folder="replay")[1]["problems"] == ["replay"]


def test_another_policy(place: Path) -> None:
    """Under a pack that says something else now, the snapshot has to be taken again."""
    code, found = status(place, "--pack=linkedin@2025-11-03")

    assert code == 3
    assert "pack-changed" in found["problems"]


@pytest.mark.parametrize("change", ["bytes", "more", "less"])
def test_changed_files(place: Path, change: str) -> None:
    """Files that are not those of the manifest are noticed."""
    folder = place / "taken"
    if change == "bytes":
        path = folder / "left_out" / "part-0.parquet"
        path.write_bytes(path.read_bytes()[:-9] + b"x" + path.read_bytes()[-8:])
    if change == "more":
        write_parquet(folder / "left_out" / "part-1.parquet")
    if change == "less":
        (folder / "left_out" / "part-0.parquet").unlink()

    assert status(place)[1]["problems"] == ["files-changed"]


def test_what_is_no_snapshot(place: Path) -> None:
    """Another folder, decisions without rows, a broken manifest: an error, not an answer."""
    byleave("gate", "items.parquet", "--register=register", *OPTIONS, "--decisions-only", "--out=decided", cwd=place)
    (place / "broken").mkdir()
    (place / "broken" / "manifest.json").write_text('{"format": "byleave-snapshot/9"}')
    wanted = {
        "none": "is no snapshot",
        "register": "is no snapshot",
        "decided": "holds decisions only",
        "broken": "is no manifest of a snapshot",
    }
    for folder, words in wanted.items():
        told = byleave("snapshot", "status", folder, "--register=register", cwd=place)

        assert (told.returncode, told.stdout) == (1, "")
        assert words in told.stderr

"""Data on stdout, talk on stderr: for people, for machines, for pipes, and for terminals that cannot show much."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.gate.scene import OPTIONS, byleave, snapshot, write_parquet, write_register

if TYPE_CHECKING:
    from pathlib import Path


INPUTS = ("items.parquet", "--register=register", *OPTIONS)
JSON: dict[str, tuple[tuple[str, ...], type]] = {
    "gate": (("gate", *INPUTS, "--out=out"), dict),
    "dry run": (("gate", *INPUTS, "--dry-run"), dict),
    "decisions": (("gate", *INPUTS, "--out=out", "--decisions-only"), dict),
    "explain": (("explain", "i3", *INPUTS), list),
    "guide": (("guide", "linkedin", "--country=DE"), dict),
    "policy list": (("policy", "list"), list),
    "policy show": (("policy", "show", "byleave@1"), dict),
    "policy check": (("policy", "check", "byleave@1"), list),
    "policy test": (("policy", "test", "byleave@1"), list),
}


@pytest.mark.parametrize("command", JSON)
def test_json_is_all_there_is_on_stdout(place: Path, command: str) -> None:
    """With --json stdout holds one JSON value and nothing else."""
    arguments, kind = JSON[command]
    told = byleave(*arguments, "--json", cwd=place)

    assert (told.returncode, told.stderr) == (0, "")
    assert isinstance(json.loads(told.stdout), kind)


def test_json_of_the_gate_is_the_manifest(place: Path) -> None:
    """`gate --json` prints the manifest that it has published."""
    told = byleave("gate", *INPUTS, "--out=out", "--json", cwd=place)

    assert json.loads(told.stdout) == json.loads((place / "out" / "manifest.json").read_text(encoding="utf-8"))


def test_the_summary_tells_what_happened(place: Path) -> None:
    """The summary names pack, purpose, recipient, instant, counts by reason, region and category, and the place."""
    told = byleave("gate", *INPUTS, "--out=out", cwd=place)

    assert told.stderr == ""
    for words in (
        *("linkedin@2025-10-24 · generative-ai · linkedin · as of 2", "2 of 3 rows may be used (66.7 %)"),
        *("opted-out", "europe", "world", "post", "Published as out", "no column changed_at, public_since, withheld"),
    ):
        assert words in told.stdout


def test_a_replay_says_so(place: Path) -> None:
    """M5: nothing of a European is used on 24 October 2025; and the summary says that it is a replay."""
    told = byleave("gate", *INPUTS, "--out=out", "--as-of=2025-10-24T00:00:00Z", cwd=place)

    assert "A replay: it shows what would have been. Do not train on it." in told.stdout
    assert snapshot(place / "out").why == {"i1": "not-in-force", "i3": "not-in-force"}
    assert snapshot(place / "out").ids == ["i2"]


def test_waivers_are_told(place: Path) -> None:
    """What was waived is in the summary and in the manifest."""
    write_register(place / "register", preferences=["m9,ads,off,2025-10-20T09:00:00Z"])
    refused = byleave("gate", *INPUTS, "--dry-run", cwd=place)
    waived = byleave("gate", *INPUTS, "--dry-run", "--allow-orphans", "--ignore-setting=ads", cwd=place)

    assert refused.returncode == 1
    assert waived.returncode == 0
    for words in ("allow orphans", "ignored settings", "orphan preferences"):
        assert f"Waived: {words}" in waived.stdout


def test_columns_are_mapped(place: Path) -> None:
    """--map names a column of the items by one's own name for it."""
    rows = [{"item_id": "i1", "who": "m1", "category": "post", "visibility": "public", "created_at": "2024-05-01"}]
    (place / "own.csv").write_text(",".join(rows[0]) + "\n" + ",".join(rows[0].values()) + "T00:00:00Z\n")
    told = byleave("gate", "own.csv", *INPUTS[1:], "--map=member_id=who", "--dry-run", "--json", cwd=place)

    assert json.loads(told.stdout)["counts"]["eligible"] == 1
    assert json.loads(told.stdout)["items"]["columns"] == {"member_id": "who"}


def test_a_pack_shows_no_beginning_where_it_names_none(place: Path) -> None:
    """`policy show` tells a rule without a beginning as always in force, and any other with its instant."""
    always, dated = (byleave("policy", "show", one, cwd=place).stdout for one in ("byleave@1", "linkedin@2025-11-03"))

    assert "249 countries for generative-ai, other-ai, always\n" in always
    assert "1970" not in always
    assert ", from 2025-11-03T00:00:00Z\n" in dated


def test_no_colours_and_no_bar_in_a_pipe(place: Path) -> None:
    """Where the output is not a terminal it holds no escape sequence, and no progress is shown."""
    for arguments in (("gate", *INPUTS, "--dry-run"), ("explain", "i3", *INPUTS), ("policy", "show", "byleave@1")):
        told = byleave(*arguments, cwd=place, env={"FORCE_COLOR": ""})

        assert "\x1b" not in told.stdout + told.stderr
        assert "\r" not in told.stdout + told.stderr


def test_a_terminal_sees_progress_and_then_the_summary(place: Path) -> None:
    """On a terminal stderr shows the steps; stdout holds the summary alone."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "byleave", "gate", *INPUTS, "--out=out"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    run = subprocess.Popen(command, cwd=place, env=environment, stdout=subprocess.PIPE, stderr=theirs, text=True)
    out, _ = run.communicate(timeout=60)
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 65_536)
        except OSError:
            break
    os.close(ours)

    assert run.returncode == 0
    assert "\x1b" not in out
    assert out.endswith("Published as out\n")
    assert re.search(rb"reading the register|deciding|writing|publishing", shown)


# a machine that says ASCII has mostly not been asked: click writes UTF-8 there
@pytest.mark.parametrize(("encoding", "written"), [("ascii", "utf-8"), ("latin-1", "latin-1")])
def test_terminals_that_cannot_show_everything(place: Path, encoding: str, written: str) -> None:
    """Where a character cannot be shown another stands for it; JSON is then written in ASCII, and stays whole."""
    write_parquet(place / "items.parquet", [{**_ROW, "item_id": "ü😀"}])
    environment: dict[str, Any] = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    shown = byleave("gate", *INPUTS, "--dry-run", cwd=place, env=environment, encoding=written)
    told = byleave("explain", "ü😀", *INPUTS, "--json", cwd=place, env=environment, encoding=written)

    assert (shown.returncode, shown.stderr) == (0, "")
    assert "1 of 1 rows may be used" in shown.stdout
    assert told.returncode == 0
    assert "ü😀" in json.dumps(json.loads(told.stdout), ensure_ascii=False)


_ROW = {"member_id": "m1", "category": "post", "visibility": "public", "created_at": "2024-05-01T00:00:00Z"}


def test_head_takes_what_it_wants(place: Path) -> None:
    """A reader that stops after the first line causes no traceback."""
    command = f"{sys.executable} -m byleave policy show byleave@1 | head -1"
    told = subprocess.run(["sh", "-c", command], cwd=place, capture_output=True, text=True, check=False)

    assert told.stdout.startswith("byleave@1")
    assert told.stderr == ""


def test_languages_of_an_explanation(place: Path) -> None:
    """An explanation is told in the language of the terminal, or in the one that is asked for."""
    command = ("explain", "i3", *INPUTS, "--as-of=2025-12-01T00:00:00Z")
    english = byleave(*command, cwd=place, env={"LC_ALL": "C.UTF-8"})
    german = byleave(*command, cwd=place, env={"LC_ALL": "de_DE.UTF-8"})
    asked = byleave(*command, "--lang=de", cwd=place, env={"LC_ALL": "C.UTF-8"})

    assert english.returncode == german.returncode == 0
    assert german.stdout == asked.stdout != english.stdout

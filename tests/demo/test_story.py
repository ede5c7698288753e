"""What `byleave demo` tells: short, true, and ready to be tried."""

from __future__ import annotations

import io
import re
import shlex
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from rich.console import Console

from byleave.cli.main import group
from byleave.demo.cast import cast
from byleave.demo.replays import DATES, POLICIES, Replay, kept_in_spite, move
from byleave.demo.story import ROWS, WIDTH, run_demo
from byleave.kernel.decision import Reason
from byleave.kernel.errors import ByleaveError

if TYPE_CHECKING:
    from pathlib import Path

ITEMS = 3_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the demonstration is run."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def told(home: Path) -> list[str]:
    """The lines of a small demonstration."""
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False)
    steps: list[str] = []
    run_demo(home / "made up", console, members=300, items=ITEMS, progress=lambda step, _: steps.append(step))
    assert steps
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def numbers(line: str) -> list[int]:
    """The six cells of a row of the table."""
    return [0 if cell == "-" else int(cell.replace(",", "")) for cell in line.split()[-6:]]


def table(told: list[str]) -> dict[str, list[int]]:
    """The rows of the table by their labels."""
    rows = {label: [line for line in told if line.strip().startswith(f"{label}  ")] for label in ROWS}
    return {label: numbers(lines[0]) for label, lines in rows.items() if lines}


def test_is_short(told: list[str]) -> None:
    """A stranger reads it in two minutes: at most 60 lines; only commands and paths are wider than 80 columns."""
    assert len(told) <= 60
    wide = [line for line in told if len(line) > WIDTH]
    assert all("made up" in line for line in wide), wide


def test_every_item_is_in_one_row(told: list[str]) -> None:
    """Each of the six columns adds up to the number of items."""
    rows = table(told)

    assert [sum(column) for column in zip(*rows.values(), strict=True)] == [ITEMS] * 6


def test_every_reason_is_in_one_row() -> None:
    """No reason is missing from the table, and none is counted twice."""
    assert sorted(reason for reasons in ROWS.values() for reason in reasons) == sorted(Reason)


def test_shows_what_the_dates_change(told: list[str]) -> None:
    """Europe begins on 3 November; the recommended pack waits for its notice; the switch counts for more under it."""
    rows = table(told)
    first, start, after, early, matured, later = rows["may be used"]

    assert early == 0 < first < start
    assert matured < later
    assert rows["not begun in the country"][:3] == [rows["not begun in the country"][0], 0, 0]
    assert rows["writer switched it off"][5] > rows["writer switched it off"][2]
    assert after > later


def test_moves_add_up(told: list[str]) -> None:
    """What came in and went out between two dates is the difference between their columns."""
    eligible = table(told)["may be used"]
    changes = dict.fromkeys(range(6), 0)
    for line in told:
        found = re.match(r"(linkedin|byleave) +(24 Oct - 3 Nov|3 Nov - 1 Dec) +([+-][\d,]+) ", line)
        if found:
            column = (0 if found[1] == "linkedin" else 3) + (1 if found[2].startswith("24") else 2)
            changes[column] += int(found[3].replace(",", ""))

    assert [changes[column] for column in (1, 2, 4, 5)] == [
        eligible[1] - eligible[0],
        eligible[2] - eligible[1],
        eligible[4] - eligible[3],
        eligible[5] - eligible[4],
    ]


def test_explains_the_three_items(told: list[str]) -> None:
    """The German refusal and the stranger's objection keep out; the late refusal does under one pack only."""
    verdicts = [line.split(".")[0].strip() for line in told if line.strip().startswith(("✓", "✗", "?"))]

    assert verdicts == [
        "✗ linkedin: left out",
        "✓ linkedin: may be used",
        "✗ byleave: left out",
        "✗ linkedin: left out",
    ]


def test_commands_can_be_pasted(told: list[str], home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that is shown runs as it stands, whatever the folder is called."""
    monkeypatch.chdir(home)
    shell = "\n".join(told[told.index("Try it yourself") :]).replace("\\\n", " ")
    commands = [shlex.split(line) for line in shell.splitlines() if line.startswith("  byleave ")]

    assert [words[1] for words in commands] == ["explain", "gate", "policy"]
    for words in commands:
        result = CliRunner().invoke(group, words[1:], catch_exceptions=False)
        assert result.exit_code == 0, result.output
    assert (home / "snapshot" / "manifest.json").is_file()


def test_decisions_stay_in_the_folder(told: list[str], home: Path) -> None:
    """The decisions behind the numbers can be looked at afterwards."""
    assert told
    for policy in POLICIES:
        for date in DATES:
            assert (home / "made up" / "snapshots" / policy.pack / date / "manifest.json").is_file()


def test_moves_are_told_by_cause() -> None:
    """What came in is told by the reason that fell away, what went out by the one that came; the rest is not a move."""
    earlier = Replay({"a": "eligible", "b": "not-in-force", "c": "eligible", "d": "opted-out", "e": "objection"})
    later = Replay({"a": "opted-out", "b": "eligible", "c": "eligible", "d": "eligible", "e": "opted-out"})
    moved = move(earlier, later)

    assert moved.came == {"not-in-force": 1, "opted-out": 1}
    assert moved.went == {"opted-out": 1}
    assert kept_in_spite(earlier, later) == 1


CAST = {
    # item: under linkedin@2025-10-24, under byleave@1, both on 1 December
    "katrin-1": ("opted-out", "opted-out"),
    "katrin-2": ("opted-out", "opted-out"),
    "jonas-1": ("eligible", "opted-out"),
    "jonas-2": ("opted-out", "opted-out"),
    "bridget-1": ("subject-objection", "subject-objection"),
    "bridget-2": ("eligible", "eligible"),
    "mareike-1": ("opted-out", "opted-out"),
    "carmen-profile": ("opted-out", "opted-out"),
    "owen-1": ("eligible", "eligible"),
    "sunita-1": ("opted-out", "opted-out"),
    "matteo-1": ("eligible", "opted-out"),
    "matteo-2": ("eligible", "opted-out"),
    "helene-1": ("opted-out", "opted-out"),
    "manon-1": ("eligible", "minor"),
    "callum-1": ("eligible", "ai-written"),
    "callum-2": ("unknown-category", "excluded-category"),
    "delphine-1": ("eligible", "eligible"),
    "delphine-2": ("withheld", "withheld"),
    "pablo-1": ("objection", "objection"),
}


@pytest.mark.parametrize("item_id", CAST)
def test_the_cast_shows_what_it_should(told: list[str], home: Path, item_id: str) -> None:
    """What the page in the folder says about each of the people to look at is what the gate decides."""
    assert told
    found = []
    for policy in POLICIES:
        decisions = pq.read_table(home / "made up" / "snapshots" / policy.pack / DATES[-1] / "decisions")
        reasons = dict(zip(decisions["item_id"].to_pylist(), decisions["reason"].to_pylist(), strict=True))
        found.append(reasons[item_id])

    assert tuple(found) == CAST[item_id]


def test_every_item_of_the_cast_is_checked() -> None:
    """No item of the cast is without its expected decisions."""
    assert {item.item_id for person in cast() for item in person.items} == set(CAST)


def test_a_demonstration_that_is_stopped_says_what_it_leaves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ctrl-C in the middle: the folder is named as not finished, since the next demonstration replaces it."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("byleave.demo.story.story", stop)
    ran = CliRunner().invoke(group, ["demo", "--out", str(tmp_path / "made up"), "--no-live"])

    assert isinstance(ran.exception, ByleaveError)
    assert ran.exception.message == f"stopped; `{tmp_path / 'made up'}` is not finished"

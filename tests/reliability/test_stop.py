"""Runs that are stopped, killed, or started twice: nothing or the whole, and nothing left behind."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from tests.gate.scene import contents, leftovers
from tests.reliability.large import ELIGIBLE, ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.large import Place


def is_whole(folder: Path) -> bool:
    """Whether a snapshot holds every row of the large corpus once."""
    eligible, left = (pq.read_table(folder / name, columns=["item_id"]) for name in ("items", "left_out"))
    counts = json.loads((folder / "manifest.json").read_bytes())["counts"]
    assert (eligible.num_rows, counts["eligible"], counts["rows"]) == (ELIGIBLE, ELIGIBLE, ROWS)
    return len(set(eligible["item_id"].to_pylist()) | set(left["item_id"].to_pylist())) == ROWS


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_run_that_is_stopped_leaves_nothing(place: Place, number: signal.Signals) -> None:
    """Ctrl-C, the end of a session or of a terminal: it stops at once, says so, and nothing is left."""
    before = {path: path.stat().st_mtime_ns for path in place.inputs.rglob("*")}
    # whoever started the tests may have them ignore it, as nohup does
    run = place.start(preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    place.until_it_writes(run)
    started = time.monotonic()
    run.send_signal(number)
    out, err = run.communicate(timeout=20)

    assert time.monotonic() - started < 5
    assert (run.returncode, out, err.strip()) == (1, "", "error: stopped; nothing unfinished is left behind")
    assert list(place.folder.iterdir()) == []
    assert {path: path.stat().st_mtime_ns for path in place.inputs.rglob("*")} == before


def test_a_signal_that_is_ignored_stays_ignored(place: Place) -> None:
    """Under nohup a run goes on when the terminal is closed."""
    run = place.start(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    place.until_it_writes(run)
    run.send_signal(signal.SIGHUP)
    run.communicate(timeout=60)

    assert run.returncode == 0
    assert is_whole(place.folder / "out")


def test_a_run_that_is_killed_leaves_nothing_behind_in_the_end(place: Place) -> None:
    """Killed at any moment, a run has published nothing; the next one to the same place clears up after it."""
    moments = random.Random(7)
    for late in (False, False, True):
        run = place.start()
        if late:
            place.until_it_writes(run)
        else:
            time.sleep(moments.uniform(0.1, 0.5))
        run.kill()
        run.communicate()
        assert run.returncode == -signal.SIGKILL
        assert not (place.folder / "out").exists()
    run = place.start()
    place.until_it_writes(run)
    run.kill()
    run.communicate()
    left = leftovers(place.folder)
    (place.folder / ".other.partial-x").mkdir()
    again = place.start()
    out, err = again.communicate(timeout=60)

    assert left
    assert (again.returncode, err) == (0, "")
    assert "may be used" in out
    assert sorted(path.name for path in place.folder.iterdir()) == [".other.partial-x", "out"]
    assert is_whole(place.folder / "out")


def test_of_two_runs_to_one_place_one_wins(place: Place) -> None:
    """Two runs that start together do not disturb each other: one publishes, the other is told that it is taken."""
    runs = [place.start() for _ in range(2)]
    told = [run.communicate(timeout=60) for run in runs]

    assert sorted(run.returncode for run in runs) == [0, 1]
    lost = next(err for run, (_, err) in zip(runs, told, strict=True) if run.returncode)
    assert f"`{place.folder / 'out'}` exists already" in lost
    assert [path.name for path in place.folder.iterdir()] == ["out"]
    assert is_whole(place.folder / "out")


def test_runs_to_two_places_do_not_sweep_each_other(place: Place) -> None:
    """Runs to places with similar names, wildcards included, leave each other alone."""
    runs = [place.start(out=name) for name in ("out", "out*")]
    for run in runs:
        run.communicate(timeout=60)

    assert [run.returncode for run in runs] == [0, 0]
    assert is_whole(place.folder / "out")
    assert is_whole(place.folder / "out*")


def test_a_reader_that_goes_away_is_no_crash(place: Place) -> None:
    """With `| head -1` the rest is not printed; the snapshot is there, and no traceback."""
    run = place.start(stdout=subprocess.PIPE)
    assert run.stdout is not None
    run.stdout.close()
    run.stdout = None
    _, err = run.communicate(timeout=60)

    assert err == ""
    assert is_whole(place.folder / "out")


def test_an_output_that_is_full_is_told(place: Place) -> None:
    """A summary that cannot be printed is an error, with the snapshot in its place."""
    if not os.path.exists("/dev/full"):  # noqa: PTH110 - a device
        pytest.skip("no /dev/full")
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device
        run = place.start(stdout=full)
        _, err = run.communicate(timeout=60)

    assert (run.returncode, err) == (1, "error: no space left on device\n")
    assert set(contents(place.folder / "out")) == {"items/part-0.parquet", "left_out/part-0.parquet", "manifest.json"}

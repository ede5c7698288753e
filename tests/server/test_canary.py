"""The canary sees builds that no longer see what people choose."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import byleave
from byleave.kernel.canonical import canonical_json
from byleave.server.canary import Canary, flip, look
from byleave.server.configuration import from_environment
from byleave.server.preparing import prepare
from byleave.server.running import start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from byleave.server.service import Service

PACK, SETTING = "linkedin@2025-11-03", "data-for-ai-improvement"
CANARY = Canary("canary", "canary-1", SETTING)
OBJECTIONS = ("subject_id", "purpose", "received_at", "status", "resolved_at")
SOON = timedelta(hours=2)


class Place:
    """A ledger with a canary, builds from it, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.late = folder, timedelta(0)
        self.environment = {"BYLEAVE_DATA": str(folder / "data"), "BYLEAVE_PACKS": f"generative-ai={PACK}"}
        configuration = from_environment(self.environment)
        prepare(configuration)
        self.service: Service = start(configuration, clock=lambda: datetime.now(UTC) + self.late)
        self.service.register("canary", "DE")
        self.service.register("ana", "DE")
        (folder / "snapshots").mkdir()

    def build(
        self, name: str, *, visibility: str = "public", register: Any = None, items: tuple[str, ...] = ()
    ) -> Path:
        """A snapshot of the canary's post and Ana's; from another register, or without some items, as asked."""
        rows = [
            {
                "item_id": f"{member}-1",
                "member_id": member,
                "category": "post",
                "visibility": visibility,
                "created_at": "2025-05-01T08:00:00Z",
            }
            for member in items or ("canary", "ana")
        ]
        out = self.folder / "snapshots" / name
        byleave.gate(
            pa.Table.from_pylist(rows),
            register=register or f"sqlite:///{self.folder}/data/ledger.db",
            pack=PACK,
            purpose="generative-ai",
            recipient="linkedin",
            out=out,
        )
        return out

    def alarms(self) -> list[str]:
        """What a look finds."""
        found = look(self.service, CANARY, [self.folder / "snapshots"], SOON)
        return [alarm for alarm, _ in found.alarms]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A ledger with a canary."""
    made = Place(tmp_path)
    yield made
    made.service.close()


def test_builds_that_see_raise_no_alarm(place: Place) -> None:
    """M10: flip after flip, a build that reads the ledger is quiet, and tells which switch was seen last."""
    for number in range(3):
        done = flip(place.service, CANARY)
        place.build(f"s{number}")
        found = look(place.service, CANARY, [place.folder / "snapshots"], SOON)
        assert (found.alarms, found.seen) == ((), done.seq)


def test_build_that_ignores_the_ledger_raises_the_alarm(place: Place) -> None:
    """M10: a build with kept settings, which says that it has read the ledger, is found by what it holds."""
    stale = place.build("stale")
    off = flip(place.service, CANARY)
    manifest = json.loads((stale / "manifest.json").read_text())
    manifest["watermark"] = manifest["recheck"]["watermark"] = off.seq
    (stale / "manifest.json").write_bytes(canonical_json(manifest))

    assert place.alarms() == ["used"]


def test_build_from_a_folder_raises_the_alarm(place: Place) -> None:
    """A build from an export instead of the ledger is found, whatever the export says."""
    flip(place.service, CANARY)
    at = "2020-01-01T00:00:00Z"
    register = {
        "members": pa.table({"member_id": ["canary", "ana"], "country": ["DE", "DE"]}),
        "preferences": pa.table({"member_id": ["canary"], "setting": [SETTING], "value": ["on"], "at": [at]}),
        "objections": pa.table({name: pa.array([], pa.string()) for name in OBJECTIONS}),
    }
    place.build("export", register=register)

    assert "without-ledger" in place.alarms()


def test_canary_that_cannot_see_is_told(place: Place) -> None:
    """A build that has not read the canary's item, or leaves it out for another reason, shows nothing and is told."""
    flip(place.service, CANARY)
    place.build("without", items=("ana",))
    assert place.alarms() == ["unread"]

    place.build("private", visibility="private")
    assert place.alarms() == ["blind"]


def test_switch_that_waits_too_long(place: Place) -> None:
    """A switch that no snapshot has seen in time raises the alarm, also when nothing is built any more."""
    flip(place.service, CANARY)
    assert place.alarms() == []
    place.late = timedelta(hours=3)
    assert place.alarms() == ["not-seen"]
    place.build("late")
    assert place.alarms() == []


def test_command_tells_a_scheduler(place: Place) -> None:
    """Exit code 0 while builds see, 3 with a message and a metric when one does not; each call flips."""
    metrics = place.folder / "canary.prom"

    def call(*options: str) -> subprocess.CompletedProcess[str]:
        names = ["--member", "canary", "--item", "canary-1", "--setting", SETTING, "--metrics", str(metrics)]
        return subprocess.run(
            [sys.executable, "-m", "byleave", "canary", str(place.folder / "snapshots"), *names, *options],
            env={**os.environ, **place.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    first = call()
    assert (first.returncode, first.stdout) == (0, "nothing to look for yet\n"), first.stderr
    seen = place.build("one")
    second = call()
    assert second.returncode == 0, second.stderr
    assert "byleave_canary_ok 1.0" in metrics.read_text()
    assert [one.data["value"] for one in place.service.person("canary").entries[1:]] == ["off", "on"]

    place.build("two", items=("ana",))
    shutil.rmtree(seen)
    third = call("--look-only")
    assert third.returncode == 3
    assert third.stderr.startswith("error: canary: ")
    assert "has not read the canary's item" in third.stderr
    assert "byleave_canary_ok 0.0" in metrics.read_text()

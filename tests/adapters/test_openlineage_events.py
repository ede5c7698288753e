"""OpenLineage events: of the form that the standard asks for, and without anybody's id."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters import openlineage_events as events
from byleave.adapters.snapshot_files import read_manifest
from byleave.kernel.instants import parse_instant
from byleave.ledger.entries import Kind
from byleave.lineage.records import fold
from tests.ledger.histories import History
from tests.server.lineage.published import publish

if TYPE_CHECKING:
    from pathlib import Path

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STATES = {"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"}
FACET = re.compile(r"https://openlineage\.io/spec/facets/\d-\d-\d/\w+\.json#/\$defs/(\w+)")


def require_valid(event: dict[str, Any]) -> None:
    """Insist on what the standard's schema requires of a run's event, its datasets and its facets."""
    assert event["schemaURL"] == "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
    assert parse_instant(event["eventTime"]) is not None
    assert event["producer"].startswith("https://")
    assert event["eventType"] in STATES
    assert UUID.fullmatch(event["run"]["runId"])
    assert event["job"]["namespace"]
    assert event["job"]["name"]
    for dataset in (*event["inputs"], *event["outputs"]):
        assert dataset["namespace"]
        assert dataset["name"]
        for kind in ("facets", "inputFacets", "outputFacets"):
            for facet in dataset.get(kind, {}).values():
                assert facet["_producer"] == event["producer"]
                assert FACET.fullmatch(facet["_schemaURL"])


def _emitted(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file to which the client writes."""
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(tmp_path / "events"))
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__APPEND", "true")
    return tmp_path / "events"


def test_a_published_snapshot_is_told_without_ids(tmp_path: Path, sent: Path) -> None:
    """M17: the events of a gate's run name policy, digests and counts; no id of a member or item is in them."""
    rows = [("item-canary-1", "ana-canary"), ("item-canary-2", "bo-canary")]
    folder = publish(tmp_path / "s", rows, 3, "epoch", items={"files": ["posts-of-ana-canary.parquet"]})
    events.emit_snapshot(folder)
    told = _emitted(sent)
    for event in told:
        require_valid(event)

    assert "canary" not in sent.read_text()
    assert [event["eventType"] for event in told] == ["START", "COMPLETE"]
    assert len({event["run"]["runId"] for event in told}) == 1
    (made,) = told[1]["outputs"]
    assert made["outputFacets"]["outputStatistics"]["rowCount"] == read_manifest(folder)["counts"]["eligible"] == 2


def test_models_are_told_without_names(sent: Path) -> None:
    """M17: every model of random ledgers makes valid events, with the snapshots that it came from."""
    models = 0
    for seed in range(10):
        history = History(seed)
        for _ in range(300):
            history.step()
        lineage = fold(history.entries)
        for model in lineage.models.values():
            events.emit_model(model, lineage)
            models += 1
            assert {one["facets"]["version"]["datasetVersion"] for one in _emitted(sent)[-1]["inputs"]} == set(
                model.snapshots
            )
    for event in _emitted(sent):
        require_valid(event)

    assert models > 5
    assert not any(kind in sent.read_text() for kind in ("ana", "cem", Kind.MODEL_TRAINED))


def test_a_receiver_that_is_away_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a setting nothing is sent or printed; with a receiver that cannot be reached there is a note."""
    folder = publish(tmp_path / "s", [("i", "ana")], 1, "epoch")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE__TRANSPORT__TYPE"):
        monkeypatch.delenv(name, raising=False)
    events.emit_snapshot(folder)
    silent = capsys.readouterr()
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(tmp_path / "missing" / "folder" / "events"))
    events.emit_snapshot(folder)

    assert (silent.out, silent.err) == ("", "")
    assert "no OpenLineage event was sent" in capsys.readouterr().err

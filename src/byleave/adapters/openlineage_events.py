"""OpenLineage events: tell lineage tools what was made from what. They hold counts and digests, never anybody's id.

An event says nothing but what a manifest or an entry says, so that it can be sent again. It is sent when the client of
OpenLineage is configured, by the client's own settings, and a receiver that cannot be reached stops nothing.
Source: OpenLineage 2-0-2, https://openlineage.io/spec/2-0-2/OpenLineage.json
"""

from __future__ import annotations

import os
import sys
import uuid
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.files import file_digest
from byleave.adapters.snapshot_files import MANIFEST, read_manifest
from byleave.kernel.instants import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from byleave.lineage.records import Lineage, Model

NAMESPACE = "byleave"
_RUNS = uuid.uuid5(uuid.NAMESPACE_URL, "https://byleave.org/lineage/runs")
_SETTINGS = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE__TRANSPORT__TYPE", "OPENLINEAGE__TRANSPORT__URL")
_FILES = ("openlineage.yml", ".openlineage/openlineage.yml")
_FAILURES = (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError)
"""What the client's transports raise: its HTTP client's errors are OSErrors, wrong settings any of the others."""
_EXTRA = "pip install 'byleave[lineage]'"


def is_configured() -> bool:
    """Whether somebody has said where events go. Without that the client would print them."""
    if os.environ.get("OPENLINEAGE_DISABLED", "").lower() == "true":
        return False
    files = (Path.cwd() / _FILES[0], Path.home() / _FILES[1])
    return any(os.environ.get(name) for name in _SETTINGS) or any(path.is_file() for path in files)


def emit_snapshot(folder: Path) -> None:
    """Tell that a snapshot was published."""
    if is_configured():
        _emit(lambda: snapshot_events(read_manifest(folder), file_digest(folder / MANIFEST)))


def emit_model(model: Model, lineage: Lineage) -> None:
    """Tell that a model was trained, or recorded as trained elsewhere."""
    if is_configured():
        _emit(lambda: model_events(model, lineage))


def snapshot_events(manifest: Mapping[str, Any], digest: str) -> list[Any]:
    """The events of a gate's run: its beginning at T, and its end at T'."""
    from openlineage.client.event_v2 import InputDataset, OutputDataset, RunState
    from openlineage.client.generated.output_statistics_output_dataset import OutputStatisticsOutputDatasetFacet

    _name_ourselves()
    sizes = [one["size_bytes"] for one in manifest["files"] if one["path"].startswith("items/")]
    statistics = OutputStatisticsOutputDatasetFacet(
        rowCount=manifest["counts"]["eligible"], size=sum(sizes), fileCount=len(sizes)
    )
    inputs = [
        InputDataset(NAMESPACE, "items"),
        InputDataset(NAMESPACE, "register", facets=_version(manifest["register"]["digest"])),
    ]
    name = _snapshot_name(manifest["pack"]["id"], manifest["purpose"], manifest["recipient"])
    made = OutputDataset(NAMESPACE, name, {"outputStatistics": statistics}, facets=_version(digest))
    moments = (RunState.START, manifest["as_of"]), (RunState.COMPLETE, manifest["recheck"]["as_of"])
    return [_event("gate", digest, state, at, inputs, [made]) for state, at in moments]


def model_events(model: Model, lineage: Lineage) -> list[Any]:
    """The events of what made a model; where the beginning is not known, the recording stands for it."""
    from openlineage.client.event_v2 import OutputDataset, RunState
    from openlineage.client.generated.dataset_type_dataset import DatasetTypeDatasetFacet

    _name_ourselves()
    facets = {**_version(model.digest), "datasetType": DatasetTypeDatasetFacet(datasetType="MODEL")}
    made = [OutputDataset(NAMESPACE, f"model/{model.model}", facets=facets)]
    inputs, recorded = _snapshots(model.snapshots, lineage), format_instant(model.recorded_at)
    if model.run is not None:
        return [_event("train", model.run, RunState.RUNNING, recorded, inputs, made)]
    began = format_instant(model.trained_at) if model.trained_at else recorded
    moments = (RunState.START, began), (RunState.COMPLETE, recorded)
    return [_event("train", model.model, state, at, inputs, made) for state, at in moments]


def _snapshots(manifests: Iterable[str], lineage: Lineage) -> list[Any]:
    from openlineage.client.event_v2 import InputDataset

    found = [lineage.snapshots[one] for one in manifests]
    return [
        InputDataset(
            NAMESPACE,
            _snapshot_name(one.told["pack"], one.told["purpose"], one.told["recipient"]),
            facets=_version(one.manifest),
        )
        for one in found
    ]


def _snapshot_name(pack: str, purpose: str, recipient: str) -> str:
    return f"snapshot/{pack}/{purpose}/{recipient}"


def _version(digest: str) -> dict[str, Any]:
    from openlineage.client.generated.dataset_version_dataset import DatasetVersionDatasetFacet

    return {"version": DatasetVersionDatasetFacet(datasetVersion=digest)}


def _event(job: str, name: str, state: Any, at: str, inputs: list[Any], outputs: list[Any]) -> Any:  # noqa: ANN401, PLR0913, PLR0917 - what an event has
    from openlineage.client.event_v2 import Job, Run, RunEvent

    producer = _name_ourselves()
    # a run has the same id whenever it is told
    run = Run(str(uuid.uuid5(_RUNS, f"{job} {name}")))
    return RunEvent(
        eventType=state,
        eventTime=at,
        producer=producer,
        run=run,
        job=Job(NAMESPACE, job),
        inputs=inputs,
        outputs=outputs,
    )


def _name_ourselves() -> str:
    """Who makes the events, also in the parts that are made from now on: the client would name itself in those."""
    from openlineage.client.facet_v2 import set_producer

    producer = f"https://pypi.org/project/byleave/{metadata.version('byleave')}"
    set_producer(producer)
    return producer


def _emit(events: Any) -> None:  # noqa: ANN401 - makes the events
    try:
        from openlineage.client import OpenLineageClient

        client = OpenLineageClient()
        for event in events():
            client.emit(event)
    except ImportError:
        print(f"note: OpenLineage is configured and not installed\n  help: {_EXTRA}", file=sys.stderr)  # noqa: T201
    except _FAILURES as error:  # what was done stays done
        print(f"note: no OpenLineage event was sent: {error}", file=sys.stderr)  # noqa: T201

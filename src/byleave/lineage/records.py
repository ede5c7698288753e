"""Snapshots, runs and models as the ledger tells of them, and how one follows from another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError
from byleave.kernel.instants import format_instant
from byleave.ledger.entries import Entry, Kind
from byleave.policy.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import datetime

SHORTEST_PREFIX = 8
"""Hexadecimal digits of a digest that stand for the whole."""
_ALGORITHM = "sha256:"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot that was published."""

    manifest: str
    """The digest of its manifest, by which it is known."""
    seq: int
    recorded_at: datetime
    told: Mapping[str, Any]
    """The other fields of its entry."""

    @property
    def is_replay(self) -> bool:
        """Whether it may never be trained on."""
        return bool(self.told["mode"] == "replay")

    def seen_until(self, epoch: str) -> int:
        """The last entry that it has seen in an epoch; 0 where that does not compare: a folder, or another epoch."""
        watermark = self.told["recheck_watermark"]
        return watermark if isinstance(watermark, int) and self.told["epoch"] == epoch else 0

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {"manifest": self.manifest, **_at(self.seq, self.recorded_at), **_plain(self.told)}


@dataclass(frozen=True, slots=True)
class Run:
    """A training run."""

    run: str
    job: str
    snapshots: tuple[str, ...]
    started_at: datetime
    outcome: str | None = None
    """None while it goes on."""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A model, and from what it was trained."""

    model: str
    seq: int
    recorded_at: datetime
    name: str | None
    digest: str
    """As it is now; it changes when somebody is taken out."""
    purpose: str
    snapshots: tuple[str, ...]
    trained_at: datetime | None
    """When it was trained, where that is known."""
    run: str | None = None
    """The recorded run that made it; None for a model that was trained elsewhere."""
    earlier: tuple[str, ...] = ()
    """Its digests before somebody was taken out."""
    forgotten: Mapping[str, int] = field(default_factory=dict)
    """Key of a member → number of the entry that took them out."""
    acknowledged: Mapping[str, int] = field(default_factory=dict)
    """Key of a member → number of the entry by which who trained it says that they are out of it."""
    told_at: Mapping[int, datetime] = field(default_factory=dict)
    """Number of such an entry → when it was recorded."""
    certificates: Mapping[int, str] = field(default_factory=dict)
    """Number of an entry that took people out → the digest of what its certificate says."""
    retired_by: int | None = None
    """The entry that says that it is destroyed; None for a model that is there, in service or not."""
    destroyed: str | None = None
    """How that is known: `here`, or `told` by somebody."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether it was trained elsewhere, so that nobody here can make it forget."""
        return self.run is None

    @property
    def out(self) -> AbstractSet[str]:
        """The keys of whoever is out of it, by its certificates or by the word of who trained it."""
        return self.forgotten.keys() | self.acknowledged.keys()

    def as_json(self) -> dict[str, Any]:
        """The same for a machine; of those who were forgotten the number alone."""
        value = {
            "model": self.model,
            "name": self.name,
            "digest": self.digest,
            "purpose": self.purpose,
            "snapshots": list(self.snapshots),
            "trained_at": format_instant(self.trained_at) if self.trained_at else None,
            "run": self.run,
            "earlier_digests": list(self.earlier),
            "forgotten": len(self.forgotten),
            "acknowledged": len(self.acknowledged),
            "retired_by": self.retired_by,
            "destroyed": self.destroyed,
        }
        return {**value, **_at(self.seq, self.recorded_at)}


@dataclass(slots=True)
class Lineage:
    """Everything that was recorded about what the platform made."""

    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)

    def kept(self) -> list[Model]:
        """The models that are not destroyed: those alone have anybody to forget."""
        return [model for model in self.models.values() if model.retired_by is None]

    def models_of(self, manifests: Iterable[str]) -> list[Model]:
        """The models that were trained on one of these snapshots, in the order in which they were recorded."""
        wanted = set(manifests)
        return [model for model in self.models.values() if wanted & set(model.snapshots)]

    def snapshot(self, name: str) -> Snapshot:
        """A snapshot by the digest of its manifest, or its first digits. Raises: InputError."""
        hint = "record it: byleave snapshot register DIR --ledger URL"
        return self.snapshots[_one(name, {digest: [digest] for digest in self.snapshots}, "snapshot", hint)]

    def model(self, name: str) -> Model:
        """A model by its id, its name, or a digest of it or the digest's first digits. Raises: InputError."""
        known = {
            one.model: [one.digest, *one.earlier, *([one.name] if one.name else [])] for one in self.models.values()
        }
        return self.models[_one(name, known, "model", "record it: byleave model register")]


def fold(entries: Iterable[Entry]) -> Lineage:
    """What the entries about no person tell, in the order of `seq`."""
    lineage = Lineage()
    for entry in entries:
        if entry.kind in _STEPS and not entry.erased:
            _STEPS[entry.kind](lineage, entry)
    return lineage


def _published(lineage: Lineage, entry: Entry) -> None:
    told = dict(entry.data)
    manifest = told.pop("manifest")
    lineage.snapshots[manifest] = Snapshot(manifest, entry.seq, entry.recorded_at, told)


def _started(lineage: Lineage, entry: Entry) -> None:
    data = entry.data
    lineage.runs[data["run"]] = Run(data["run"], data["job"], tuple(data["snapshots"]), entry.at)


def _finished(lineage: Lineage, entry: Entry) -> None:
    run = lineage.runs[entry.data["run"]]
    lineage.runs[run.run] = replace(run, outcome=entry.data["outcome"], ended_at=entry.at)


def _trained(lineage: Lineage, entry: Entry) -> None:
    run = lineage.runs[entry.data["run"]]
    _add(lineage, entry, run.snapshots, run.started_at, run.run)


def _registered(lineage: Lineage, entry: Entry) -> None:
    _add(lineage, entry, tuple(entry.data["snapshots"]), entry.data["trained_at"], None)


def _add(
    lineage: Lineage, entry: Entry, snapshots: tuple[str, ...], trained_at: datetime | None, run: str | None
) -> None:
    data = entry.data
    made = Model(
        data["model"],
        entry.seq,
        entry.recorded_at,
        data["name"],
        data["digest"],
        data["purpose"],
        snapshots,
        trained_at,
    )
    lineage.models[made.model] = replace(made, run=run)


def _forgotten(lineage: Lineage, entry: Entry) -> None:
    model = lineage.models[entry.data["model"]]
    gone = {**model.forgotten, **dict.fromkeys(entry.data["forgotten"], entry.seq)}
    # nothing was learned of somebody who was in the snapshot: they are out, and the model is as it was
    same = entry.data["digest"] == model.digest
    earlier = model.earlier if same else (*model.earlier, model.digest)
    told_at = {**model.told_at, entry.seq: entry.recorded_at}
    made = replace(model, digest=entry.data["digest"], earlier=earlier, forgotten=gone, told_at=told_at)
    if "certificate" in entry.data:
        made = replace(made, certificates={**model.certificates, entry.seq: entry.data["certificate"]})
    lineage.models[model.model] = made


def _acknowledged(lineage: Lineage, entry: Entry) -> None:
    model = lineage.models[entry.data["model"]]
    said = {**model.acknowledged, **dict.fromkeys(entry.data["forgotten"], entry.seq)}
    told_at = {**model.told_at, entry.seq: entry.recorded_at}
    lineage.models[model.model] = replace(model, acknowledged=said, told_at=told_at)


def _retired(lineage: Lineage, entry: Entry) -> None:
    model = lineage.models[entry.data["model"]]
    told_at = {**model.told_at, entry.seq: entry.recorded_at}
    made = replace(model, retired_by=entry.seq, destroyed=entry.data["destroyed"], told_at=told_at)
    lineage.models[model.model] = made


_STEPS: Mapping[Kind, Callable[[Lineage, Entry], None]] = {
    Kind.SNAPSHOT_PUBLISHED: _published,
    Kind.RUN_STARTED: _started,
    Kind.RUN_FINISHED: _finished,
    Kind.MODEL_TRAINED: _trained,
    Kind.MODEL_REGISTERED: _registered,
    Kind.MODEL_FORGOTTEN: _forgotten,
    Kind.FORGETTING_ACKNOWLEDGED: _acknowledged,
    Kind.MODEL_RETIRED: _retired,
}


def _one(name: str, known: Mapping[str, list[str]], what: str, hint: str) -> str:
    """The one id that a name stands for. Raises: InputError when there is none, or several."""
    if name in known:
        return name
    digits = name.removeprefix(_ALGORITHM)
    exact = {one for one, names in known.items() if name in names}
    if not exact and len(digits) >= SHORTEST_PREFIX:
        exact = {one for one, names in known.items() for other in names if other.startswith(_ALGORITHM + digits)}
    if not exact:
        spelt = [one for key, names in known.items() for one in (key, *names) if not one.startswith(_ALGORITHM)]
        raise InputError(f"no {what} `{name}` is recorded{did_you_mean(name, spelt)}", hint=hint)
    if len(exact) > 1:
        raise InputError(f"`{name}` stands for {len(exact)} of them", hint=f"name one: {', '.join(sorted(exact)[:5])}")
    return exact.pop()


def _at(seq: int, recorded_at: datetime) -> dict[str, Any]:
    return {"seq": seq, "recorded_at": format_instant(recorded_at)}


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    instants = ("as_of", "recheck_as_of")
    return {name: format_instant(value) if name in instants else value for name, value in told.items()}

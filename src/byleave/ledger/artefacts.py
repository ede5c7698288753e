"""What the entries about no person have named: notices, snapshots, runs, models, and how one follows from another.

The same check admits an entry and folds it, so that what a writer takes down no reader refuses.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byleave.kernel.errors import InputError
from byleave.ledger.entries import Entry, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Held:
    """A copy of a snapshot that was given away."""

    published: str | None = None
    """Digest of the newest list of revocations."""
    items: int = 0
    """How many items it calls back."""
    acknowledged: str | None = None
    """Digest of the newest list of which the holder has said that it was done."""

    @property
    def waits(self) -> bool:
        """Whether the newest list was not acknowledged."""
        return self.published != self.acknowledged


@dataclass(slots=True)
class Artefacts:
    """What is known so far."""

    notices: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """Notice, version and language → digest of its text."""
    snapshots: set[str] = field(default_factory=set)
    """Digests of manifests."""
    runs: dict[str, bool] = field(default_factory=dict)
    """Run → whether it goes on."""
    models: set[str] = field(default_factory=set)
    retired: set[str] = field(default_factory=set)
    """Models that are destroyed."""
    held: dict[tuple[str, str], Held] = field(default_factory=dict)
    """Manifest and holder → what of a copy that was given away was called back."""

    def copy(self) -> Artefacts:
        """The same, to be changed apart."""
        return deepcopy(self)

    def apply(self, entry: Entry) -> None:
        """Take an entry into account, if it is about no person.

        Raises: InputError when it names what is not known, or makes what is there already; then nothing has changed.
        """
        if entry.kind in _APPLY:
            _APPLY[entry.kind](self, entry)

    def _noticed(self, entry: Entry) -> None:
        data = entry.data
        name = (data["notice"], data["version"], data["language"])
        if name in self.notices:
            told = f"notice `{data['notice']}`, version `{data['version']}`, was published in `{data['language']}`"
            raise InputError(f"{told} already", hint="a text that changes gets a new version")
        self.notices[name] = data["digest"]

    def _published(self, entry: Entry) -> None:
        if entry.data["manifest"] in self.snapshots:
            raise InputError(f"the snapshot `{entry.data['manifest']}` is recorded already")
        self.snapshots.add(entry.data["manifest"])

    def _started(self, entry: Entry) -> None:
        if entry.data["run"] in self.runs:
            raise InputError(f"there is a run `{entry.data['run']}` already", hint="every run has its own id")
        self._require_snapshots(entry.data["snapshots"])
        self.runs[entry.data["run"]] = True

    def _finished(self, entry: Entry) -> None:
        if not self.runs.get(entry.data["run"]):
            raise InputError(f"no run `{entry.data['run']}` is under way")
        self.runs[entry.data["run"]] = False

    def _trained(self, entry: Entry) -> None:
        if entry.data["run"] not in self.runs:
            raise InputError(f"there was no run `{entry.data['run']}`")
        self._make(entry.data["model"])

    def _registered(self, entry: Entry) -> None:
        self._require_snapshots(entry.data["snapshots"])
        self._make(entry.data["model"])

    def _forgotten(self, entry: Entry) -> None:
        model = entry.data["model"]
        if model not in self.models:
            raise InputError(f"there is no model `{model}`")
        if model in self.retired:
            raise InputError(f"the model `{model}` was retired", hint="it is destroyed, and nobody is in it any more")

    def _retired(self, entry: Entry) -> None:
        self._forgotten(entry)
        self.retired.add(entry.data["model"])

    def _handed_over(self, entry: Entry) -> None:
        data = entry.data
        self._require_snapshots([data["manifest"]])
        if (data["manifest"], data["holder"]) in self.held:
            raise InputError(f"`{data['holder']}` holds the snapshot `{data['manifest']}` already")
        self.held[data["manifest"], data["holder"]] = Held()

    def _called_back(self, entry: Entry) -> None:
        data = entry.data
        before = self._held(entry)
        if data["items"] < before.items:
            raise InputError(f"a list of {data['items']} items follows one of {before.items}: a list only grows")
        self.held[data["manifest"], data["holder"]] = Held(data["digest"], data["items"], before.acknowledged)

    def _acknowledged(self, entry: Entry) -> None:
        data = entry.data
        before = self._held(entry)
        if data["digest"] != before.published:
            hint = "acknowledge the newest list"
            raise InputError(f"the list `{data['digest']}` is not the newest for `{data['holder']}`", hint=hint)
        self.held[data["manifest"], data["holder"]] = Held(before.published, before.items, data["digest"])

    def _held(self, entry: Entry) -> Held:
        manifest, holder = entry.data["manifest"], entry.data["holder"]
        if (manifest, holder) not in self.held:
            hint = "record that first: byleave revocation hand-over"
            raise InputError(f"`{holder}` was never given the snapshot `{manifest}`", hint=hint)
        return self.held[manifest, holder]

    def _make(self, model: str) -> None:
        if model in self.models:
            raise InputError(f"there is a model `{model}` already", hint="every model has its own id")
        self.models.add(model)

    def _require_snapshots(self, manifests: Iterable[str]) -> None:
        for manifest in manifests:
            if manifest not in self.snapshots:
                hint = "record it first: byleave snapshot register DIR --ledger URL"
                raise InputError(f"the snapshot `{manifest}` is not recorded", hint=hint)


_APPLY: Mapping[Kind, Callable[[Artefacts, Entry], None]] = {
    Kind.NOTICE_PUBLISHED: Artefacts._noticed,  # noqa: SLF001 - the table of the class's own steps
    Kind.SNAPSHOT_PUBLISHED: Artefacts._published,  # noqa: SLF001
    Kind.SNAPSHOT_HANDED_OVER: Artefacts._handed_over,  # noqa: SLF001
    Kind.REVOCATIONS_PUBLISHED: Artefacts._called_back,  # noqa: SLF001
    Kind.REVOCATIONS_ACKNOWLEDGED: Artefacts._acknowledged,  # noqa: SLF001
    Kind.RUN_STARTED: Artefacts._started,  # noqa: SLF001
    Kind.RUN_FINISHED: Artefacts._finished,  # noqa: SLF001
    Kind.MODEL_TRAINED: Artefacts._trained,  # noqa: SLF001
    Kind.MODEL_REGISTERED: Artefacts._registered,  # noqa: SLF001
    Kind.MODEL_FORGOTTEN: Artefacts._forgotten,  # noqa: SLF001
    Kind.FORGETTING_ACKNOWLEDGED: Artefacts._forgotten,  # noqa: SLF001
    Kind.MODEL_RETIRED: Artefacts._retired,  # noqa: SLF001
}

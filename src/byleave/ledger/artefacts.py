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
        if entry.data["model"] not in self.models:
            raise InputError(f"there is no model `{entry.data['model']}`")

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
    Kind.RUN_STARTED: Artefacts._started,  # noqa: SLF001
    Kind.RUN_FINISHED: Artefacts._finished,  # noqa: SLF001
    Kind.MODEL_TRAINED: Artefacts._trained,  # noqa: SLF001
    Kind.MODEL_REGISTERED: Artefacts._registered,  # noqa: SLF001
    Kind.MODEL_FORGOTTEN: Artefacts._forgotten,  # noqa: SLF001
}

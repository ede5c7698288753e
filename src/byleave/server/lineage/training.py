"""Train a product through the gate: on a verified snapshot that may still be used, and recorded in the ledger.

1. the snapshot is decided again, now, and refused unless all of it may be used;
2. the run is recorded, and the model trained beside its place;
3. the snapshot is decided once more, since people choose while a model is trained; then the model is recorded;
4. the model is published by one rename. A run that does not come so far is recorded as failed; if the model was
   recorded by then, so is that it is destroyed, since nobody could ever leave what is in no place. Of a run that was
   killed there the next one says it, or a service that starts (`unpublished.py`).
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from byleave import api
from byleave.adapters.forgetting import manifest_in, require_published
from byleave.adapters.packs import load_pack
from byleave.adapters.publishing import publish, require_absent, staging
from byleave.adapters.snapshot_files import read_manifest
from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.training import MODEL, Learning, show, train
from byleave.gate.request import silent
from byleave.kernel.errors import InputError, RefusedError
from byleave.learn.manifest import Origin, origin_of, product_purpose, require_trainable, root
from byleave.learn.talent.words import Words
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, SEARCH, Kind
from byleave.ledger.visibility import is_hidden
from byleave.lineage.keys import keyed
from byleave.lineage.recording import model_retired
from byleave.lineage.records import fold
from byleave.server.db.gone import require_secret
from byleave.server.db.lookups import read_artefacts
from byleave.server.db.opening import connect
from byleave.server.db.reading import read_head
from byleave.server.db.store import Store
from byleave.server.lineage.persons import histories, touched
from byleave.server.lineage.recording import snapshot_in
from byleave.server.lineage.unpublished import BY, close_unpublished

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from byleave.gate.request import Progress
    from byleave.lineage.records import Model

TALENT = "talent"


class Asked(Protocol):
    """What is trained, on what, and where it goes."""

    @property
    def snapshot(self) -> Path:
        """The snapshot."""

    @property
    def out(self) -> Path:
        """The new folder of the model."""

    @property
    def ledger(self) -> str:
        """Where it is recorded."""

    @property
    def run(self) -> str:
        """Id of the run, which nothing else has; the model has the same."""

    @property
    def pack(self) -> str | None:
        """The pack as it is now; None takes the shipped one that the manifest names."""

    @property
    def name(self) -> str | None:
        """What people call the model."""


class HasManifest(Protocol):
    """What came out of a training."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The manifest of the model."""


Made = TypeVar("Made", bound=HasManifest)


@dataclass(frozen=True, slots=True)
class Training:
    """What is trained, on what, and where it goes."""

    snapshot: Path
    out: Path
    ledger: str
    run: str
    """Id of the run, which nothing else has; the model has the same."""
    pack: str | None = None
    """The pack as it is now; None takes the shipped one that the manifest names."""
    visible: Sequence[str] = ()
    """Tables with the profiles that can be found; none takes those of the snapshot."""
    words: Words = field(default_factory=Words)
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """What came out."""

    manifest: Mapping[str, Any]
    shown: int
    """Profiles that can be found."""
    passed_over: int
    """Judgements of profiles that are not in the snapshot."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        told = {"digest": root(self.manifest), "shown": self.shown, "passed_over": self.passed_over}
        return {**told, "manifest": dict(self.manifest)}


def train_talent(asked: Training, secret: bytes | None, progress: Progress = silent) -> Trained:
    """Train talent search, record it, and publish its folder; as `train_product`."""

    def make(work: Path, origin: Origin) -> Trained:
        return _train(work, asked, origin, secret or b"", progress)

    return train_product(asked, TALENT, secret, make, progress)


def train_product(
    asked: Asked, product: str, secret: bytes | None, make: Callable[[Path, Origin], Made], progress: Progress = silent
) -> Made:
    """Train a product through the gate, record it, and publish its folder.

    Args:
        asked: what is trained.
        product: its name in packs.
        secret: the ledger's suppression key, from which members' keys are made.
        make: writes the model into a folder; its result has the manifest.
        progress: called with each step and how much of it is done.

    Raises: RefusedError for a snapshot that may not be trained on; UsageError for a pack without this product;
    InputError without the right key, or for rows that cannot be read; OutputError; LedgerError.
    """
    require_absent(asked.out)
    origin = require_origin(asked, product, secret, progress)
    manifest = read_manifest(asked.snapshot)
    with Store(asked.ledger) as store:
        close_unpublished(asked.out.absolute().parent, fold(store.reader.artefacts()), store.append)
        started = {"run": asked.run, "job": f"train {product}", "snapshots": [origin.snapshot]}
        store.append([Proposal(Kind.RUN_STARTED, "", PLATFORM, started)])
        outcome, is_recorded = "failed", False
        try:
            with staging(asked.out) as work:
                found = make(work, origin)
                _require_usable(asked, product, manifest, progress)
                model = {"model": origin.model, "name": asked.name, "digest": root(found.manifest)}
                data = {**model, "purpose": origin.purpose, "run": asked.run}
                store.append([Proposal(Kind.MODEL_TRAINED, "", PLATFORM, data)])
                is_recorded = True
                publish(work, asked.out)
            outcome = "completed"
        finally:
            if is_recorded and not _is_at(asked.out, origin.model):
                store.append([model_retired(origin.model, "here", BY)])
            store.append([Proposal(Kind.RUN_FINISHED, "", PLATFORM, {"run": asked.run, "outcome": outcome})])
    return found


def _is_at(folder: Path, model: str) -> bool:
    """Whether a model was published as a folder, and not something else."""
    try:
        return bool(manifest_in(folder)["model"] == model)
    except InputError:
        return False


def require_origin(asked: Asked, product: str, secret: bytes | None, progress: Progress = silent) -> Origin:
    """What a model would be made from: a recorded snapshot, as it was published, that may be trained on now.

    Raises: as `train_product`.
    """
    manifest = read_manifest(asked.snapshot)
    purpose = _require_usable(asked, product, manifest, progress)
    return _origin(asked, product, manifest, purpose, require_key(asked.ledger, secret))


def require_key(ledger: str, secret: bytes | None) -> str:
    """Insist on the suppression key of a ledger; the ledger's address. Raises: InputError, LedgerError."""
    if secret is None:
        hint = "set BYLEAVE_SUPPRESSION_KEY to the file of the ledger's suppression key"
        raise InputError("a model that can forget needs the suppression key, for its members' keys", hint=hint)
    session = connect(ledger)
    try:
        require_secret(session, keyed(secret))
    finally:
        session.close()
    return ledger


def _require_usable(asked: Asked, product: str, manifest: Mapping[str, Any], progress: Progress) -> str:
    """The purpose of the product, on a snapshot that may be used for it, now. Raises: RefusedError, UsageError."""
    pack = load_pack(asked.pack or manifest["pack"]["id"])
    purpose = product_purpose(pack, product)
    require_trainable(manifest, (), purpose, str(asked.snapshot))  # before its rows are read
    status = api.snapshot_status(asked.snapshot, register=asked.ledger, pack=pack, progress=progress)
    require_trainable(manifest, status.problems, purpose, str(asked.snapshot))
    return purpose


def hidden_members(ledger: str) -> frozenset[str]:
    """Every id of everybody who took themselves out of searches for people."""
    session = connect(ledger)
    try:
        persons = list(touched(session, SEARCH, 0, read_head(session).seq))
        return frozenset().union(*(ids for ids, entries in histories(session, persons) if is_hidden(entries)))
    finally:
        session.close()


def _origin(asked: Asked, product: str, manifest: Mapping[str, Any], purpose: str, ledger: str) -> Origin:
    session = connect(ledger)
    try:
        snapshot = snapshot_in(asked.snapshot, session)
    finally:
        session.close()
    return Origin(asked.run, product, purpose, manifest["pack"], manifest["recipient"], snapshot.manifest)


def _train(work: Path, asked: Training, origin: Origin, secret: bytes, progress: Progress) -> Trained:
    spill = work / ".spill"
    spill.mkdir()
    learning = Learning(secret, asked.words, spill, hidden=hidden_members(asked.ledger))
    progress("learning", 0.0)
    made = train(work, [asked.snapshot / "items"], origin, learning)
    progress("indexing who can be found", 0.5)
    shown = show(work, asked.visible or [asked.snapshot / "items"], learning)
    spill.rmdir()
    return Trained(made, shown, learning.passed_over)


def still_held(folder: Path, ledger: str) -> int:
    """How many accounts a copy of a model holds of which the ledger says that they were taken out since it was made."""
    session = connect(ledger)
    try:
        models = fold(read_artefacts(session)).models
    finally:
        session.close()
    with closing(ModelFile.open(folder / MODEL)) as model:
        known = models.get(model.manifest()["model"])
        return sum(model.has(int(key, 16)) for key in known.forgotten) if known else 0


def audit(folder: Path, snapshot: Path, ledger: str, secret: bytes | None) -> list[str]:
    """Train a model again from its snapshot, without everybody who has left, and compare.

    Args:
        folder: the model.
        snapshot: the snapshot that it was trained on.
        ledger: where it is recorded who has left.
        secret: the suppression key of the ledger.

    Returns: the fields of the manifest that differ; none means that the model is what it says, byte for byte.

    Raises: InputError, RefusedError when the model or the snapshot is another one than the ledger has.
    """
    require_key(ledger, secret)
    with closing(ModelFile.open(folder / MODEL)) as model:
        manifest, words, held = model.manifest(), model.words(), model.artefacts()
    known = known_model(folder, manifest, snapshot, ledger)
    with tempfile.TemporaryDirectory() as work:
        learning = Learning(secret or b"", words, Path(work), {int(key, 16) for key in known.forgotten})
        again = train(Path(work), [snapshot / "items"], origin_of(manifest), learning)
    # what the file holds, and not only what it says of itself
    differing = [name for name in again if again[name] != manifest[name]]
    if held != manifest["artefacts"] and "artefacts" not in differing:
        differing.append("artefacts")
    return differing if root(manifest) == known.digest else [*differing, "digest"]


def known_model(folder: Path, manifest: Mapping[str, Any], snapshot: Path, ledger: str) -> Model:
    """What a ledger has of a model that was trained on a snapshot.

    Raises: RefusedError when it is not so; InputError for a folder that was never published.
    """
    require_published(folder)
    session = connect(ledger)
    try:
        found, lineage = snapshot_in(snapshot, session), fold(read_artefacts(session))
    finally:
        session.close()
    known = lineage.models.get(manifest["model"])
    if known is None or found.manifest != manifest["snapshot"]:
        told = f"the model in `{folder}` was not trained on `{snapshot}` by this ledger"
        raise RefusedError(told, hint="name its own snapshot, and the ledger that `byleave train` was given")
    return known

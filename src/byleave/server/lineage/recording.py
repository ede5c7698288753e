"""Recording what was published or trained, in a ledger: an entry, and the index of who is in it.

Both may be done again at any time: what is there already stays as it is. So a crash between publishing and recording is
mended by recording once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.snapshot_members import members_of
from byleave.adapters.files import file_digest
from byleave.adapters.snapshot_files import MANIFEST, files_differ, read_manifest
from byleave.kernel.errors import InputError, RefusedError, UsageError
from byleave.ledger.entries import Kind
from byleave.lineage.keys import keyed
from byleave.lineage.recording import model_id, model_registered, snapshot_key, snapshot_published
from byleave.lineage.records import fold
from byleave.server.db.lookups import read_artefacts
from byleave.server.db.opening import connect
from byleave.server.db.store import Store, now
from byleave.server.lineage.index import DatabaseIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from byleave.lineage.records import Model, Snapshot
    from byleave.server.db.session import Session


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a snapshot has done."""

    snapshot: Snapshot
    was_known: bool
    """Whether its entry was there already."""
    indexed: bool
    """Whether it is known now who is in it."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {**self.snapshot.as_json(), "was_known": self.was_known, "indexed": self.indexed}


def record_snapshot(
    folder: Path,
    address: str,
    secret: bytes | None,
    *,
    just_published: bool = False,
    clock: Callable[[], datetime] = now,
) -> Recorded:
    """Record the snapshot in a folder, and index who is in it.

    Args:
        folder: the snapshot, as it was published.
        address: the ledger.
        secret: the suppression key; without it nothing is indexed.
        just_published: whether the folder was published a moment ago, so that its files need not be read through.
        clock: the present, when it is recorded.

    Raises: InputError when the folder is no snapshot; RefusedError when its files were changed; LedgerError when the
    ledger cannot be written.
    """
    manifest = read_manifest(folder)
    if not just_published and files_differ(folder, manifest):
        raise RefusedError(
            f"the files of `{folder}` are not those that its manifest lists",
            hint="it cannot be said what was in it; take the snapshot again",
        )
    digest = file_digest(folder / MANIFEST)
    with Store(address, clock=clock) as store:
        before = store.head().seq
        (entry,) = store.append([snapshot_published(manifest, digest)], key=snapshot_key(digest))
    snapshot = fold([entry]).snapshots[digest]
    session = connect(address)
    try:
        if secret is not None:
            key_of = keyed(secret)
            index = DatabaseIndex(session)
            if digest not in index.sizes():
                index.add(digest, entry.seq, members_of(folder, key_of), key_of)
        indexed = digest in DatabaseIndex(session).sizes()
    finally:
        session.close()
    return Recorded(snapshot, entry.seq <= before, indexed)


def snapshot_in(folder: Path, session: Session) -> Snapshot:
    """The recorded snapshot that lies in a folder, whole.

    Raises: InputError when it is none, or not recorded; RefusedError when its files were changed.
    """
    manifest = read_manifest(folder)
    if files_differ(folder, manifest):
        hint = "train on a snapshot as it was published"
        raise RefusedError(f"the files of `{folder}` are not those that its manifest lists", hint=hint)
    found = fold(read_artefacts(session)).snapshots.get(file_digest(folder / MANIFEST))
    if found is None:
        hint = f"record it first: byleave snapshot register {folder} --ledger URL"
        raise InputError(f"the snapshot in `{folder}` is not recorded in this ledger", hint=hint)
    return found


def record_model(  # noqa: PLR0913 - what is known of a model
    folders: Sequence[Path],
    address: str,
    digest: str,
    *,
    name: str | None = None,
    purpose: str | None = None,
    trained_at: datetime | None = None,
    usable: bool = True,
    clock: Callable[[], datetime] = now,
) -> Model:
    """Record a model that was trained elsewhere.

    Args:
        folders: the snapshots that it was trained on, as they were published and recorded.
        address: the ledger.
        digest: `sha256:…` over the model's file.
        name: what people call it.
        purpose: what it was trained for; None takes that of the snapshots.
        trained_at: when training began, if that was before now.
        usable: whether the snapshots may be trained on now (`byleave.snapshot_status`).
        clock: the present, when it is recorded.

    Raises: RefusedError for a replay, for files that were changed, for another purpose, and for a snapshot that is no
    longer usable unless `trained_at` says that it was trained before; InputError for a snapshot that is not recorded,
    or a model that is recorded in other words, or as destroyed; UsageError, LedgerError.
    """
    if not folders:
        raise UsageError("on which snapshot was it trained?", hint="name its folder with --snapshot")
    if not usable and trained_at is None:
        raise RefusedError(
            "a snapshot of it may not be trained on any more",
            hint="if the model was trained before, say when: --trained-at INSTANT; else take a new snapshot",
        )
    session = connect(address)
    try:
        snapshots = [snapshot_in(folder, session) for folder in folders]
        act = model_registered(snapshots, digest, name=name, purpose=purpose, trained_at=trained_at)
        artefacts = read_artefacts(session)
    finally:
        session.close()
    before = [entry for entry in artefacts if entry.data.get("model") == model_id(digest)]
    if any(entry.kind is Kind.MODEL_RETIRED for entry in before):
        told = f"the model `{digest}` is recorded as destroyed"
        raise InputError(told, hint="a model that is there was not destroyed: tell whoever said so, and train another")
    if before and dict(before[0].data) != dict(act.data):
        hint = f"see what is recorded: byleave model show {model_id(digest)} --ledger URL"
        raise InputError(f"the model `{digest}` is recorded already, in other words", hint=hint)
    with Store(address, clock=clock) as store:
        store.append([act], key=f"model {model_id(digest)}")
        return fold(store.reader.artefacts()).models[model_id(digest)]

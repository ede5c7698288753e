"""A model is retired: its files are destroyed, and the ledger says so. Nobody has to leave it afterwards.

A model that is merely taken out of service still holds everybody, so it stays open whom it must forget.

1. everything but the manifest is overwritten and deleted, while nobody else changes the model;
2. the ledger is told: never before, since it would not be true;
3. the manifest and the folder go. Whatever dies between, the same command goes on where it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.adapters.destroying import destroy, destroy_all_but
from byleave.adapters.forgetting import MANIFEST, alone, manifest_in
from byleave.kernel.errors import OutputError, UsageError
from byleave.lineage.recording import model_retired, retired_key
from byleave.lineage.records import fold
from byleave.server.db.lookups import read_artefacts
from byleave.server.db.opening import connect
from byleave.server.db.store import Store, now
from byleave.server.lineage.forgetting import recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from byleave.lineage.records import Model


class Retired(NamedTuple):
    """What was done."""

    model: Model
    files: int
    """Those that were destroyed here."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {**self.model.as_json(), "files": self.files}


def retire(place: Path, ledger: str, by: str, *, clock: Callable[[], datetime] = now) -> Retired:
    """Destroy the model in a folder, and record it; a copy of one that was retired is destroyed, too.

    Args:
        place: the model's folder, or a link to it.
        ledger: where it is recorded.
        by: who says that no other copy of it is left.
        clock: the present, when it is recorded.

    Raises: InputError for a folder without a model, or with a link in it; RefusedError for a model that is not in this
    ledger; OutputError when a file cannot be destroyed: then nothing is recorded; LedgerError; UsageError.
    """
    _require_name(by)
    folder = place.resolve()
    name = str(manifest_in(folder)["model"])
    before = recorded(name, ledger)
    try:
        with alone(folder):
            files = destroy_all_but(folder, MANIFEST)
            if before.retired_by is None:
                _record(name, "here", ledger, by, clock)
            destroy(folder / MANIFEST)
            folder.rmdir()
        if place.is_symlink():
            place.unlink()
    except OSError as error:
        told = f"`{error.filename or folder}` cannot be destroyed: {(error.strerror or str(error)).lower()}"
        raise OutputError(told, hint="mend that, and say the same again: it goes on where it was") from error
    return Retired(recorded(name, ledger), files + 1)


def attest(name: str, ledger: str, by: str, *, clock: Callable[[], datetime] = now) -> Retired:
    """Record somebody's word that a model is destroyed, of which no file is here.

    Args:
        name: its id, its name, or a digest of it.
        ledger: where it is recorded.
        by: who says so.
        clock: the present, when it is recorded.

    Raises: InputError for a model that is not recorded, or retired by somebody else; LedgerError; UsageError.
    """
    _require_name(by)
    session = connect(ledger)
    try:
        model = fold(read_artefacts(session)).model(name)
    finally:
        session.close()
    _record(model.model, "told", ledger, by, clock)
    return Retired(recorded(model.model, ledger), 0)


def _record(name: str, destroyed: str, ledger: str, by: str, clock: Callable[[], datetime]) -> None:
    with Store(ledger, clock=clock) as store:
        store.append([model_retired(name, destroyed, by)], retired_key(name, by))


def _require_name(by: str) -> None:
    if not by.strip():
        raise UsageError("who says so?", hint="name somebody with --by")

"""Runs that were killed between recording a model and publishing it: what is left of the model goes, and is told.

The ledger has such a model, and no folder ever held it that answers anybody. What a run writes lies beside its place,
under a name that says so, and is renamed once: so whatever still lies there was never published, and while nobody
holds its lock its run is over.
"""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from byleave.adapters.destroying import destroy_all_but
from byleave.adapters.forgetting import MANIFEST
from byleave.adapters.publishing import left_behind
from byleave.kernel.errors import InputError
from byleave.learn.manifest import require_manifest
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.lineage.recording import model_retired, retired_key

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.lineage.records import Lineage, Model
    from byleave.server.lineage.certifying import Append

BY = "byleave train"


def close_unpublished(place: Path, lineage: Lineage, append: Append) -> None:
    """Destroy the models that killed runs left in a folder of models, and record that, and that their runs failed.

    Of a folder that cannot be destroyed nothing is recorded: who must leave its model stays open.

    Args:
        place: the folder of models.
        lineage: what the ledger tells; a model of another ledger is left alone.
        append: records acts under a key, durably.

    Raises: LedgerError.
    """
    for left in left_behind(place):
        with suppress(OSError, InputError):
            model = _recorded(left, lineage)
            if model is None:
                continue
            destroy_all_but(left, MANIFEST)
            over = Proposal(Kind.RUN_FINISHED, "", PLATFORM, {"run": model.run, "outcome": "failed"})
            append([model_retired(model.model, "here", BY), over], retired_key(model.model, BY))
            shutil.rmtree(left, ignore_errors=True)


def _recorded(folder: Path, lineage: Lineage) -> Model | None:
    """The model in a folder, if the ledger has it as kept and its run as going on: one that ended has told of itself.

    Raises: OSError, InputError for a folder without a model.
    """
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
    except ValueError:
        return None
    model = lineage.models.get(require_manifest(told, str(folder))["model"])
    if model is None or model.run is None or model.retired_by is not None:
        return None
    return model if lineage.runs[model.run].outcome is None else None

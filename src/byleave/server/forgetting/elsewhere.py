"""Models that were trained elsewhere: what is recorded once somebody says that people are out of one, or it is gone.

Nobody here can see whether it was. So such a task is open, or acknowledged, and never called done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.errors import ConflictError, UnknownError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.lineage.recording import model_retired, retired_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.ledger.entries import Entry
    from byleave.lineage.records import Lineage, Model
    from byleave.server.lineage.certifying import Append


def acknowledge(  # noqa: PLR0913, PLR0917 - what is acknowledged, by whom, and where it is written
    append: Append, lineage: Lineage, model: str, keys: Sequence[str], how: str, by: str
) -> Entry:
    """Record that whoever trained a model says that people are out of it.

    Args:
        append: records in the ledger.
        lineage: what was recorded.
        model: its id.
        keys: of the accounts, up to 1,000.
        how: `retrained` or `retired`: the model is destroyed.
        by: who says so.

    Returns: The entry; the same for the same, however often it is said.

    Raises: UnknownError for a model that is not recorded; ConflictError for one that was trained here, which forgets
    with a certificate, or is destroyed; InputError for keys that are none.
    """
    found = _elsewhere(lineage, model, "it forgets by itself, with a certificate")
    if found.retired_by is not None:
        told_of = f"entry {found.retired_by} says that the model `{model}` is destroyed"
        raise ConflictError(told_of, hint="nobody is in it any more, and nothing is to be done")
    told = sorted(set(keys))
    data = {"model": model, "forgotten": told, "how": how, "by": by}
    return append([Proposal(Kind.FORGETTING_ACKNOWLEDGED, "", PLATFORM, data)], f"acknowledged {model} {told} {how}")[0]


def retire(append: Append, lineage: Lineage, model: str, by: str) -> Entry:
    """Record that whoever trained a model says that it is destroyed, with every copy: nobody has to leave it any more.

    Args:
        append: records in the ledger.
        lineage: what was recorded.
        model: its id.
        by: who says so.

    Returns: The entry; the same however often the same caller says it.

    Raises: UnknownError for a model that is not recorded; ConflictError for one that was trained here; InputError where
    somebody else has said it.
    """
    _elsewhere(lineage, model, "destroy it here: byleave model retire")
    return append([model_retired(model, "told", by)], retired_key(model, by))[0]


def _elsewhere(lineage: Lineage, model: str, hint: str) -> Model:
    found = lineage.models.get(model)
    if found is None:
        raise UnknownError(f"there is no model `{model}`", hint="see which there are: GET /api/v1/models")
    if not found.is_elsewhere:
        raise ConflictError(f"the model `{model}` was trained here", hint=hint)
    return found

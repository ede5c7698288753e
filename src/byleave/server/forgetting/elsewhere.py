"""Models that were trained elsewhere: who must leave them, by when, and what is recorded once somebody says it is done.

Nobody here can see whether it was. So such a task is open, or acknowledged, and never called done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.errors import ConflictError, UnknownError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.ledger.entries import Entry
    from byleave.lineage.records import Lineage
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
        how: `retrained` or `retired`.
        by: who says so.

    Returns: The entry; the same for the same, however often it is said.

    Raises: UnknownError for a model that is not recorded; ConflictError for one that was trained here, which forgets
    with a certificate; InputError for keys that are none.
    """
    found = lineage.models.get(model)
    if found is None:
        raise UnknownError(f"there is no model `{model}`", hint="see which there are: GET /api/v1/models")
    if not found.is_elsewhere:
        raise ConflictError(f"the model `{model}` was trained here", hint="it forgets by itself, with a certificate")
    told = sorted(set(keys))
    data = {"model": model, "forgotten": told, "how": how, "by": by}
    return append([Proposal(Kind.FORGETTING_ACKNOWLEDGED, "", PLATFORM, data)], f"acknowledged {model} {told} {how}")[0]

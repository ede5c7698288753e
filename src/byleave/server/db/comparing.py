"""Whether a second copy holds what the ledger holds, for whoever watches over both."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from byleave.kernel.errors import ByleaveError
from byleave.ledger.address import is_address
from byleave.ledger.chain import NOTHING, Row
from byleave.server.db.copy_database import last_row
from byleave.server.db.opening import connect
from byleave.server.db.second_copy import last_line

if TYPE_CHECKING:
    from byleave.server.db.reading import Reader

TRIES, PAUSE_SECONDS = 5, 0.05
"""How often a copy is compared that may be written at the moment."""


def compare(copy: Path | str, reader: Reader) -> Literal["ok", "behind", "failed"]:
    """Whether a copy holds what the ledger holds.

    Returns: `ok`; `behind` when it lacks the newest entries, which the next act brings; `failed` when it is not there,
    cannot be read, or holds what the ledger does not.

    Raises: LedgerError when the ledger cannot be read.
    """
    for _ in range(TRIES):
        head = reader.head()
        try:
            last = _last(copy)
        except (OSError, ByleaveError):
            return "failed"
        seq, chain = (last.seq, last.chain) if last else (0, NOTHING)
        known = next(reader.recorded(seq - 1, seq), None) if seq else None
        if seq and (known is None or known.row.chain != chain):
            return "failed"
        if seq >= head.seq:
            return "ok"
        # an act that is being recorded is in the database first
        time.sleep(PAUSE_SECONDS)
    return "behind"


def _last(copy: Path | str) -> Row | None:
    if not is_address(copy):
        return last_line(Path(copy))
    session = connect(str(copy))
    try:
        return last_row(session)
    finally:
        session.close()

"""Whether what a model has learned may answer: asked before every answer, of the queue itself and not of the model.

A model that cannot be stopped, since its files cannot be read or the disk is full, must not go on answering from what
saw somebody who has left. So it answers only while the queue has read everything that was recorded until five seconds
ago, and nobody in the queue still waits for it to stop. In doubt it does not.

Nor does a model answer that the ledger does not know, since nobody could leave it, or of which it says that it is
destroyed: then its files are a copy that somebody forgot, or put back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.errors import ByleaveError
from byleave.server.lineage.standing import is_behind, is_kept

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.server.db.session import Session
    from byleave.server.lineage.doors import LineageReader


def may_answer(reader: LineageReader, model: str, now: datetime) -> bool:
    """Whether what a model has learned may answer now; never raises because of the ledger: then it may not."""
    try:
        with reader.reading() as session:
            return not is_behind(session, now) and is_kept(session, model) and not _waits(session, model)
    except ByleaveError:
        return False


def _waits(session: Session, model: str) -> bool:
    sql = "SELECT 1 FROM forget_task WHERE model = ? AND stopped_at IS NULL AND done_by IS NULL LIMIT 1"
    return bool(session.query(sql, [model]))

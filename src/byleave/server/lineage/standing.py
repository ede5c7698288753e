"""How the queue of forgetting stands, for operators and for whoever asks whether a model may answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from byleave.ledger.wire import from_microseconds
from byleave.server.db.reading import read_head

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.server.db.session import Session

WITHIN = timedelta(seconds=5)
"""An acknowledged opt-out is out of what answers after so long."""
READ, READ_FOR_SEARCH, READ_FOR_NAMES, READ_FOR_ANSWERS = 1, 2, 3, 4
"""What the ledger is read for: who refuses, who is found by searches, which items name somebody who objects, and which
models it knows that are not destroyed."""


def is_behind(session: Session, now: datetime) -> bool:
    """Whether something was recorded that the queue should have read by now."""
    rows = session.query("SELECT epoch, seq FROM forget_reading WHERE number = ?", [READ])
    if not rows or rows[0][0] != read_head(session).name:
        return True
    sql = "SELECT recorded_at FROM ledger_entry WHERE seq > ? ORDER BY seq LIMIT 1"
    unread = session.query(sql, [rows[0][1]])
    return bool(unread) and now - from_microseconds(unread[0][0]) > WITHIN


class Standing(NamedTuple):
    """How the queue stands, for operators: of the models in service, and of those that should be and are broken."""

    answering: int
    """Accounts that a model must forget, and that it has not stopped to answer from."""
    leaving: int
    """Accounts that are not out of a model."""
    oldest_at: datetime | None
    """Since when the oldest of them waits."""
    problems: int
    """Steps of models that broke, and are tried again."""
    behind: bool
    """Whether the ledger was not read when it should have been."""


def served_here(session: Session) -> set[str] | None:
    """The models in service, as the queue has found them last; None where it never looked."""
    return _listed(session, READ_FOR_SEARCH)


def is_kept(session: Session, model: str) -> bool:
    """Whether the ledger knows a model, and not that it is destroyed; as far as the queue has read."""
    return model in (_listed(session, READ_FOR_ANSWERS) or ())


def _listed(session: Session, number: int) -> set[str] | None:
    rows = session.query("SELECT rules FROM forget_reading WHERE number = ?", [number])
    return set(rows[0][0].split(" ")) if rows else None


def standing(session: Session, now: datetime) -> Standing:
    """How the queue stands. Raises: what the database's driver raises."""
    served = served_here(session) or ()
    broken = [model for (model,) in session.query("SELECT model FROM forget_problem")]
    sql = (
        "SELECT model, count(*), count(*) - count(stopped_at), min(since) FROM forget_task "
        "WHERE done_by IS NULL GROUP BY model"
    )
    rows = [row for row in session.query(sql) if row[0] in served or row[0] in broken]
    oldest = min((since for _, _, _, since in rows), default=None)
    return Standing(
        answering=sum(row[2] for row in rows),
        leaving=sum(row[1] for row in rows),
        oldest_at=None if oldest is None else from_microseconds(oldest),
        problems=len(broken),
        behind=is_behind(session, now),
    )

"""What keeps a model from forgetting: kept in the ledger's database until it is mended, so that people can be told.

A step that broke is tried again, after a while that doubles each time. Nothing that a model has learned from somebody
who must leave it answers meanwhile (`answering.py`).
"""

from __future__ import annotations

import errno
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from byleave.kernel.errors import ByleaveError, MissingExtraError
from byleave.ledger.wire import from_microseconds, to_microseconds
from byleave.server.db.session import writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from byleave.server.db.session import Session

FORGET, SHOW, DECIDE, SERVE = "forget", "show", "decide", "serve"
"""The steps: taking people out, following who wants to be found, deciding a snapshot again, and being in service."""
FULL, MISSING, UNREADABLE, OTHER = "full", "missing", "unreadable", "other"
"""Why a step broke: no room on the disk, a program that is not installed, files that cannot be used, anything else."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=10)
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_COLUMNS = "model, step, reason, told, since, tries, again_at"


class Problem(NamedTuple):
    """One step of one model that broke."""

    model: str
    step: str
    reason: str
    told: str
    """What the error says, for staff; of an error that is not our own its kind alone."""
    since: datetime
    tries: int
    again_at: datetime
    """Not before then it is tried again."""


def reason_of(error: BaseException) -> str:
    """Why something broke, by the error or by what caused it."""
    import apsw  # noqa: PLC0415 - only where something broke

    causes = list(_causes(error))
    if any(isinstance(one, apsw.FullError) or getattr(one, "errno", None) in _NO_ROOM for one in causes):
        return FULL
    if any(isinstance(one, ImportError | MissingExtraError) for one in causes):
        return MISSING
    if any(isinstance(one, OSError | ByleaveError | apsw.Error) for one in causes):
        return UNREADABLE
    return OTHER


def _causes(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__ or one.__context__


class Problems:
    """Over one connection, which one thread uses at a time."""

    def __init__(self, session: Session) -> None:
        """Use an open connection."""
        self._session = session

    def all(self) -> dict[tuple[str, str], Problem]:
        """Everything that is not mended, by model and step, the oldest first."""
        rows = self._session.query(f"SELECT {_COLUMNS} FROM forget_problem ORDER BY since, model, step")  # noqa: S608
        return {(one.model, one.step): one for one in map(_problem, rows)}

    def waits(self, model: str, step: str, now: datetime) -> bool:
        """Whether a step broke and is not to be tried yet."""
        known = self.all().get((model, step))
        return known is not None and now < known.again_at

    def add(self, model: str, step: str, error: BaseException, now: datetime) -> bool:
        """Note that a step broke; whether that is news: before it was to be tried again it is none."""
        known = self.all().get((model, step))
        if known is not None and now < known.again_at:
            return False
        tries = known.tries + 1 if known else 1
        since = known.since if known else now
        again = now + min(FIRST_WAIT * 2 ** min(tries - 1, 20), LONGEST_WAIT)
        told = str(error) if isinstance(error, ByleaveError) else type(error).__name__
        row = (model, step, reason_of(error), told, to_microseconds(since), tries, to_microseconds(again))
        with writing(self._session) as session:
            sql = (
                f"INSERT INTO forget_problem ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (model, step) "  # noqa: S608
                "DO UPDATE SET reason = excluded.reason, told = excluded.told, tries = excluded.tries, "
                "again_at = excluded.again_at"
            )
            session.run(sql, [row])
        return True

    def mended(self, model: str, step: str) -> None:
        """Say that a step was done."""
        if (model, step) in self.all():
            with writing(self._session) as session:
                session.run("DELETE FROM forget_problem WHERE model = ? AND step = ?", [(model, step)])


def _problem(row: tuple[str, str, str, str, int, int, int]) -> Problem:
    model, step, reason, told, since, tries, again = row
    return Problem(model, step, reason, told, from_microseconds(since), tries, from_microseconds(again))

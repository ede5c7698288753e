"""What is told of the queue: how far each task is, by when, and of whom; for staff, trainers elsewhere and members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from byleave.kernel.instants import format_instant
from byleave.ledger.admission import linked
from byleave.lineage.keys import key_text
from byleave.lineage.records import fold
from byleave.server.db.lookups import merges_of, read_artefacts
from byleave.server.forgetting.problems import FORGET, Problems
from byleave.server.forgetting.queue import Queue
from byleave.server.lineage.standing import served_here

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime

    from byleave.lineage.records import Model
    from byleave.server.db.session import Session
    from byleave.server.forgetting.queue import Task
    from byleave.server.lineage.doors import LineageReader

WAITING, STOPPED, FORGOTTEN = "waiting", "stopped", "forgotten"
AWAY, RETIRED = "away", "retired"
"""Of a model that is not in service here and still holds the account, and of one that is destroyed."""
OPEN, OVERDUE, ACKNOWLEDGED = "open", "overdue", "acknowledged"
"""Of models that were trained elsewhere."""


@dataclass(frozen=True, slots=True)
class Told:
    """One task, and how far it is."""

    task: Task
    model: Model
    state: str
    member: str | None
    """The account, where it is not erased."""
    due_by: datetime | None
    """Of a model that was trained elsewhere."""
    trouble: str | None = None
    """Why the model could not be made anew yet: a reason of `problems.py`; it is tried again."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        task = self.task
        told = self.model.told_at.get(task.done_by or 0)
        return {
            "model": task.model,
            "name": self.model.name,
            "key": key_text(task.key),
            "member": self.member,
            "cause": task.cause,
            "entry": task.seq,
            "since": format_instant(task.since),
            "state": self.state,
            "trouble": self.trouble,
            "stopped_at": format_instant(task.stopped_at) if task.stopped_at else None,
            "due_by": format_instant(self.due_by) if self.due_by else None,
            "done_by": task.done_by,
            "done_at": format_instant(told) if told else None,
        }


def tasks_of(  # noqa: PLR0913 - what is asked for
    reader: LineageReader,
    now: datetime,
    days: int,
    *,
    keys: Collection[int] | None = None,
    model: str | None = None,
    undone: bool = False,
) -> list[Told]:
    """The tasks in the order in which they were asked for.

    Args:
        reader: over the ledger.
        now: the present.
        days: that a model elsewhere has.
        keys: of these accounts alone; None: of everybody.
        model: of this model alone.
        undone: only what is not done.

    Raises: InputError without the right suppression key; LedgerError.
    """
    with reader.reading() as session:
        models = fold(read_artefacts(session)).models
        found = [one for one in Queue(session).tasks(undone=undone, keys=keys) if model in (None, one.model)]
        if not found:
            return []
        names = dict(_names(session, found, reader.key_of(session)))
        broken, served = Problems(session).all(), served_here(session)
    told = []
    for one in found:
        known = models[one.model]
        due_by = one.since + timedelta(days=days) if known.is_elsewhere else None
        trouble = broken.get((one.model, FORGET)) if one.done_by is None else None
        reason = trouble.reason if trouble else None
        is_away = trouble is None and served is not None and one.model not in served
        state = _state(one, known, due_by, now, is_away=is_away or known.retired_by is not None)
        told.append(Told(one, known, state, names.get(one.key), due_by, reason))
    return told


def _state(task: Task, model: Model, due_by: datetime | None, now: datetime, *, is_away: bool) -> str:
    if task.done_by is not None:
        word = FORGOTTEN if key_text(task.key) in model.forgotten else ACKNOWLEDGED
        return RETIRED if task.done_by == model.retired_by else word
    if due_by is not None:
        return OVERDUE if now > due_by else OPEN
    if is_away:
        return AWAY
    return STOPPED if task.stopped_at else WAITING


def _names(session: Session, tasks: Iterable[Task], key_of: Callable[[str], int]) -> Iterator[tuple[int, str]]:
    """Keys with the ids that they are of, as far as the entries that asked still say whose they are."""
    numbers = sorted({one.seq for one in tasks})
    listed = ", ".join(map(str, numbers)) or "NULL"
    # whole numbers of our own
    sql = f"SELECT DISTINCT subject FROM ledger_payload WHERE subject <> '' AND seq IN ({listed})"  # noqa: S608
    names = {name for (name,) in session.query(sql)}
    for name in linked(names, merges_of(session, names)):
        yield key_of(name), name

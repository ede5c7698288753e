"""The queue: which account must leave which model, since when, and how far that is.

It is made from the ledger, and can be made again from it: a row is added with the number up to which the ledger was
read, in one transaction, so that no refusal is passed over or queued twice, whenever a process dies.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from byleave.ledger.wire import from_microseconds, to_microseconds
from byleave.lineage.keys import key_text
from byleave.server.db.session import writing
from byleave.server.lineage.standing import READ, READ_FOR_ANSWERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from byleave.lineage.records import Model
    from byleave.server.db.session import Session

OPTED_OUT, OBJECTED, ERASED, HELD_BACK, NAMED = "opted-out", "objected", "erased", "held-back", "named"
"""Why an account must leave: its person's own refusal, or one about an item: held back by the person, or naming
somebody else who objects."""
_COLUMNS = "model, key, seq, since, cause, stopped_at, done_by"
_SAY_READ = (
    "INSERT INTO forget_reading (number, epoch, seq, rules) VALUES (?, ?, ?, ?) ON CONFLICT (number) "
    "DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, rules = excluded.rules"
)
Place = tuple[str, int]
"""Model and key."""


@dataclass(frozen=True, slots=True)
class Task:
    """One account that one model must forget."""

    model: str
    key: int
    seq: int
    """The entry that refuses, or erases."""
    since: datetime
    """When it was recorded."""
    cause: str
    stopped_at: datetime | None = None
    """From when on the model answered nobody from what saw this account."""
    done_by: int | None = None
    """The entry by which the ledger was told that it is out of the model."""

    @property
    def place(self) -> Place:
        """What there is one of."""
        return self.model, self.key


class Reading(NamedTuple):
    """How far the ledger was read, and under which rules."""

    epoch: str
    seq: int
    rules: str
    """A digest of the packs in force and of the models there are: with others everybody is looked at again."""


class Queue:
    """Over one connection, which one thread uses at a time."""

    def __init__(self, session: Session) -> None:
        """Use an open connection."""
        self._session = session

    def tasks(self, *, undone: bool = False, keys: Collection[int] | None = None) -> list[Task]:
        """The tasks in the order in which they were asked for; of some accounts, or what is not done, alone."""
        wanted = [] if keys is None else [f"key IN ({', '.join(str(int(key)) for key in keys) or 'NULL'})"]
        wanted += ["done_by IS NULL"] if undone else []
        where = f"WHERE {' AND '.join(wanted)}" if wanted else ""
        # whole numbers and names of our own
        sql = f"SELECT {_COLUMNS} FROM forget_task {where} ORDER BY seq, model, key"  # noqa: S608
        rows = self._session.query(sql)
        return [
            Task(model, key, seq, from_microseconds(since), cause, _instant(stopped), done)
            for model, key, seq, since, cause, stopped, done in rows
        ]

    def reading(self, number: int = READ) -> Reading | None:
        """How far the ledger was read for something; None before the first time."""
        rows = self._session.query("SELECT epoch, seq, rules FROM forget_reading WHERE number = ?", [number])
        return Reading(*rows[0]) if rows else None

    def fresh(self, found: Iterable[Task]) -> list[Task]:
        """Those of some tasks that are not in the queue, each once."""
        each = {one.place: one for one in found}
        known = {one.place for one in self.tasks()} if each else set()
        return [one for place, one in each.items() if place not in known]

    def read(
        self,
        new: Iterable[Task],
        withdrawn: Iterable[Place],
        reading: Reading,
        number: int = READ,
        kept: Iterable[str] | None = None,
    ) -> None:
        """Add what was found, take back what the person took back before it had begun, and say how far was read.

        Args:
            new: what was found.
            withdrawn: what was taken back.
            reading: how far was read, and by which rules.
            number: for what it was read (`standing`).
            kept: the models that the ledger knows and that are not destroyed, where all of it was read.
        """
        rows = [(one.model, one.key, one.seq, to_microseconds(one.since), one.cause, one.done_by) for one in new]
        with writing(self._session) as session:
            sql = (
                "INSERT INTO forget_task (model, key, seq, since, cause, done_by) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (model, key) DO NOTHING"
            )
            session.run(sql, rows)
            sql = "DELETE FROM forget_task WHERE model = ? AND key = ? AND stopped_at IS NULL AND done_by IS NULL"
            session.run(sql, list(withdrawn))
            session.run(_SAY_READ, [(number, *reading)])
            if kept is not None:
                session.run(_SAY_READ, [(READ_FOR_ANSWERS, reading.epoch, reading.seq, " ".join(sorted(kept)))])

    def stopped(self, places: Iterable[Place], at: datetime) -> None:
        """Say that models answer nobody from what saw these accounts."""
        moment = to_microseconds(at)
        with writing(self._session) as session:
            sql = "UPDATE forget_task SET stopped_at = ? WHERE model = ? AND key = ? AND stopped_at IS NULL"
            session.run(sql, [(moment, *one) for one in places])

    def told(self, model: Model, tasks: Iterable[Task]) -> int:
        """Note of which accounts the ledger was told that they are out of a model; how many those are.

        Of a model that is destroyed all are.
        """
        entries, by_entry = {**model.acknowledged, **model.forgotten}, defaultdict[int, list[Task]](list)
        for one in tasks:
            seq = entries.get(key_text(one.key), model.retired_by)
            if seq is not None:
                by_entry[seq].append(one)
        for seq, several in by_entry.items():
            self.done([one.place for one in several], seq)
        return sum(map(len, by_entry.values()))

    def done(self, places: Iterable[Place], seq: int) -> None:
        """Say by which entry the ledger was told that these accounts are out."""
        with writing(self._session) as session:
            sql = "UPDATE forget_task SET done_by = ? WHERE model = ? AND key = ? AND done_by IS NULL"
            session.run(sql, [(seq, *one) for one in places])


def _instant(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else from_microseconds(microseconds)

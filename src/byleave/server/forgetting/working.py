"""The queue at work: read the ledger, stop every model that saw somebody who refuses, and have it made anew.

1. what was recorded since is read, and who must leave is queued (`queue.py`, `due.py`);
2. each model in service stops answering from what saw them;
3. each is made anew without them, a certificate is written, and the ledger is told.

Every step may die and is done again. Models that were trained elsewhere stay open until somebody acknowledges.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from byleave.adapters.forgetting import alone, models_in, snapshot_at
from byleave.kernel.errors import ByleaveError, InputError, LedgerError
from byleave.learn.forgetting import Means
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.ledger.fields import MOST_KEYS
from byleave.lineage.keys import key_text
from byleave.lineage.leaving import LEAVING
from byleave.lineage.records import fold
from byleave.server.db.lookups import read_artefacts
from byleave.server.db.opening import connect
from byleave.server.db.reading import read_head
from byleave.server.db.session import BusyError
from byleave.server.forgetting.due import Looking
from byleave.server.forgetting.queue import ERASED, Queue, Reading, Task
from byleave.server.forgetting.visibility import follow
from byleave.server.lineage.certifying import recorder
from byleave.server.lineage.persons import touched

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from byleave.adapters.forgetting import InService
    from byleave.learn.forgetting import Profile
    from byleave.ledger.entries import Entry
    from byleave.lineage.records import Lineage
    from byleave.proof.keys import SignerKey
    from byleave.server.db.session import Session
    from byleave.server.lineage.certifying import Append
    from byleave.server.policy_in_force import PolicyInForce

ENTRIES = LEAVING | {Kind.OBJECTION_WITHDRAWN, Kind.OBJECTION_REJECTED}
"""Kinds by which somebody may leave, or come back before that has begun."""
WINDOW = timedelta(minutes=10)
"""For how long people are collected before a model that waits is made anew."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything is, and who does what."""

    address: str
    """Of the ledger."""
    secret: bytes
    models: Path
    """The folder whose folders are the models in service."""
    snapshots: Path
    """The folder whose folders are snapshots."""
    policy: Callable[[], PolicyInForce]
    signers: Callable[[], Sequence[SignerKey]]
    append: Append
    """Records in the ledger."""
    clock: Callable[[], datetime]
    promised: Callable[[Entry], str | None] = lambda _: None
    profiles: Callable[[Collection[str]], list[Profile]] = lambda _: []
    """What people show of themselves now, under any of their ids."""
    window: timedelta = WINDOW


class Done(NamedTuple):
    """What one step did: accounts by number."""

    queued: int
    stopped: int
    out: int
    problems: tuple[str, ...]
    """What stands in the way, in words."""


@dataclass(slots=True)
class Forgetting:
    """Works through the queue of one ledger. Made for one thread; several may do so at once to the same effect."""

    place: Place
    _sessions: list[Session] = field(default_factory=list)
    _policy: list[PolicyInForce] = field(default_factory=list)
    _begun: bool = False
    apart: bool = False
    """Whether a model that takes long is made anew beside the steps, so that others stop in time all the same."""
    _threads: dict[str, threading.Thread] = field(default_factory=dict)
    _failed: list[str] = field(default_factory=list)

    def step(self) -> Done:
        """Do everything that is to be done now. Raises: LedgerError when the ledger cannot be read or written."""
        session = self._session()
        queue = Queue(session)
        try:
            queued = self._read(session, queue)
            waiting, problems = queue.tasks(undone=True), list[str]()
            there = self._there(problems)
            self._show(session, queue, there.values(), problems)
            self._finish(session, there.values(), problems)
            if not waiting:
                return Done(queued, 0, 0, tuple(problems))
            stopped, out = self._models(session, queue, waiting, there, problems)
        except session.errors as error:
            raise LedgerError(f"the queue of forgetting cannot be read or written: {error}") from error
        return Done(queued, stopped, out, tuple(problems))

    def _session(self) -> Session:
        if not self._sessions or not self._sessions[0].usable:
            self._sessions[:] = [connect(self.place.address)]
        return self._sessions[0]

    # 1. reading the ledger

    def _read(self, session: Session, queue: Queue) -> int:
        """Queue whoever must leave by what was recorded since; how many that are."""
        head, before = read_head(session), queue.reading()
        place, policy = self.place, self.place.policy()
        lineage = fold(read_artefacts(session)) if before is None or before.seq != head.seq else None
        if lineage is None and before is not None and before.epoch == head.name and self._same(before, policy):
            return 0
        lineage = lineage or fold(read_artefacts(session))
        looking = Looking(session, place.secret, policy, lineage, place.clock(), place.promised)
        reading = Reading(head.name, head.seq, looking.rules())
        withdrawn: Iterable[tuple[str, int]] = ()
        if before is None or (before.epoch, before.rules) != (reading.epoch, reading.rules):
            new = looking.everybody()
        else:
            persons = list(touched(session, ENTRIES, before.seq, head.seq))
            found = looking.touched(persons)
            withdrawn = _taken_back(queue, looking, persons, found)
            new = [*found, *looking.gone(before.seq)]
        known = {one.place for one in queue.tasks()} if new else set()
        fresh = [one for one in new if one.place not in known]
        queue.read(fresh, withdrawn, reading)
        self._policy[:] = [policy]
        return len(fresh)

    def _same(self, before: Reading, policy: PolicyInForce) -> bool:
        """Whether nothing was recorded, and the packs are the same as in the step before."""
        return bool(self._policy) and self._policy[0] is policy and bool(before.rules)

    # 2. and 3. the models

    def _there(self, problems: list[str]) -> dict[str, InService]:
        """The models in service, by id."""
        try:
            return {one.model: one for one in models_in(self.place.models)}
        except ByleaveError as error:
            problems.append(str(error))
            return {}

    def _show(self, session: Session, queue: Queue, models: Iterable[InService], problems: list[str]) -> None:
        """Bring members' choices to be found to the models that show people."""
        try:
            follow(session, queue, list(models), self.place.profiles, self.place.secret)
        except ByleaveError as error:
            problems.append(str(error))

    def _finish(self, session: Session, models: Iterable[InService], problems: list[str]) -> None:
        """At the first step: what another process had begun in a model, and was killed, is finished."""
        if self._begun:
            return
        self._begun = True
        for one in models:
            if one.kind.waits:
                # it is loaded with much that is not needed otherwise; its tasks stand in the queue
                continue
            try:
                with alone(one.folder):
                    one.kind.renew(one.folder, self._means(session))
            except ByleaveError as error:
                problems.append(f"{one.model}: {error}")

    def _means(self, session: Session) -> Means:
        place = self.place
        record, snapshots = recorder(session, place.append), place.snapshots
        return Means(place.secret, place.signers(), record, place.clock, lambda digest: snapshot_at(snapshots, digest))

    def _models(
        self,
        session: Session,
        queue: Queue,
        waiting: Sequence[Task],
        there: Mapping[str, InService],
        problems: list[str],
    ) -> tuple[int, int]:
        by_model = defaultdict[str, list[Task]](list)
        for one in waiting:
            by_model[one.model].append(one)
        stopped = out = 0
        for name, tasks in by_model.items():
            if name not in there:
                # trained elsewhere, or not in service here: done when the ledger is told by somebody
                out += _told(queue, fold(read_artefacts(session)), name, tasks)
                continue
            try:
                stopped += self._stop(queue, there[name], tasks)
                if self.apart and there[name].kind.waits:
                    self._start(queue, there[name], tasks)
                else:
                    out += self._renew(session, queue, there[name], tasks)
            except ByleaveError as error:
                problems.append(f"{name}: {error}")
        problems += self._failed
        self._failed.clear()
        return stopped, out

    def _start(self, queue: Queue, model: InService, tasks: Sequence[Task]) -> None:
        """Make a model anew beside the steps, unless that is under way or too early."""
        _told(queue, fold(read_artefacts(self._session())), model.model, tasks)
        running = self._threads.get(model.model)
        if self._is_early(tasks) or (running is not None and running.is_alive()):
            return
        self._threads[model.model] = threading.Thread(target=self._beside, args=(model,), daemon=True)
        self._threads[model.model].start()

    def _beside(self, model: InService) -> None:
        other = Forgetting(self.place)
        try:
            session = other._session()
            queue = Queue(session)
            tasks = [one for one in queue.tasks(undone=True) if one.model == model.model and one.stopped_at is not None]
            if tasks:
                other._renew(session, queue, model, tasks)
        except (ByleaveError, BusyError) as error:
            self._failed.append(f"{model.model}: {error}")
        finally:
            other.close()

    def _is_early(self, tasks: Sequence[Task]) -> bool:
        return self.place.clock() < min(one.since for one in tasks) + self.place.window

    def _stop(self, queue: Queue, model: InService, tasks: Sequence[Task]) -> int:
        new = [one for one in tasks if one.stopped_at is None]
        if new:
            model.kind.stop(model.folder, [one.key for one in new], self.place.clock())
            gone = [one.key for one in new if one.cause == ERASED]
            if gone:
                model.kind.erase(model.folder, gone, self.place.secret)
            queue.stopped([one.place for one in new], self.place.clock())
        return len(new)

    def _renew(self, session: Session, queue: Queue, model: InService, tasks: Sequence[Task]) -> int:
        """Make a model anew if enough time has passed; how many accounts are out of it now."""
        if model.kind.waits and self._is_early(tasks):
            return 0
        with alone(model.folder):
            model.kind.renew(model.folder, self._means(session))
        held = model.kind.holds(model.folder, [one.key for one in tasks])
        if held:
            raise InputError(f"{len(held)} accounts are still in the model", hint="see `byleave model audit`")
        self._tell_of_nothing(fold(read_artefacts(session)), model.model, tasks)
        return _told(queue, fold(read_artefacts(session)), model.model, tasks)

    def _tell_of_nothing(self, lineage: Lineage, name: str, tasks: Sequence[Task]) -> None:
        """Record that accounts of the snapshot are out of whose items the model had learned nothing."""
        model = lineage.models[name]
        keys = sorted(key_text(one.key) for one in tasks if key_text(one.key) not in model.forgotten)
        for start in range(0, len(keys), MOST_KEYS):
            some = keys[start : start + MOST_KEYS]
            data = {"model": name, "digest": model.digest, "forgotten": some}
            proposal = Proposal(Kind.MODEL_FORGOTTEN, "", PLATFORM, data)
            self.place.append([proposal], f"forgotten {name} {model.digest} {some[0]} {some[-1]} {len(some)}")

    def close(self) -> None:
        """Give the connection back."""
        for one in self._sessions:
            one.close()
        self._sessions.clear()


def _told(queue: Queue, lineage: Lineage, name: str, tasks: Iterable[Task]) -> int:
    """Note of which accounts the ledger was told that they are out of a model; how many those are."""
    model = lineage.models[name]
    entries, by_entry = {**model.acknowledged, **model.forgotten}, defaultdict[int, list[Task]](list)
    for one in tasks:
        if key_text(one.key) in entries:
            by_entry[entries[key_text(one.key)]].append(one)
    for seq, several in by_entry.items():
        queue.done([one.place for one in several], seq)
    return sum(map(len, by_entry.values()))


def _taken_back(
    queue: Queue, looking: Looking, persons: Iterable[frozenset[str]], found: Iterable[Task]
) -> list[tuple[str, int]]:
    """What is queued of these people, has not begun, and is not asked for any more."""
    keys = looking.keys(persons)
    still = {one.place for one in found}
    waiting = queue.tasks(undone=True, keys=keys) if keys else []
    return [one.place for one in waiting if one.stopped_at is None and one.place not in still and one.cause != ERASED]

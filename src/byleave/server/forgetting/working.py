"""The queue at work: read the ledger, stop every model that saw somebody who refuses, and have it made anew.

1. what was recorded since is read, and who must leave is queued (`queue.py`, `due.py`, `naming.py`);
2. every model in service stops answering from what saw them;
3. then each is made anew without them, a certificate is written, and the ledger is told.

Every step may die and is done again. Whatever one model breaks on, the others go on: it is noted (`problems.py`), and
tried again. Models that were trained elsewhere stay open until somebody acknowledges, and those that are not in service
until they are back, or destroyed.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from byleave.adapters.forgetting import alone, look_through, snapshot_at
from byleave.adapters.publishing import sweep_place
from byleave.kernel.errors import InputError, LedgerError
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
from byleave.server.forgetting.naming import Naming, owners_of
from byleave.server.forgetting.problems import DECIDE, FORGET, SERVE, SHOW, Problems
from byleave.server.forgetting.queue import ERASED, Queue, Reading, Task
from byleave.server.forgetting.visibility import follow
from byleave.server.lineage.certifying import recorder, rerunning
from byleave.server.lineage.persons import touched
from byleave.server.lineage.standing import READ_FOR_NAMES
from byleave.server.lineage.unpublished import close_unpublished

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from byleave.adapters.forgetting import Broken, InService
    from byleave.learn.forgetting import Profile
    from byleave.ledger.entries import Entry
    from byleave.lineage.records import Lineage, Model
    from byleave.proof.keys import SignerKey
    from byleave.server.db.session import Session
    from byleave.server.lineage.certifying import Append
    from byleave.server.policy_in_force import PolicyInForce

    There = Mapping[str, Sequence[InService]]

ENTRIES = LEAVING | {Kind.OBJECTION_WITHDRAWN, Kind.OBJECTION_REJECTED, Kind.ITEM_RELEASED}
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
    _known: list[Lineage] = field(default_factory=list)
    """What the ledger tells of models, as it was read last."""
    _begun: bool = False
    _decided: bool = False
    apart: bool = False
    """Whether what takes long is done beside the steps, so that every model stops in time all the same."""
    _threads: dict[str, threading.Thread] = field(default_factory=dict)
    _words: list[str] = field(default_factory=list)

    def step(self) -> Done:
        """Do everything that is to be done now. Raises: LedgerError when the ledger cannot be read or written."""
        session = self._session()
        queue = Queue(session)
        try:
            there, broken = self._there()
            queued = self._read(session, queue, there)
            may = self._may_serve(session, there)
            stopped, out = self._models(session, queue, may, broken, there.keys() - may.keys())
            self._show(session, queue, there)
            self._finish(session, may)
            queued += self._decide(session, there)
        except session.errors as error:
            raise LedgerError(f"the queue of forgetting cannot be read or written: {error}") from error
        words, self._words[:] = tuple(self._words), []
        return Done(queued, stopped, out, words)

    def _session(self) -> Session:
        if not self._sessions or not self._sessions[0].usable:
            self._sessions[:] = [connect(self.place.address)]
        return self._sessions[0]

    def _tried(self, session: Session, model: str, step: str, todo: Callable[[], int]) -> int | None:
        """Do something with one model, and note whatever it breaks on; None where it did. The others go on."""
        of_the_ledger: tuple[type[Exception], ...] = (*session.errors, LedgerError, BusyError)
        try:
            done = todo()
        except of_the_ledger:
            raise
        except Exception as error:  # noqa: BLE001 - of a file, a disk or a library
            if Problems(session).add(model, step, error, self.place.clock()):
                self._words.append(f"{model}: {error}")
            return None
        return done

    # 1. reading the ledger

    def _read(self, session: Session, queue: Queue, there: There) -> int:
        """Queue whoever must leave by what was recorded since; how many that are."""
        head, before = read_head(session), queue.reading()
        policy = self.place.policy()
        lineage = fold(read_artefacts(session)) if before is None or before.seq != head.seq else None
        if lineage is None and before is not None and before.epoch == head.name and self._same(before, policy):
            return 0
        lineage = lineage or fold(read_artefacts(session))
        self._known[:] = [lineage]
        looking = self._looking(session, policy, lineage, there)
        reading = Reading(head.name, head.seq, looking.rules())
        withdrawn: Iterable[tuple[str, int]] = ()
        if before is None or (before.epoch, before.rules) != (reading.epoch, reading.rules):
            new = looking.everybody()
        else:
            persons = list(touched(session, ENTRIES, before.seq, head.seq))
            found = looking.touched(persons)
            withdrawn = looking.taken_back(queue, persons, found)
            new = [*found, *looking.gone(before.seq)]
        fresh = queue.fresh(new)
        queue.read(fresh, withdrawn, reading, kept=[one.model for one in lineage.kept()])
        self._policy[:] = [policy]
        return len(fresh)

    def _looking(self, session: Session, policy: PolicyInForce, lineage: Lineage, there: There) -> Looking:
        place = self.place
        owners = partial(owners_of, there, place.snapshots, place.secret)
        return Looking(session, place.secret, policy, lineage, place.clock(), place.promised, owners)

    def _same(self, before: Reading, policy: PolicyInForce) -> bool:
        """Whether nothing was recorded, and the packs are the same as in the step before."""
        return bool(self._policy) and self._policy[0] is policy and bool(before.rules)

    def _decide(self, session: Session, there: There) -> int:
        """Queue the owners of items that name somebody who objects; how many that are, where it was done at once."""
        queue, head, place = Queue(session), read_head(session), self.place
        before = queue.reading(READ_FOR_NAMES)
        if before is not None and (before.epoch, before.seq) == (head.name, head.seq) and self._decided:
            return 0
        if Problems(session).waits("", DECIDE, place.clock()) or self._runs(DECIDE):
            return 0
        looking = self._looking(session, place.policy(), fold(read_artefacts(session)), there)
        naming = Naming(queue, looking, head, place.address, place.snapshots)
        self._decided = True
        if not naming.is_due():
            return 0
        if self.apart:
            self._beside(DECIDE, lambda other: other._decide(other._session(), there))  # noqa: SLF001 - one of its own
            return 0
        found = self._tried(session, "", DECIDE, naming.run)
        if found is not None:
            Problems(session).mended("", DECIDE)
        return found or 0

    # 2. and 3. the models

    def _there(self) -> tuple[dict[str, list[InService]], list[Broken]]:
        """The models in service, by id, each in every folder that holds it; and the folders that cannot be read."""
        found, broken = look_through(self.place.models)
        there: dict[str, list[InService]] = {}
        for one in found:
            there.setdefault(one.model, []).append(one)
        return there, broken

    def _may_serve(self, session: Session, there: There) -> There:
        """Those of some models that the ledger knows and that are not destroyed; of the others it is noted."""
        problems, known = Problems(session), self._known[0].models
        may = {name: several for name, several in there.items() if name in known and known[name].retired_by is None}
        for name in there.keys() - may.keys():
            self._tried(session, name, SERVE, partial(_raise, _stray(name, known.get(name))))
        for name, step in problems.all():
            if step == SERVE and (name in may or name not in there):
                problems.mended(name, step)
        return may

    def _show(self, session: Session, queue: Queue, there: There) -> None:
        """Bring members' choices to be found to the models that show people."""
        place, models = self.place, [one for several in there.values() for one in several]

        def shown() -> int:
            follow(session, queue, models, place.profiles, place.secret)
            return 0

        if not Problems(session).waits("", SHOW, place.clock()) and self._tried(session, "", SHOW, shown) is not None:
            Problems(session).mended("", SHOW)

    def _finish(self, session: Session, there: There) -> None:
        """At the first step: what another process had begun, and was killed, is finished or removed."""
        if self._begun:
            return
        self._begun = True
        close_unpublished(self.place.models, fold(read_artefacts(session)), self.place.append)
        sweep_place(self.place.models)
        for name, models in there.items():
            # one that waits is loaded with much that is not needed otherwise; its tasks stand in the queue
            several = [one for one in models if not one.kind.waits]
            if (
                Problems(session).waits(name, FORGET, self.place.clock())
                or self._tried(session, name, FORGET, partial(self._made_anew, session, several)) is None
            ):
                self._begun = False
            elif several:
                Problems(session).mended(name, FORGET)

    def _made_anew(self, session: Session, models: Iterable[InService]) -> int:
        for one in models:
            with alone(one.folder):
                one.kind.renew(one.folder, self._means(session, one.model))
        return 0

    def _means(self, session: Session, model: str) -> Means:
        place = self.place
        record, snapshots = recorder(session, place.append), place.snapshots
        again = rerunning(session, place.append, model)
        return Means(
            place.secret, place.signers(), record, place.clock, lambda digest: snapshot_at(snapshots, digest), again
        )

    def _models(
        self, session: Session, queue: Queue, there: There, broken: Sequence[Broken], strays: Collection[str]
    ) -> tuple[int, int]:
        by_model, stopped, out = defaultdict[str, list[Task]](list), 0, 0
        for one in queue.tasks(undone=True):
            by_model[one.model].append(one)
        self._clear(session, by_model)
        if not by_model:
            return 0, 0
        lineage, still = fold(read_artefacts(session)), set[str]()
        for name, tasks in by_model.items():  # first every model stops, whatever takes long afterwards
            done = self._tried(session, name, FORGET, partial(self._stop, queue, there.get(name, ()), tasks))
            stopped += done or 0
            still |= {name} if done is None else set()
        for name, tasks in by_model.items():
            if name in there:
                out += 0 if name in still else self._leave(session, queue, there[name], tasks)
                continue
            # trained elsewhere, or not in service here: done when the ledger is told by somebody
            out += 0 if name in strays else queue.told(lineage.models[name], tasks)
            if broken and not lineage.models[name].is_elsewhere:
                self._tried(session, name, FORGET, partial(_raise, broken[0].error))
        return stopped, out

    def _clear(self, session: Session, by_model: Mapping[str, Sequence[Task]]) -> None:
        """Take back what stood in the way of a model that nobody must leave any more."""
        problems = Problems(session)
        for model, step in problems.all() if self._begun else ():
            if step == FORGET and model not in by_model:
                problems.mended(model, step)

    def _stop(self, queue: Queue, models: Sequence[InService], tasks: Sequence[Task]) -> int:
        new = [one for one in tasks if one.stopped_at is None] if models else []
        if new:
            gone = [one.key for one in new if one.cause == ERASED]
            for model in models:
                model.kind.stop(model.folder, [one.key for one in new], self.place.clock())
                if gone:
                    model.kind.erase(model.folder, gone, self.place.secret)
            queue.stopped([one.place for one in new], self.place.clock())
        return len(new)

    def _leave(self, session: Session, queue: Queue, models: Sequence[InService], tasks: Sequence[Task]) -> int:
        """Make a model anew, unless it is too early for that; how many accounts are out of it."""
        name, waits = models[0].model, models[0].kind.waits
        if waits and self.apart:
            queue.told(fold(read_artefacts(session)).models[name], tasks)
        if (waits and self._is_early(tasks)) or Problems(session).waits(name, FORGET, self.place.clock()):
            return 0
        if waits and self.apart:
            self._beside(name, lambda other: other._once_more(name))  # noqa: SLF001 - one of its own
            return 0
        done = self._tried(session, name, FORGET, partial(self._renew, session, queue, models, tasks))
        if done is not None:
            Problems(session).mended(name, FORGET)
        return done or 0

    def _once_more(self, name: str) -> int:
        """Make one model anew without everybody for whom it has stopped."""
        session = self._session()
        queue = Queue(session)
        tasks = [one for one in queue.tasks(undone=True) if one.model == name and one.stopped_at is not None]
        models = self._there()[0].get(name, ())
        return self._leave(session, queue, models, tasks) if tasks and models else 0

    def _beside(self, name: str, todo: Callable[[Forgetting], int]) -> None:
        """Do something in a thread of its own, unless that is under way."""
        if self._runs(name):
            return

        def run() -> None:
            other = Forgetting(self.place)
            try:
                todo(other)
            except Exception as error:  # noqa: BLE001 - of the ledger, which the next step asks again
                self._words.append(f"{name}: {error}")
            finally:
                self._words.extend(other._words)
                other.close()

        self._threads[name] = threading.Thread(target=run, name=f"forgetting {name}", daemon=True)
        self._threads[name].start()

    def _runs(self, name: str) -> bool:
        """Whether a thread does something beside the steps."""
        return name in self._threads and self._threads[name].is_alive()

    def _is_early(self, tasks: Sequence[Task]) -> bool:
        return self.place.clock() < min(one.since for one in tasks) + self.place.window

    def _renew(self, session: Session, queue: Queue, models: Sequence[InService], tasks: Sequence[Task]) -> int:
        """Make a model anew; how many accounts are out of it now."""
        self._made_anew(session, models)
        held = {key for one in models for key in one.kind.holds(one.folder, [task.key for task in tasks])}
        if held:
            raise InputError(f"{len(held)} accounts are still in the model", hint="see `byleave model audit`")
        name = models[0].model
        self._tell_of_nothing(fold(read_artefacts(session)), name, tasks)
        return queue.told(fold(read_artefacts(session)).models[name], tasks)

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


def _raise(error: Exception) -> int:
    raise error


def _stray(name: str, model: Model | None) -> InputError:
    """Why a model that lies in the folder of models may not be in service."""
    if model is None:
        hint = "name the ledger that `byleave train` was given, or take its folder away"
        return InputError(f"the model `{name}` is not recorded in this ledger, and answers nobody", hint=hint)
    hint = "destroy them: byleave model retire DIR --ledger URL --by NAME"
    return InputError(f"the model `{name}` was retired by entry {model.retired_by}, and is here still", hint=hint)

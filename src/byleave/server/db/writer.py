"""The writer: one thread that records for everybody who waits, with one flush for all of them.

While one batch is flushed, the next acts gather; the more there are, the fewer flushes each of them costs. Nobody is
answered before the flush. When a flush fails, it is not known what the disk has kept, and asking again may say yes to
what was lost (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020): the writer stops for
good, and whoever waits is told so.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

from byleave.kernel.errors import ByleaveError, InputError, LedgerError
from byleave.server.db.recording import Group, World, erase, erase_given, record
from byleave.server.db.session import BusyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from byleave.ledger.entries import Entry
    from byleave.server.db.observer import Observer
    from byleave.server.db.second_copy import SecondCopy
    from byleave.server.db.session import Session

    Answer: TypeAlias = Future[list[Entry]]
    Request: TypeAlias = "Group | Erasure | GivenErasure"

MOST_GROUPS = 1_000
"""In one transaction; more would make the first of them wait for long."""

RESTART = "start again; whether what was under way is recorded can then be read"


class Erasure(NamedTuple):
    """A request to erase a person."""

    subject: str
    actor: str


class GivenErasure(NamedTuple):
    """A request to erase what people gave to be found by, of whom no objection stands."""

    subjects: tuple[str, ...]
    actor: str


class Writer:
    """Records what is submitted, in the order in which it was submitted."""

    def __init__(self, session: Session, world: World, copy: SecondCopy | None, observer: Observer) -> None:
        """Start the thread; the session is the writer's from now on."""
        self._session = session
        self._failures: tuple[type[Exception], ...] = (*self._session.errors, OSError, LedgerError)
        self._world = world
        self._copy = copy
        self._observer = observer
        self._waiting: deque[tuple[Request, Answer]] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._stopped: LedgerError | None = None
        self._under_way: list[Answer] = []
        self.epoch = ""
        """The name of the epoch in which the last batch was recorded; blank before the first."""
        self._thread = threading.Thread(target=self._work, name="byleave-ledger-writer", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> Answer:
        """Hand in a request; the answer comes when it is durable, or refused.

        Raises: LedgerError when the writer has stopped.
        """
        answer: Answer = Future()
        with self._changed:
            if self._stopped is not None or self._closing:
                raise self._stopped or LedgerError("the ledger is closed")
            self._waiting.append((request, answer))
            self._changed.notify()
        return answer

    def close(self) -> None:
        """Record what waits, and end."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        try:
            while batch := self._next():
                if not self._answer(batch):
                    return
        finally:
            self._stop(LedgerError("the ledger has stopped", hint=RESTART))
            # a transaction that was under way must not keep other processes waiting
            self._session.close()
            if self._copy:
                self._copy.close()

    def _next(self) -> list[tuple[Request, Answer]]:
        """Wait for requests; several groups, or one erasure. Nothing when the writer is to end."""
        with self._changed:
            batch: list[tuple[Request, Answer]] = []
            while not batch and (self._waiting or not self._closing):
                self._changed.wait_for(lambda: self._waiting or self._closing)
                batch = self._take()
            self._under_way = [answer for _, answer in batch]
            left = len(self._waiting)
        self._observer.waiting(left)
        return batch

    def _take(self) -> list[tuple[Request, Answer]]:
        """Those that wait and were not cancelled; from here on nobody can take theirs back."""
        batch: list[tuple[Request, Answer]] = []
        while self._waiting and len(batch) < MOST_GROUPS:
            erases = not isinstance(self._waiting[0][0], Group)
            if erases and batch:
                break
            request, answer = self._waiting.popleft()
            if answer.set_running_or_notify_cancel():
                batch.append((request, answer))
                if erases:
                    break
        return batch

    def _answer(self, batch: Sequence[tuple[Request, Answer]]) -> bool:
        """Record a batch and answer it; whether the writer may go on."""
        began = time.perf_counter()
        try:
            # held until the copy is flushed, so that the copies of several processes do not mix
            with self._copy.held() if self._copy else nullcontext():
                outcomes = self._record([request for request, _ in batch])
                if self._copy:
                    self._copy.follow(self._session)
        except BusyError:
            busy = LedgerError("another writer held the ledger for too long; nothing was recorded", hint="try again")
            outcomes = [busy] * len(batch)
        except self._failures as error:
            told = str(error).strip()
            self._stop(LedgerError(f"the ledger has stopped, because it cannot be written: {told}", hint=RESTART))
            return False
        for (_, answer), outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, ByleaveError):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)
        durable = [entry for one in outcomes if not isinstance(one, ByleaveError) for entry in one]
        self._observer.flushed(durable, time.perf_counter() - began)
        return True

    def _record(self, requests: Sequence[Request]) -> list[list[Entry] | ByleaveError]:
        request = requests[0]
        if isinstance(request, Group):
            done = record(self._session, [one for one in requests if isinstance(one, Group)], self._world)
            self.epoch = done.epoch
            return done.groups
        try:
            if isinstance(request, GivenErasure):
                return [[erase_given(self._session, request.subjects, request.actor, self._world)]]
            return [[erase(self._session, request.subject, request.actor, self._world)]]
        except InputError as refusal:
            self._session.roll_back()
            return [refusal]

    def _stop(self, why: LedgerError) -> None:
        """Take nothing more, and tell everybody who waits. The first reason stays."""
        with self._changed:
            self._stopped = self._stopped or why
            waiting = [answer for _, answer in self._waiting if answer.set_running_or_notify_cancel()]
            self._waiting.clear()
        for answer in [*self._under_way, *waiting]:
            if not answer.done():
                answer.set_exception(self._stopped)
        if not self._closing:
            self._observer.stopped()

    @property
    def stopped(self) -> LedgerError | None:
        """Why it takes nothing more; None while it does."""
        return self._stopped

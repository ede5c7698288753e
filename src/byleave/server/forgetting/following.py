"""The thread of a server that works through the queue of forgetting; of all processes of a machine one at a time."""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from byleave.adapters.duckdb_engine.kept import SECRET_FILE
from byleave.adapters.talent.rows import PROFILE, PUBLIC
from byleave.learn.forgetting import Profile
from byleave.server.content import MOST_ITEMS
from byleave.server.db.session import BusyError
from byleave.server.forgetting.working import Forgetting, Place
from byleave.server.running import current

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from byleave.ledger.admission import Proposal
    from byleave.ledger.entries import Entry
    from byleave.server.configuration import Configuration
    from byleave.server.forgetting.working import Done

EVERY_SECONDS, MOST_SECONDS = 1.0, 15.0
"""An opt-out is to stop a model within five seconds of its acknowledgement. After an error the wait doubles, up to the
latter; while the ledger is not read, nothing that was learned answers (`answering.py`)."""
LOCK = "forgetting.lock"
_log = structlog.get_logger("byleave.forgetting")


def place_of(configuration: Configuration) -> Place:
    """The queue of the server that this process is part of."""
    return Place(
        address=configuration.ledger,
        secret=current().suppression_secret,
        models=configuration.models,
        snapshots=configuration.snapshots,
        policy=lambda: current().policy,
        signers=lambda: current().signers(),
        append=_append,
        clock=lambda: current().now(),
        promised=_promised,
        profiles=_profiles,
        window=timedelta(minutes=configuration.forget_window),
    )


def _append(acts: Sequence[Proposal], key: str) -> list[Entry]:
    """Into the ledger as it is open now: a database that hung up is opened again."""
    return current().store.append(acts, key)


def _promised(entry: Entry) -> str | None:
    """How far the receipt of an act says that it reaches; None for one that names no form, or one that is not here."""
    return current().promised(entry)


def _profiles(ids: Collection[str]) -> list[Profile]:
    """The public profiles of a person, as they are now."""
    page = current().content.items_of(sorted(ids), None, MOST_ITEMS, PROFILE)
    return [
        Profile(one.facts.member_id or "", one.item_id, one.text or "")
        for one in page.items
        if one.facts.visibility == PUBLIC
    ]


class Follower:
    """Works until it is stopped; whatever is wrong is logged, and tried again: nothing ends it."""

    def __init__(self, configuration: Configuration, after: Callable[[Done], None] = lambda _: None) -> None:
        """Take the configuration; `after` is called after each step that this process has made."""
        self._configuration, self._after = configuration, after
        self._work: Forgetting | None = None
        self._handle: int | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="forgetting", daemon=True)

    def start(self) -> Follower:
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End after the step that is under way."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        # where objectors who were erased are looked for in texts, the gate asks for the key by its variable
        os.environ.setdefault(SECRET_FILE, str(self._configuration.suppression_key))
        wait = 0.0
        while not self._stop.wait(wait):
            wait = EVERY_SECONDS if self._try() else min(MOST_SECONDS, 2 * max(wait, EVERY_SECONDS))
        if self._work is not None:
            self._work.close()
        if self._handle is not None:
            os.close(self._handle)

    def _try(self) -> bool:
        """One step, if this process is the one that works; whether nothing stood in the way."""
        try:
            if self._handle is None:
                self._handle = _open(self._configuration.data / LOCK)
            if self._work is None and not _is_ours(self._handle):
                return True
            self._work = self._work or Forgetting(place_of(self._configuration), apart=True)
            done = self._work.step()
            self._after(done)
            self._tell(done)
        except BusyError:  # somebody else writes
            return True
        except Exception as error:  # noqa: BLE001 - a thread that ends would leave everybody in every model
            _log.error("forgetting waits", error=type(error).__name__)
            return False
        return True

    def _tell(self, done: Done) -> None:
        if done.queued or done.out:
            _log.info("forgetting", queued=done.queued, stopped=done.stopped, out=done.out)
        for _ in done.problems:
            _log.error("a model does not forget")


def _open(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _is_ours(handle: int) -> bool:
    """Whether this process may work: no other one of this machine does."""
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False

"""Importing another record of people's choices into a ledger: all or nothing in effect.

Everything is read and planned before anything is recorded. What fits in one commit is one commit. What does not keeps
builds shut from its first commit to its last, so that no gate sees half of it; after a crash the same call goes on from
what is recorded.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter, deque
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.people import People
from byleave.adapters.duckdb_engine.session import Session
from byleave.gate.request import Reading, silent
from byleave.kernel.errors import InputError, RefusedError
from byleave.ledger.admission import body_bytes
from byleave.ledger.builds import IMPORT, opening, shutting
from byleave.ledger.covering import not_known
from byleave.ledger.importing import Known, plan_person

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from byleave.gate.request import Progress
    from byleave.ledger.admission import Proposal
    from byleave.ledger.covering import TermsOf
    from byleave.ledger.entries import Entry
    from byleave.server.db.store import Store
    from byleave.server.db.writer import Answer

PEOPLE = 1_000
"""People who are looked up at a time."""
ONE_STEP = 5_000
"""Acts that are recorded in one commit; members who act meanwhile wait no longer than it takes."""
_AHEAD = 2


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Imported:
    """What an import has recorded, or would."""

    digest: str
    """Of what was read."""
    rows: Mapping[str, int]
    """Table → rows read."""
    recorded: Counter[str] = field(default_factory=Counter)
    """Kind of entry → how many."""
    aside: Counter[str] = field(default_factory=Counter)
    """Why rows were left aside (`ledger.importing.Aside`) → how many."""
    watermark: int = 0
    """`seq` of the last entry that was recorded; 0 when there was none."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        told = {"digest": self.digest, "rows": dict(self.rows), "recorded": dict(sorted(self.recorded.items()))}
        return {**told, "left_aside": dict(sorted(self.aside.items())), "watermark": self.watermark or None}


def import_register(  # noqa: PLR0913 - what an import may be told
    store: Store,
    source: Sequence[Path] | Mapping[str, Any],
    *,
    settings: Collection[str] | None = None,
    terms_of: TermsOf = not_known,
    reading: Reading = Reading(),  # noqa: B008 - frozen
    dry_run: bool = False,
    clock: Callable[[], datetime] = _now,
    on_progress: Progress = silent,
) -> Imported:
    """Record what files or tables of a register say and the ledger does not, in one effect.

    Nothing in it ends a refusal that is recorded; `ledger/importing.py` has the rules. Imported twice, it is recorded
    once. A call that was stopped is completed by the same call; until then gates do not read the ledger.

    Args:
        store: the ledger.
        source: files and folders whose names say which table of a register they hold, or table name → table.
        settings: the settings that there are; None takes every name.
        terms_of: what each setting governs, which its acts then cover for ever.
        reading: how to read instants.
        dry_run: only say what would be recorded.
        clock: the present.
        on_progress: is told each step, and how much of it is done.

    Returns: What was recorded.

    Raises: InputError or RefusedError, naming file and row, before anything is recorded; RefusedError when another
    import was stopped and not completed; LedgerError when the ledger stops, and then the same call completes it.
    """
    with tempfile.TemporaryDirectory() as spill, closing(Session(Path(spill))) as session:
        on_progress("reading", 0.0)
        people = People(session, source, reading)
        _require_settings(people, settings)
        run = _Run(store, people, clock(), on_progress, terms_of)
        first = run.check()
        if not dry_run:
            run.record(first)
        return run.result


def _require_settings(people: People, settings: Collection[str] | None) -> None:
    strange = people.unknown_setting(settings) if settings is not None else None
    if strange is not None:
        place, name = strange
        raise RefusedError(f"{place}: the pack knows no setting `{name}`", hint=f"it knows {', '.join(settings or ())}")


class _Run:
    """One import, once everything has been read."""

    def __init__(self, store: Store, people: People, now: datetime, on_progress: Progress, terms_of: TermsOf) -> None:
        self._store = store
        self._people = people
        self._now = now
        self._show = on_progress
        self._terms_of = terms_of
        self.result = Imported(people.digest, {name: people.rows[name] for name in sorted(people.tables)})
        self._unfinished = _unfinished(store, people.digest)
        self._erased = store.reader.erased(0, store.head().seq)

    def check(self) -> list[Proposal]:
        """Plan everything, to find what cannot be recorded. Returns: The acts, if they fit into one commit."""
        acts: list[Proposal] = []
        for planned, _ in self._planned("checking", count=True):
            acts = acts + planned if len(acts) <= ONE_STEP else acts
        self.result.recorded = +self.result.recorded
        return acts

    def record(self, acts: list[Proposal]) -> None:
        """Record the acts of `check` in one commit, or, where they are too many for one, step by step."""
        if len(acts) <= ONE_STEP:
            whole = [*acts, *([opening(self._unfinished, "import", self._done())] if self._unfinished else [])]
            if whole:
                self._finish(self._store.submit(whole))
            return
        if not self._unfinished:
            told = f"an import of several steps is not complete (its input: {self._people.digest})"
            self._unfinished = self._store.append([shutting(IMPORT, told)])
        waiting: deque[Answer] = deque()
        for planned, key in self._planned("recording", count=False):
            for first in range(0, len(planned), ONE_STEP):
                waiting.append(self._store.submit(planned[first : first + ONE_STEP], f"{key}-{first}"))
            while len(waiting) > _AHEAD:
                self._finish(waiting.popleft())
        while waiting:
            self._finish(waiting.popleft())
        self._finish(self._store.submit([opening(self._unfinished, "import", self._done())]))

    def _done(self) -> str:
        return f"everything in {self._people.digest} is recorded"

    def _finish(self, answer: Answer) -> None:
        try:
            self.result.watermark = answer.result()[-1].seq
        except InputError as error:
            message = f"the ledger has changed meanwhile: {error.message}"
            raise InputError(message, hint="run the same command again: it goes on from what is recorded") from error

    def _planned(self, step: str, *, count: bool) -> Iterator[tuple[list[Proposal], str]]:
        """The acts of some people at a time, with a key made of what they are and of what they follow."""
        done = 0
        for chunk in self._people.chunks(PEOPLE):
            known = self._store.known([given.name for given in chunk])
            acts: list[Proposal] = []
            for given in chunk:
                plan = plan_person(given, known[given.name], self._now, self._terms_of)
                acts += plan.acts
                if count:
                    self.result.aside.update(one.value for one in plan.aside.elements())
            if count:
                self.result.recorded.update(act.kind.value for act in acts)
            done += len(chunk)
            self._show(step, done / max(1, self._people.count))
            if acts:
                yield acts, _key(acts, known, self._erased)


def _key(acts: Sequence[Proposal], known: Mapping[str, Known], erased: int) -> str:
    """Equal for equal acts after equal entries: two imports at once record them once.

    And another one after an erasure: who comes back has nothing recorded again, and the old key is used up.
    """
    last = max((one.history[-1].seq for one in known.values() if one.history), default=0)
    return f"import-{hashlib.sha256(body_bytes(acts) + b'%d %d' % (last, erased)).hexdigest()}"


def _unfinished(store: Store, digest: str) -> list[Entry]:
    """What an import of the same input that was stopped has left to be opened. Raises: RefusedError for another."""
    shut = store.builds().of(IMPORT)
    other = next((entry for entry in shut if digest not in entry.data["told"]), None)
    if other is not None:
        hint = "run that import again first, with the same files"
        raise RefusedError(f"another import was stopped (entry {other.seq}): {other.data['told']}", hint=hint)
    return shut

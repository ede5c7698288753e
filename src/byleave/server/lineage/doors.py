"""What the server and the commands ask and record about snapshots and models, over one ledger.

A question opens no file: everything comes from the ledger's database.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from byleave.kernel.errors import InputError, LedgerError
from byleave.ledger.admission import linked
from byleave.lineage.keys import keyed
from byleave.lineage.leaving import is_closed_since, refuses_since, withheld_since
from byleave.lineage.records import fold
from byleave.lineage.trace import Left, MemberTrace, ModelTrace, SnapshotTrace, trace_member
from byleave.server.db.gone import require_secret
from byleave.server.db.lookups import merges_of, read_artefacts
from byleave.server.db.opening import connect
from byleave.server.db.reading import read_head
from byleave.server.lineage.index import DatabaseIndex
from byleave.server.lineage.persons import candidates, histories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from byleave.lineage.records import Lineage, Model, Snapshot
    from byleave.server.db.session import Session


class LineageReader:
    """Answers over one ledger. May be used by several threads."""

    def __init__(
        self,
        address: str,
        secret: bytes | None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        open_session: Callable[[str], Session] = connect,
    ) -> None:
        """Open a ledger.

        Args:
            address: `sqlite:///path` or `postgresql://…`.
            secret: the suppression key; without it no question about members is answered.
            clock: the present.
            open_session: how the database is opened.

        Raises: LedgerError; UsageError for a wrong address.
        """
        self._session = open_session(address)
        self._secret = secret
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def lineage(self) -> Lineage:
        """Every snapshot, run and model that was recorded, in order."""
        with self.reading() as session:
            return fold(read_artefacts(session))

    def member(self, member: str) -> MemberTrace:
        """Which snapshots and models saw a person, under any id of theirs; of nobody there is an empty answer.

        Raises: InputError without the right suppression key; LedgerError.
        """
        with self.reading() as session:
            key_of = self.key_of(session)
            ids = sorted(linked({member}, merges_of(session, [member])))
            lineage = fold(read_artefacts(session))
            return trace_member(lineage, DatabaseIndex(session), ids, map(key_of, ids))

    def snapshot(self, name: str) -> SnapshotTrace:
        """What became of a snapshot: its models, and who left since. Raises: InputError, LedgerError."""
        with self.reading() as session:
            lineage = fold(read_artefacts(session))
            return self._snapshot(session, lineage, lineage.snapshot(name), {})

    def model(self, name: str) -> ModelTrace:
        """What a model has seen, and who left since; who was taken out of it is not counted.

        Raises: InputError, LedgerError.
        """
        with self.reading() as session:
            lineage = fold(read_artefacts(session))
            model = lineage.model(name)
            gone = {int(text, 16): seq for text, seq in model.forgotten.items()}
            seen = [self._snapshot(session, lineage, lineage.snapshots[one], gone) for one in model.snapshots]
            return ModelTrace(model, tuple(seen))

    def _snapshot(
        self, session: Session, lineage: Lineage, snapshot: Snapshot, forgotten: Mapping[int, int]
    ) -> SnapshotTrace:
        index = DatabaseIndex(session)
        holds = index.sizes().get(snapshot.manifest)
        models: tuple[Model, ...] = tuple(lineage.models_of([snapshot.manifest]))
        left = self._left(session, index, snapshot, forgotten) if holds else None
        return SnapshotTrace(snapshot, holds, models, left)

    def _left(self, session: Session, index: DatabaseIndex, snapshot: Snapshot, forgotten: Mapping[int, int]) -> Left:
        """Who of a snapshot's members has left since the last entry that it has seen."""
        after, key_of = snapshot.seen_until(read_head(session).name), self.key_of(session)
        persons = candidates(session, after)
        keys = {name: key_of(name) for ids in persons for name in ids}
        inside = index.items_in(snapshot.manifest, [key for key in keys.values() if key not in forgotten])
        items = {name: inside[key] for name, key in keys.items() if key in inside}
        there = [ids for ids in persons if items.keys() & ids]
        refused, closed, withheld = dict[str, int](), dict[str, int](), dict[str, tuple[str, ...]]()
        now = self._clock()
        for ids, entries in histories(session, there):
            mine = {name: items[name] for name in sorted(ids) if name in items}
            if refuses_since(entries, after, now):
                refused |= mine
                continue
            for name, number in mine.items():
                own = [entry for entry in entries if entry.subject == name]
                if is_closed_since(own, after):
                    closed[name] = number
                elif held := withheld_since(own, after):
                    withheld[name] = held
        erased = index.items_in(snapshot.manifest, set(index.gone_since(after)) - forgotten.keys())
        return Left(refused, closed, withheld, len(erased))

    def key_of(self, session: Session) -> Callable[[str], int]:
        """The function from an id to its key. Raises: InputError without the right suppression key."""
        if self._secret is None:
            hint = "set BYLEAVE_SUPPRESSION_KEY to the file of the ledger's suppression key"
            raise InputError("nobody is found in snapshots without the suppression key", hint=hint)
        key_of = keyed(self._secret)
        require_secret(session, key_of)
        return key_of

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """The connection, for one question at a time. Raises: LedgerError when it cannot be read."""
        with self._one_at_a_time:
            try:
                yield self._session
            except self._session.errors as error:
                raise LedgerError(f"the ledger cannot be read: {str(error).strip()}") from error

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

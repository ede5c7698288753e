"""The ledger of a server: acts go in, and come back as entries once they are durable."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from byleave.kernel.errors import LedgerError, UsageError
from byleave.ledger.address import is_address
from byleave.ledger.builds import builds_after
from byleave.ledger.entries import PLATFORM
from byleave.ledger.suppression import SHORTEST_KEY
from byleave.server.db.knowing import known_of
from byleave.server.db.observer import Unobserved
from byleave.server.db.opening import connect
from byleave.server.db.reading import Reader
from byleave.server.db.recording import World, make_group
from byleave.server.db.writer import Erasure, GivenErasure, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

    from byleave.ledger.admission import Proposal
    from byleave.ledger.builds import Builds
    from byleave.ledger.entries import Entry
    from byleave.ledger.importing import Known
    from byleave.server.db.observer import Observer
    from byleave.server.db.reading import Head
    from byleave.server.db.second_copy import SecondCopy
    from byleave.server.db.session import Session
    from byleave.server.db.writer import Answer


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)


def open_copy(copy: Path | str, ledger: str) -> SecondCopy:
    """The second copy of a ledger: a file, or, by its address, a database. Raises: LedgerError; UsageError."""
    if is_address(copy):
        from byleave.server.db.copy_database import CopyDatabase

        return CopyDatabase(str(copy), ledger)
    from byleave.server.db.second_copy import CopyFile

    return CopyFile(Path(copy))


class Store:
    """One process's access to a ledger; several processes may write one ledger. May be used by many threads."""

    def __init__(  # noqa: PLR0913 - what a store is made of
        self,
        address: str,
        *,
        suppression_secret: bytes | None = None,
        copy: Path | str | None = None,
        clock: Callable[[], datetime] = now,
        random_bytes: Callable[[int], bytes] = os.urandom,
        open_session: Callable[[str], Session] = connect,
        observer: Observer | None = None,
    ) -> None:
        """Open a ledger that `byleave migrate` has made.

        Args:
            address: `sqlite:///path` or `postgresql://…`.
            suppression_secret: the key under which refusals of people who are erased are kept, 32 bytes or more.
            copy: a file on another disk, or the address of another database, to which every entry goes before it is
                acknowledged.
            clock: the present; it labels entries and orders nothing.
            random_bytes: where salts come from.
            open_session: how the database is opened.
            observer: who counts what the writer does.

        Raises: LedgerError when it is no ledger, of another form, or would not keep what it confirms; UsageError.
        """
        if suppression_secret is not None and len(suppression_secret) < SHORTEST_KEY:
            raise UsageError(f"the suppression key is too short; it needs {SHORTEST_KEY} bytes")
        world = World(clock, random_bytes, suppression_secret)
        self.address = address
        self.copy = copy
        """The second copy, if there is one: a file, or the address of a database."""
        second = None if copy is None else open_copy(copy, address)
        self._secret = suppression_secret
        self._writer = Writer(open_session(address), world, second, observer or Unobserved())
        try:
            self.reader = Reader(address, open_session)
        except LedgerError:
            self._writer.close()
            raise

    def submit(self, acts: Sequence[Proposal], key: str | None = None) -> Answer:
        """Hand acts in, to be recorded together or not at all.

        Args:
            acts: what is to be recorded.
            key: names the request. Handed in again with it, the request is answered as before and recorded once.

        Returns: A future of the entries, done when they are durable, or of the error: InputError when they are refused
        (nothing is recorded), LedgerError when the ledger has stopped (what is recorded is not known).

        Raises: InputError for what cannot be written down; LedgerError when the ledger has stopped.
        """
        return self._writer.submit(make_group(acts, key))

    def append(self, acts: Sequence[Proposal], key: str | None = None) -> list[Entry]:
        """As `submit`, and wait: the entries, durable. Raises: InputError, LedgerError."""
        return self.submit(acts, key).result()

    def erase(self, subject: str, actor: str = PLATFORM) -> Entry:
        """Erase everything that is recorded about a person, and keep under a key what they refused.

        Their rows stay in the chain and say nothing any more. Whoever is registered again under one of their ids is off
        again at once.

        Returns: The entry that says which entries were erased.

        Raises: InputError when nothing is recorded about them, or without the suppression key; LedgerError.
        """
        return self._writer.submit(Erasure(subject, actor)).result()[0]

    def erase_given(self, subjects: Sequence[str], actor: str = PLATFORM) -> Entry:
        """Erase what people gave to be found by, of whom no objection stands any more. That they objected stays.

        Returns: The entry that says which entries were erased.

        Raises: ConflictError naming an objection that stands; UnknownError when there is nothing to erase; LedgerError.
        """
        return self._writer.submit(GivenErasure(tuple(subjects), actor)).result()[0]

    @property
    def stopped(self) -> LedgerError | None:
        """Why nothing more is taken; None while acts are."""
        return self._writer.stopped

    @property
    def epoch(self) -> str:
        """The name of the epoch in which the last batch was recorded; blank before the first."""
        return self._writer.epoch

    @property
    def usable(self) -> bool:
        """Whether acts are taken and the connection that reads is there, as far as is known without asking."""
        return self._writer.stopped is None and self.reader.usable

    def head(self) -> Head:
        """The last entry that can be read."""
        return self.reader.head()

    def entries(self, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        """The entries from `after` (exclusive) to `until` (inclusive; None: the head as it is now)."""
        return self.reader.entries(after, until)

    def watch(self, after: int, every_seconds: float = 0.5, on_epoch: Callable[[Head], object] = id) -> Iterator[Entry]:
        """The entries from `after` (exclusive) on, and then each as it comes; from the first one in a new epoch."""
        return self.reader.watch(after, every_seconds, on_epoch)

    def history(self, subject: str) -> list[Entry]:
        """Everything that is recorded about one person under this id."""
        return self.reader.history(subject)

    def known(self, names: Sequence[str]) -> dict[str, Known]:
        """What is known of each of these people, under every id of theirs, and what was kept when they were erased.

        Raises: InputError when something is kept of erased people and the suppression key is missing or another.
        """
        with self.reader.reading() as session:
            return known_of(session, names, self._secret)

    def builds(self) -> Builds:
        """Whether builds from this ledger are shut, and why."""
        return builds_after(self.reader.history(""))

    def close(self) -> None:
        """Record what waits, and close."""
        self._writer.close()
        self.reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

"""Reading a ledger: its head, its entries in order, the chain, and what is recorded about one person."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.kernel.errors import InputError, LedgerError
from byleave.ledger.admission import linked
from byleave.ledger.chain import NOTHING, Row, payload_digest, verify
from byleave.ledger.entries import Entry, Kind
from byleave.ledger.wire import from_microseconds, read_data, to_microseconds
from byleave.server.db.lookups import kept_of, merges_of, objectors_of, read_artefacts
from byleave.server.db.opening import check_form, connect
from byleave.server.db.waiting import given_for_nothing_of, unconfirmed_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from byleave.ledger.suppression import Refusal
    from byleave.server.db.session import Session

CHUNK = 10_000
"""Entries that are read at a time; a long reading must not keep the database from tidying up."""

COLUMNS = (
    "SELECT e.seq, e.epoch, e.recorded_at, e.kind, e.digest, e.chain, p.subject, p.actor, p.at, p.salt, p.data, "
    "x.seq AS erased FROM ledger_entry e "
    "LEFT JOIN ledger_payload p ON p.seq = e.seq LEFT JOIN ledger_erasure x ON x.seq = e.seq "
)

HEAD = (
    "SELECT o.number, o.name, e.seq, e.recorded_at, e.chain "
    "FROM (SELECT number, name FROM ledger_epoch ORDER BY number DESC LIMIT 1) o "
    "LEFT JOIN (SELECT seq, recorded_at, chain FROM ledger_entry ORDER BY seq DESC LIMIT 1) e ON TRUE"
)

_MERGED = 5
"""Columns of the head; whether somebody was merged comes after them."""


class Head(NamedTuple):
    """The last entry of a ledger; all zero before the first."""

    seq: int
    recorded_at: int
    """Microseconds since 1970."""
    chain: str
    epoch: int
    name: str
    """Of the epoch that is open."""


class Recorded(NamedTuple):
    """A row of the chain with what it says; `salt` and `data` are None when that was erased."""

    row: Row
    entry: Entry
    salt: str | None
    data: str | None


class Placed(NamedTuple):
    """An entry, and the name of the epoch in which its number counts."""

    entry: Entry
    epoch: str


class Seen(NamedTuple):
    """Everything about one person, as of one instant."""

    head: Head
    ids: set[str]
    """Every id of theirs."""
    entries: list[Entry]
    """About any of these ids, in order."""


class Reader:
    """Reads one ledger. May be used by several threads."""

    def __init__(self, address: str, open_session: Callable[[str], Session] = connect) -> None:
        """Open the ledger. Raises: LedgerError; UsageError for a wrong address."""
        self._address, self._open = address, open_session
        self._session = open_session(address)
        self._one_at_a_time = threading.Lock()

    @property
    def usable(self) -> bool:
        """Whether the connection is there, as far as is known without asking."""
        return self._session.usable

    def check(self) -> Head:
        """The head, after a look at whether this is still a ledger that keeps what it confirms. Raises: LedgerError."""
        with self.reading() as session:
            check_form(session, "the ledger")
            session.make_durable()
            return read_head(session)

    def head(self) -> Head:
        """The last entry that can be read. Raises: LedgerError."""
        with self.reading() as session:
            return read_head(session)

    def recorded(self, after: int = 0, until: int | None = None) -> Iterator[Recorded]:
        """Rows with what they say, from `after` (exclusive) to `until` (inclusive; None: the head as it is now).

        Raises: LedgerError where the database cannot be read, or something is missing that nobody erased.
        """
        last = self.head().seq if until is None else until
        while after < last:
            with self.reading() as session:
                found = read_recorded(session, after, min(after + CHUNK, last))
            if not found:
                return
            yield from found
            after = found[-1].row.seq

    def entries(self, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        """The entries alone, as a fold takes them; one that was erased keeps its place and says nothing."""
        for one in self.recorded(after, until):
            yield one.entry

    def watch(self, after: int, every_seconds: float = 0.5, on_epoch: Callable[[Head], object] = id) -> Iterator[Entry]:
        """The entries from `after` (exclusive) on, and then each as it comes; never ends by itself.

        When the ledger was restored, `on_epoch` is told the head, and the entries come again from the first one on:
        what was seen before may not be what is recorded.
        """
        name = self.head().name
        while True:
            self._follow_replaced()
            head = self.head()
            if head.name != name:
                name, after = head.name, 0
                on_epoch(head)
            for entry in self.entries(after, head.seq):
                after = entry.seq
                yield entry
            time.sleep(every_seconds)

    def _follow_replaced(self) -> None:
        """Open the file anew where a restore has put another one in its place."""
        with self._one_at_a_time:
            if self._session.is_replaced():
                self._session.close()
                self._session = self._open(self._address)

    def history(self, subject: str) -> list[Entry]:
        """Everything that is recorded about one person under this id, in order."""
        with self.reading() as session:
            return read_history(session, [subject])

    def person(self, names: set[str]) -> tuple[set[str], list[Entry]]:
        """Everything about some people under every id of theirs: the ids of all accounts ever merged, and the entries.

        Args:
            names: an id of each of them.

        Returns: The ids, `names` among them, and the entries in order.
        """
        with self.reading() as session:
            ids = linked(names, merges_of(session, names))
            return ids, read_history(session, sorted(ids))

    def one(self, name: str, kinds: Iterable[Kind] = ()) -> Seen:
        """Everything about one person. Whoever has one account alone is found with one question.

        Args:
            name: an id of theirs.
            kinds: what is asked for, where that is less than everything; of merged accounts everything comes.
        """
        with self.reading() as session:
            found = read_alone(session, name, kinds)
            if found is not None:
                return found
            head, ids = read_head(session), linked({name}, merges_of(session, {name}))
            entries = read_history(session, sorted(ids))
        return Seen(head, ids, [one for one in entries if one.seq <= head.seq])

    def objector(self, objection: str) -> str | None:
        """Who has made an objection; None when it is not there, or they were erased."""
        with self.reading() as session:
            return objectors_of(session, {objection}).get(objection)

    def unconfirmed(self, before: datetime) -> list[tuple[str, str]]:
        """Objections that came by the form before an instant and of which nothing was recorded since: id and person."""
        with self.reading() as session:
            return unconfirmed_of(session, before)

    def given_for_nothing(self, before: datetime) -> list[str]:
        """People with something to be found by, given for an objection that ended before an instant."""
        with self.reading() as session:
            return given_for_nothing_of(session, before)

    def erased(self, after: int, until: int) -> int:
        """How many entries from `after` (exclusive) to `until` (inclusive) say nothing any more."""
        with self.reading() as session:
            sql = "SELECT count(*) FROM ledger_erasure WHERE seq > ? AND seq <= ?"
            return int(session.query(sql, [after, until])[0][0])

    def kinds(self, numbers: Iterable[int]) -> set[str]:
        """The kinds of these entries, also of those that were erased."""
        with self.reading() as session:
            sql = (
                f"SELECT DISTINCT e.kind AS v FROM {session.each} w JOIN ledger_entry e ON e.seq = CAST(w.v AS bigint)"
            )
            return set(session.texts(sql, [session.listing(map(str, numbers))]))

    def kept(self, secret: bytes | None, names: set[str]) -> dict[str, list[Refusal]]:
        """What people refused who were erased since, by their ids.

        Raises: InputError when something is kept of somebody and `secret` is not the key under which it is.
        """
        with self.reading() as session:
            return kept_of(session, secret, names)

    def at(self, seq: int) -> Placed | None:
        """One entry with its epoch; None when there is none under that number."""
        with self.reading() as session:
            found = read_recorded(session, seq - 1, seq)
            if not found:
                return None
            name = session.query("SELECT name FROM ledger_epoch WHERE number = ?", [found[0].row.epoch])
            return Placed(found[0].entry, str(name[0][0]))

    def artefacts(self, after: int = 0) -> list[Entry]:
        """Everything that is recorded after an entry about what the platform does, and about no person, in order."""
        with self.reading() as session:
            return read_artefacts(session, after)

    def verify(self) -> Head:
        """Check the chain, and that everything that was not erased is what was recorded.

        Raises: InputError naming the first row that is not.
        """
        after: Row | None = None
        for one in self.recorded():
            after = verify([one.row], after)
            check_payload(one)
        return self.head()

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """The connection, for one reader at a time. Raises: LedgerError where the database cannot be read."""
        with self._one_at_a_time:
            try:
                yield self._session
            except self._session.errors as error:
                raise LedgerError(f"the ledger cannot be read: {str(error).strip()}") from error


def check_payload(one: Recorded) -> None:
    """Refuse a row whose digest is not that of what it says. Raises: InputError."""
    if one.salt is None or one.data is None:
        return
    entry = one.entry
    if payload_digest(one.salt, entry.subject, entry.actor, to_microseconds(entry.at), one.data) != one.row.digest:
        raise InputError(f"what row {one.row.seq} of the ledger says is not what was recorded")


def read_head(session: Session) -> Head:
    """The last entry, and the epoch that is open. Raises: LedgerError when no epoch was opened."""
    return _head(session.query(HEAD))


def read_alone(session: Session, name: str, kinds: Iterable[Kind] = ()) -> Seen | None:
    """The head and everything about somebody, or entries of some kinds; None when their account was ever merged."""
    into, listed = session.field("into"), ", ".join(f"'{kind}'" for kind in kinds)
    only = f" AND e.kind IN ({listed})" if listed else ""
    sql = (
        "SELECT o.number, o.name, o.seq, o.recorded_at, o.chain, EXISTS (SELECT 1 FROM ledger_payload "
        f"WHERE {into} IS NOT NULL AND (subject = ? OR {into} = ?)), h.* FROM ({HEAD}) o "
        f"LEFT JOIN ({COLUMNS} WHERE p.subject = ?{only}) h ON TRUE ORDER BY h.seq"
    )
    rows = session.query(sql, [name, name, name])
    head = _head(rows)
    if rows[0][_MERGED]:
        return None
    return Seen(head, {name}, [_recorded(row[_MERGED + 1 :]).entry for row in rows if row[_MERGED + 1] is not None])


def _head(rows: list[tuple[Any, ...]]) -> Head:
    if not rows:
        raise LedgerError("the ledger has no epoch", hint="byleave migrate opens the first one")
    number, name, seq, recorded_at, chain = rows[0][:_MERGED]
    return Head(0, 0, NOTHING, number, name) if seq is None else Head(seq, recorded_at, chain, number, name)


def read_recorded(session: Session, after: int, until: int) -> list[Recorded]:
    """Rows from `after` (exclusive) to `until` (inclusive)."""
    sql = COLUMNS + "WHERE e.seq > ? AND e.seq <= ? ORDER BY e.seq"
    return [_recorded(row) for row in session.query(sql, [after, until])]


def read_history(session: Session, subjects: list[str]) -> list[Entry]:
    """Everything about these ids, in order."""
    sql = COLUMNS + f"JOIN {session.each} w ON p.subject = w.v ORDER BY e.seq"
    return [_recorded(row).entry for row in session.query(sql, [session.listing(subjects)])]


def _recorded(columns: tuple[Any, ...]) -> Recorded:
    row = Row(*columns[:6])
    subject, actor, at, salt, data, erased = columns[6:]
    if salt is None and erased is None:
        raise LedgerError(
            f"what entry {row.seq} says is gone, and no entry says that it was erased",
            hint="restore it from the second copy or a backup; nothing may be built from what is left",
        )
    recorded_at = from_microseconds(row.recorded_at)
    try:
        kind = Kind(row.kind)
    except ValueError as error:
        raise LedgerError(f"entry {row.seq} is of a kind that is not known here: `{row.kind}`") from error
    if salt is None:
        return Recorded(row, Entry(row.seq, recorded_at, kind, "", "", recorded_at, erased=True), None, None)
    entry = Entry(row.seq, recorded_at, kind, subject, actor, from_microseconds(at), read_data(data))
    return Recorded(row, entry, salt, data)

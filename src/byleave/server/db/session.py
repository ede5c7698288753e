"""One connection to a ledger's database: the same few verbs for SQLite and PostgreSQL.

SQL is written once, with `?` for each value. Where the two differ, a session has the words: `each` for a list of texts
as a table, `field` for a field of an entry's data.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class BusyError(Exception):
    """Another writer held the database for too long; nothing was begun."""


class Session(Protocol):
    """What a connection can do. Raises, in every verb: one of `errors`."""

    errors: tuple[type[Exception], ...]
    """What the driver raises."""
    each: str
    """A table with one column `v`, from one value made by `listing`."""

    @property
    def usable(self) -> bool:
        """Whether the connection is there, as far as is known without asking."""

    def make_durable(self) -> None:
        """Make every commit last. Raises: LedgerError when the database would not keep what it confirms."""

    def is_replaced(self) -> bool:
        """Whether the address stands for another database now than the one that is open."""

    def listing(self, values: Iterable[str]) -> Any:  # noqa: ANN401 - the driver's own
        """A list of texts as one value."""

    def field(self, name: str) -> str:
        """The expression for a field of `data`, as its index has it."""

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row."""

    def texts(self, sql: str, values: Sequence[Any] = ()) -> list[str]:
        """The one column `v` of every row, in any order."""

    def insert(self, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows in their order; `columns` are names with commas between. A value is text, a whole number or None."""

    def run(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row."""

    def begin(self) -> None:
        """Begin to write: from here to the end of the transaction nobody else does. Raises: BusyError."""

    def begin_reading(self) -> None:
        """Begin to read what is there now, whatever is recorded meanwhile; until `roll_back`."""

    def commit(self) -> None:
        """Make everything since `begin` durable."""

    def finish(self) -> None:
        """Put everything that is durable into the database's own file."""

    def roll_back(self) -> None:
        """Take everything since `begin` back."""

    def close(self) -> None:
        """Give the connection back."""


SessionT = TypeVar("SessionT", bound=Session)


@contextmanager
def writing(session: SessionT) -> Iterator[SessionT]:
    """Write in one transaction: all of it is durable when the block ends, and nothing of it when it raises.

    Raises: BusyError, and then nothing was begun.
    """
    session.begin()
    done = False
    try:
        yield session
        session.commit()
        done = True
    finally:
        if not done:
            session.roll_back()

"""One connection to a ledger's database: the same few verbs for SQLite and PostgreSQL.

SQL is written once, with `?` for each value. Where the two differ, a session has the words: `each` for a list of texts
as a table, `field` for a field of an entry's data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from byleave.kernel.errors import LedgerError, MissingExtraError
from byleave.server.db.address import sqlite_path, without_password

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NEWEST = "0001_initial"
"""The newest migration that this version knows."""


class BusyError(Exception):
    """Another writer held the database for too long; nothing was begun."""


class Session(Protocol):
    """What a connection can do. Raises, in every verb: one of `errors`."""

    errors: tuple[type[Exception], ...]
    """What the driver raises."""
    each: str
    """A table with one column `v`, from one value made by `listing`."""

    def make_durable(self) -> None:
        """Make every commit last. Raises: LedgerError when the database would not keep what it confirms."""

    def listing(self, values: Iterable[str]) -> Any:  # noqa: ANN401 - the driver's own
        """A list of texts as one value."""

    def field(self, name: str) -> str:
        """The expression for a field of `data`, as its index has it."""

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row."""

    def run(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row."""

    def begin(self) -> None:
        """Begin to write: from here to the end of the transaction nobody else does. Raises: BusyError."""

    def commit(self) -> None:
        """Make everything since `begin` durable."""

    def roll_back(self) -> None:
        """Take everything since `begin` back."""

    def close(self) -> None:
        """Give the connection back."""


def connect(address: str) -> Session:
    """Open a ledger, and insist that it is one, of a form known here, that keeps what it confirms.

    Raises: LedgerError; UsageError for a wrong address; MissingExtraError without the driver.
    """
    path = sqlite_path(address)
    if path is not None:
        from byleave.server.db.sqlite import SqliteSession

        session: Session = SqliteSession(path)
    else:
        try:
            from byleave.server.db.postgresql import PostgresqlSession
        except ImportError as error:
            hint = "install it: pip install 'byleave[server]'"
            raise MissingExtraError("PostgreSQL needs the extra `server`", hint=hint) from error
        session = PostgresqlSession(address)
    try:
        check_form(session, without_password(address))
        session.make_durable()
    except LedgerError:
        session.close()
        raise
    except session.errors as error:
        session.close()
        raise LedgerError(f"cannot open the ledger `{without_password(address)}`: {str(error).strip()}") from error
    return session


def check_form(session: Session, shown: str) -> None:
    """Refuse a database that is no ledger, or one in another form. Raises: LedgerError."""
    try:
        applied = {row[0] for row in session.query("SELECT name FROM django_migrations WHERE app = 'ledger'")}
    except session.errors as error:
        hint = f"`byleave migrate {shown}` makes a ledger of an empty database"
        raise LedgerError(f"`{shown}` is no ledger: {str(error).strip()}", hint=hint) from error
    newer = sorted(name for name in applied if name > NEWEST)
    if newer:
        hint = "use the version of byleave that made it, or a newer one"
        raise LedgerError(f"`{shown}` was made by a newer byleave: it has `{newer[-1]}`", hint=hint)
    if NEWEST not in applied:
        raise LedgerError(f"`{shown}` is of an older form", hint=f"bring it up to date: byleave migrate {shown}")

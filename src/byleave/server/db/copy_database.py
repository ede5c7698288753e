"""A second copy of the ledger in another database: the same rows, committed before an act is acknowledged."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from byleave.kernel.errors import LedgerError, UsageError
from byleave.ledger.address import one_line, without_password
from byleave.ledger.chain import Row
from byleave.server.db.copied import read_copied, write_copied
from byleave.server.db.opening import connect
from byleave.server.db.reading import CHUNK, read_head
from byleave.server.db.second_copy import require_held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.server.db.session import Session


class CopyDatabase:
    """The database, from a writer's side. It has the ledger's tables; its epochs are those of the ledger."""

    def __init__(self, address: str, ledger: str) -> None:
        """Open it, and make its tables if they are not there. Raises: LedgerError; UsageError for the ledger itself."""
        from byleave.server.db.migrating import migrate

        self._shown = without_password(address)
        if address == ledger:
            raise UsageError(f"`{self._shown}` is the ledger itself", hint="a second copy is another database")
        migrate(address, first_epoch=False)
        self._session = connect(address)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other writers off it. Raises: BusyError."""
        self._session.begin()
        try:
            yield
        finally:
            self._session.roll_back()

    def follow(self, session: Session) -> None:
        """Bring the copy up to the ledger's head, and flush it.

        Raises: LedgerError when it cannot be written, is of another ledger, or knows more than the ledger does.
        """
        try:
            self._follow(session)
        except self._session.errors as error:
            raise LedgerError(f"cannot write the second copy `{self._shown}`: {one_line(error)}") from error

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _follow(self, session: Session) -> None:
        last = last_row(self._session)
        if last is not None:
            require_held(session, last, self._shown)
        done, head = last.seq if last else 0, read_head(session).seq
        while done < head:
            found = read_copied(session, done, min(done + CHUNK, head))
            write_copied(self._session, found)
            done = found[-1].recorded.row.seq
        self._session.commit()


def last_row(session: Session) -> Row | None:
    """The last row of a ledger; None before the first."""
    rows = session.query(f"SELECT {', '.join(Row._fields)} FROM ledger_entry ORDER BY seq DESC LIMIT 1")
    return Row(*rows[0]) if rows else None

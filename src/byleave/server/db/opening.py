"""Opening a ledger: whether it is one, of a form known here, in a database that keeps what it confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.errors import LedgerError, MissingExtraError
from byleave.ledger.address import NEWEST_FORM, NEWEST_INDEX, one_line, sqlite_path, without_password

if TYPE_CHECKING:
    from byleave.server.db.session import Session


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
        raise LedgerError(f"cannot open the ledger `{without_password(address)}`: {one_line(error)}") from error
    return session


def check_form(session: Session, shown: str) -> None:
    """Refuse a database that is no ledger, or one in another form. Raises: LedgerError."""
    sql = "SELECT name FROM django_migrations WHERE app = ?"
    try:
        applied, indexed = ({row[0] for row in session.query(sql, [app])} for app in ("ledger", "lineage"))
    except session.errors as error:
        hint = f"`byleave migrate {shown}` makes a ledger of an empty database; bring a damaged one back from a backup"
        raise LedgerError(f"`{shown}` is no ledger: {one_line(error)}", hint=hint) from error
    newer = sorted([name for name in applied if name > NEWEST_FORM] + [name for name in indexed if name > NEWEST_INDEX])
    if newer:
        hint = "use the version of byleave that made it, or a newer one"
        raise LedgerError(f"`{shown}` was made by a newer byleave: it has `{newer[-1]}`", hint=hint)
    if NEWEST_FORM not in applied or NEWEST_INDEX not in indexed:
        raise LedgerError(f"`{shown}` is of an older form", hint=f"bring it up to date: byleave migrate {shown}")

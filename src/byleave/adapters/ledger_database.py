"""A ledger's database read in bulk: entries as Arrow, through ADBC, without the server and its web framework.

The tables `ledger_epoch`, `ledger_entry` and `ledger_payload` are those of `server/db`; instants in them are
microseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from byleave.kernel.errors import InputError, MissingExtraError, RefusedError
from byleave.ledger.address import NEWEST_FORM, one_line, sqlite_path, without_password
from byleave.ledger.builds import builds_after, require_open
from byleave.ledger.entries import PLATFORM, Entry, Kind
from byleave.ledger.watermark import Watermark
from byleave.ledger.wire import from_microseconds, read_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

_COLUMNS = {
    "seq": "int64",
    "recorded_at": "int64",
    "kind": "string",
    "subject": "string",
    "actor": "string",
    "at": "int64",
    "data": "string",
    "erased": "int64",
}
# no value is NULL: the SQLite driver takes a column's type from the first batch, and NULLs for numbers
_ENTRIES = """
SELECT e.seq, e.recorded_at, e.kind, COALESCE(p.subject, '') AS subject, COALESCE(p.actor, '') AS actor,
    COALESCE(p."at", 0) AS "at", COALESCE(p.data, '') AS data, CASE WHEN p.seq IS NULL THEN 1 ELSE 0 END AS erased
FROM ledger_entry e LEFT JOIN ledger_payload p ON p.seq = e.seq WHERE e.seq > {after} AND e.seq <= {until}
"""
_KEPT = """
SELECT seq, key, COALESCE(purpose, '') AS purpose, since FROM ledger_suppression WHERE setting IS NULL ORDER BY number
"""
_HEAD = """
SELECT (SELECT name FROM ledger_epoch ORDER BY number DESC LIMIT 1) AS epoch,
    COALESCE((SELECT MAX(seq) FROM ledger_entry), 0) AS seq,
    COALESCE((SELECT chain FROM ledger_entry ORDER BY seq DESC LIMIT 1), '') AS chain,
    (SELECT MAX(name) FROM django_migrations WHERE app = 'ledger') AS form
"""
# entries about nobody are few, and found by the index of subjects
_BUILDS = """
SELECT e.seq, e.kind, p.data FROM ledger_payload p JOIN ledger_entry e ON e.seq = p.seq
WHERE p.subject = '' AND e.kind IN ('builds-shut', 'builds-opened') AND e.seq <= {until} ORDER BY e.seq
"""


def is_database(register: object) -> bool:
    """Whether a register is the URL of a database; everything else is a folder or tables."""
    return isinstance(register, str) and re.match(r"[a-z][a-z0-9+]*://", register) is not None


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry at one instant."""

    watermark: Watermark
    chain: str
    """Digest over every entry up to it; empty before the first."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of people who were erased and had objected."""

    mark: str
    """The key of nobody, which shows whether a secret is the right one; empty where nothing is kept."""
    objections: tuple[tuple[str, str | None, int], ...]
    """Key of the person, purpose (None = all), since when (microseconds since 1970)."""


class LedgerDatabase:
    """An open ledger. Reads only."""

    def __init__(self, url: str, connection: Any) -> None:  # noqa: ANN401 - a connection of either driver
        """Take an open connection; `open_ledger` makes one."""
        self._url = url
        self._connection = connection

    def head(self) -> Head:
        """The last entry that can be read now.

        Raises: InputError when the database is no ledger or cannot be reached; RefusedError when its builds are shut.
        """
        with self._plain(), self._connection.cursor() as cursor:
            cursor.execute(_HEAD)
            epoch, seq, chain, form = cursor.fetchone()
            # up to the same entry: where builds have opened since, what was read is still half done
            cursor.execute(_BUILDS.format(until=int(seq)))
            builds = builds_after(map(_entry, cursor.fetchall()))
            self._connection.rollback()  # PostgreSQL would go on showing what was there when reading began
        if form != NEWEST_FORM:
            hint = "use the byleave that made it, or bring it up to date: byleave migrate"
            raise InputError(f"`{without_password(self._url)}` is a ledger of another form: `{form}`", hint=hint)
        if not epoch:
            raise InputError(
                f"`{without_password(self._url)}` has no epoch", hint="make the ledger: byleave migrate sqlite:///PATH"
            )
        require_open(builds, without_password(self._url))
        return Head(Watermark(epoch, int(seq)), str(chain))

    def kept(self) -> Kept:
        """The objections of people who were erased. Their other refusals stand again when they come back."""
        with self._plain(), self._connection.cursor() as cursor:
            cursor.execute(_KEPT)
            rows = cursor.fetchall()
            self._connection.rollback()
        marks = [key for seq, key, _, _ in rows if seq == 0]
        objections = tuple((str(key), str(purpose) or None, int(since)) for seq, key, purpose, since in rows if seq)
        return Kept(str(marks[0]) if marks else "", objections)

    @contextmanager
    def entries(self, after: int, until: int) -> Iterator[pa.RecordBatchReader]:
        """The entries with `after < seq <= until`, batch by batch, in no particular order.

        Columns: `seq, recorded_at, kind, subject, actor, at, data, erased`; instants in microseconds since 1970, `data`
        as JSON text. Where `erased` is 1 the person's part is gone, and the columns that it had are blank.
        """
        import pyarrow as pa

        with self._plain(), self._connection.cursor() as cursor:
            cursor.execute(_ENTRIES.format(after=int(after), until=int(until)))
            reader = cursor.fetch_record_batch()
            schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in _COLUMNS.items()])
            batches = (batch.cast(schema) for batch in reader if batch.num_rows)
            yield pa.RecordBatchReader.from_batches(schema, batches)
            self._connection.rollback()

    @contextmanager
    def _plain(self) -> Iterator[None]:
        """Turn the drivers' errors into ours."""
        from adbc_driver_manager import Error

        try:
            yield
        except Error as error:
            raise _plain_error(self._url, error) from error

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _entry(row: tuple[int, str, str]) -> Entry:
    seq, kind, data = row
    nothing = from_microseconds(0)
    return Entry(int(seq), nothing, Kind(kind), "", PLATFORM, nothing, read_data(data))


def _plain_error(url: str, error: Exception) -> InputError:
    place = without_password(url)
    if re.search(r"no such table|does not exist", str(error)) and re.search(r"ledger_|django_migrations", str(error)):
        return InputError(f"`{place}` is no ledger", hint="make one with `byleave migrate`, or check the URL")
    told = one_line(error).replace(url, place).partition(" query: ")[0]
    return InputError(f"cannot read the ledger `{place}`: {re.sub(_DRIVER, '', told)[:300]}", hint=_REACH)


_DRIVER = r"^[A-Z_]+: (\[\w+\] )?(Failed to prepare query: )?"
"""What the drivers put before what the database says."""
_REACH = "nothing is decided without it; check the address, the rights and the database"


@contextmanager
def open_ledger(url: str) -> Iterator[LedgerDatabase]:
    """Open a ledger by its URL: `sqlite:///path` (four slashes for an absolute one) or `postgresql://…`.

    Raises: UsageError for another scheme, MissingExtraError without the drivers, InputError when it cannot be reached.
    """
    path = sqlite_path(url)
    name = "postgresql" if path is None else "sqlite"
    try:
        driver = import_module(f"adbc_driver_{name}.dbapi")
        errors = import_module("adbc_driver_manager")
    except ImportError as error:
        hint = "install it: pip install 'byleave[ledger]'"
        raise MissingExtraError(f"reading a ledger needs adbc-driver-{name}", hint=hint) from error
    try:
        connection = driver.connect(url if path is None else _sqlite(path))
    except errors.Error as error:
        raise _plain_error(url, error) from error
    database = LedgerDatabase(url, connection)
    try:
        yield database
    finally:
        database.close()


def _sqlite(name: str) -> str:
    """A path as SQLite's own URI, for reading alone: it would make a file that is missing."""
    path = Path(name)
    if not path.is_file():
        raise InputError(f"there is no ledger `{path}`", hint="make one with `byleave migrate`, or check the path")
    return f"file:{quote(str(path.resolve()))}?mode=ro"


def require_whole(found: int, after: int, until: int) -> None:
    """Refuse entries with a gap.

    Raises: RefusedError when not every number from `after + 1` to `until` was read once.
    """
    if found != until - after:
        raise RefusedError(
            f"the ledger gave {found} entries from {after + 1} to {until}",
            hint="one is missing or stands twice; check the database, a missing entry may be a refusal",
        )

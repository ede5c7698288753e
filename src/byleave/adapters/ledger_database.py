"""A ledger's database read in bulk: entries as Arrow, without the server and its web framework.

The tables `ledger_epoch`, `ledger_entry` and `ledger_payload` are those of `server/db`; instants in them are
microseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.ledger_connections import Connection, PostgresqlConnection, SqliteConnection, errors
from byleave.adapters.waiting import parts_within, within
from byleave.kernel.errors import ByleaveError, InputError, MissingExtraError, RefusedError, UsageError
from byleave.ledger.activated import Activated, activations
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
# no value is NULL: what is erased says so in a column of its own
_ENTRIES = """
SELECT e.seq, e.recorded_at, e.kind, COALESCE(p.subject, '') AS subject, COALESCE(p.actor, '') AS actor,
    COALESCE(p."at", 0) AS "at", COALESCE(p.data, '') AS data, CASE WHEN p.seq IS NULL THEN 1 ELSE 0 END AS erased
FROM ledger_entry e LEFT JOIN ledger_payload p ON p.seq = e.seq AND p.seq > {after} AND p.seq <= {until}
WHERE e.seq > {after} AND e.seq <= {until}
"""
_KEPT = """
SELECT seq, key, COALESCE(purpose, '') AS purpose, since FROM ledger_suppression
WHERE setting IS NULL AND item IS NULL ORDER BY number
"""
_CHAIN = "SELECT chain FROM ledger_entry WHERE seq = {seq}"
_HEAD = """
SELECT (SELECT name FROM ledger_epoch ORDER BY number DESC LIMIT 1) AS epoch,
    (SELECT name FROM ledger_epoch ORDER BY number LIMIT 1) AS origin,
    COALESCE((SELECT MAX(seq) FROM ledger_entry), 0) AS seq,
    COALESCE((SELECT chain FROM ledger_entry ORDER BY seq DESC LIMIT 1), '') AS chain,
    (SELECT MAX(name) FROM django_migrations WHERE app = 'ledger') AS form
"""
# entries about nobody are few, and found by the index of subjects
_BUILDS = """
SELECT e.seq, e.kind, p.data FROM ledger_payload p JOIN ledger_entry e ON e.seq = p.seq
WHERE p.subject = '' AND e.kind IN ('builds-shut', 'builds-opened') AND e.seq <= {until} ORDER BY e.seq
"""
_ACTIVATED = """
SELECT e.seq, e.kind, p.data FROM ledger_payload p JOIN ledger_entry e ON e.seq = p.seq
WHERE p.subject = '' AND e.kind = 'policy-activated' ORDER BY e.seq
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
    origin: str = ""
    """Name of the ledger's first epoch, which a restored ledger keeps."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of people who were erased and had objected."""

    mark: str
    """The key of nobody, which shows whether a secret is the right one; empty where nothing is kept."""
    objections: tuple[tuple[str, str | None, int], ...]
    """Key of the person, purpose (None = all), since when (microseconds since 1970)."""
    identifiers: tuple[tuple[str, str | None, int], ...] = ()
    """The same by what a person had given to be found by: `email:` and a keyed hash."""
    by_id_alone: int = 0
    """How many objections can be found by the ids of people alone."""


PATIENCE = "BYLEAVE_LEDGER_TIMEOUT"
_PATIENCE_SECONDS = 30.0


class LedgerDatabase:
    """An open ledger as it is at one instant, that of the first question. Reads only."""

    def __init__(self, url: str, connection: Connection, patience: float) -> None:
        """Take an open connection and how many seconds an answer may take; `open_ledger` makes one."""
        self._url = url
        self._connection = connection
        self._patience = patience
        self._left_behind = False

    @property
    def place(self) -> str:
        """What to call it in errors."""
        return f"`{without_password(self._url)}`"

    def head(self) -> Head:
        """The last entry.

        Raises: InputError when the database is no ledger, cannot be reached or does not answer; RefusedError when its
            builds are shut.
        """
        ((epoch, origin, seq, chain, form),) = self._ask(_HEAD)
        if form != NEWEST_FORM:
            hint = "use the byleave that made it, or bring it up to date: byleave migrate"
            raise InputError(f"`{without_password(self._url)}` is a ledger of another form: `{form}`", hint=hint)
        if not epoch:
            raise InputError(
                f"`{without_password(self._url)}` has no epoch", hint="make the ledger: byleave migrate sqlite:///PATH"
            )
        require_open(builds_after(map(_entry, self._ask(_BUILDS.format(until=int(seq))))), without_password(self._url))
        return Head(Watermark(epoch, int(seq)), str(chain), str(origin))

    def activations(self) -> list[Activated]:
        """Every pack that was activated. Raises: InputError when the database fails."""
        return activations(map(_entry, self._ask(_ACTIVATED)))

    def chain_at(self, seq: int) -> str | None:
        """The digest over every entry up to one; None where there is no such entry."""
        found = self._ask(_CHAIN.format(seq=int(seq)))
        return str(found[0][0]) if found else None

    def kept(self) -> Kept:
        """The objections of people who were erased. Their other refusals stand again when they come back."""
        rows = self._ask(_KEPT)
        marks = [key for seq, key, _, _ in rows if seq == 0]
        kept = [(int(seq), (str(key), str(purpose) or None, int(since))) for seq, key, purpose, since in rows if seq]
        objections, identifiers = ([one for one in kept if (":" in one[1][0]) is named] for named in (False, True))
        by_id_alone = {seq for seq, _ in objections} - {seq for seq, _ in identifiers}
        mark = str(marks[0]) if marks else ""
        rows_of = [tuple(row for _, row in one) for one in (objections, identifiers)]
        return Kept(mark, rows_of[0], rows_of[1], len(by_id_alone))

    @contextmanager
    def entries(self, after: int, until: int) -> Iterator[pa.RecordBatchReader]:
        """The entries with `after < seq <= until`, batch by batch.

        Columns: `seq, recorded_at, kind, subject, actor, at, data, erased`; instants in microseconds since 1970, `data`
        as JSON text. Where `erased` is 1 the person's part is gone, and the columns that it had are blank.

        Raises: InputError, also in place of what whoever reads them raises, when the database fails meanwhile.
        """
        import pyarrow as pa

        schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in _COLUMNS.items()])
        failed: list[ByleaveError] = []

        def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            try:
                with self._plain():
                    yield from batches
            except ByleaveError as error:
                failed.append(error)
                raise

        try:
            with parts_within(
                self._patience, self._connection.entries(_ENTRIES, schema, after, until), errors()
            ) as batches:
                yield pa.RecordBatchReader.from_batches(schema, read(batches))
        except ByleaveError as error:
            if failed:
                raise failed[0] from error
            raise

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        with self._plain():
            return within(self._patience, lambda: self._connection.ask(sql), errors())

    @contextmanager
    def _plain(self) -> Iterator[None]:
        """Turn the drivers' errors into ours."""
        try:
            yield
        except TimeoutError as error:
            self._left_behind = True
            raise _silent(self._url, self._patience) from error
        except errors() as error:
            raise _plain_error(self._url, error) from error

    def close(self) -> None:
        """Close the connection, unless a thread still waits for it: that one ends with the process."""
        if not self._left_behind:
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


def _silent(url: str, seconds: float) -> InputError:
    message = f"the ledger `{without_password(url)}` has not answered for {seconds:g} seconds"
    return InputError(message, hint=f"{_REACH}, or set {PATIENCE} to more seconds")


def patience() -> float:
    """How many seconds a ledger may take to answer.

    Raises: UsageError when the setting is no such number.
    """
    text = os.environ.get("BYLEAVE_LEDGER_TIMEOUT", "")
    if not text:
        return _PATIENCE_SECONDS
    if not re.fullmatch(r"[0-9]{1,6}([.][0-9]{1,3})?", text) or float(text) == 0:
        raise UsageError(f"{PATIENCE} is `{text}`", hint="give seconds above 0, such as 30")
    return float(text)


@contextmanager
def open_ledger(url: str) -> Iterator[LedgerDatabase]:
    """Open a ledger by its URL: `sqlite:///path` (four slashes for an absolute one) or `postgresql://…`.

    Raises: UsageError for another scheme, MissingExtraError without the driver, InputError when it cannot be reached.
    """
    name, seconds = sqlite_path(url), patience()
    path = None if name is None else _there(name)
    try:
        connection = within(
            seconds,
            lambda: PostgresqlConnection(url) if path is None else SqliteConnection(path, seconds),
            (*errors(), MissingExtraError),
        )
    except TimeoutError as error:
        raise _silent(url, seconds) from error
    except errors() as error:
        raise _plain_error(url, error) from error
    database = LedgerDatabase(url, connection, seconds)
    try:
        yield database
    finally:
        database.close()


def _there(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise InputError(f"there is no ledger `{path}`", hint="make one with `byleave migrate`, or check the path")
    return path


def require_whole(found: int, after: int, until: int) -> None:
    """Refuse entries with a gap.

    Raises: RefusedError when not every number from `after + 1` to `until` was read once.
    """
    if found != until - after:
        raise RefusedError(
            f"the ledger gave {found} entries from {after + 1} to {until}",
            hint="one is missing or stands twice; check the database, a missing entry may be a refusal",
        )

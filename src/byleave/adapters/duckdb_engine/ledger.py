"""The register of a live ledger: entries read in bulk, and folded to the register's tables in SQL.

Accounts that were merged are few and go through the ledger's own fold (`ledger/fold.py`), which is the definition.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.columns import literal
from byleave.adapters.duckdb_engine.tables import FILE, ROW, Source
from byleave.adapters.ledger_database import Head, Kept, open_ledger, require_whole
from byleave.kernel.errors import RefusedError
from byleave.kernel.instants import format_instant
from byleave.ledger.address import without_password
from byleave.ledger.entries import Entry, Kind
from byleave.ledger.fold import fold_some
from byleave.ledger.wire import from_microseconds, read_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.adapters.duckdb_engine.session import Session
    from byleave.policy.facts import Register

_ENTRIES, _MERGED = "byleave_entries", "byleave_merged"
_TEXT = "strftime(\"{0}\" AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
"""An instant as the text in which `data` writes instants."""


@dataclass(frozen=True, slots=True)
class LedgerRead:
    """A ledger that was read up to its head, with its register's tables."""

    head: Head
    sources: Mapping[str, Source]
    kept: Kept


def read_ledger(session: Session, url: str, before: Head | None = None) -> LedgerRead:
    """Read what is new since `before`, and fold everything read so far.

    Args:
        session: where the entries read so far stay, in `byleave_entries`.
        url: the ledger's URL.
        before: the head of the last reading in this session; None when there was none.

    Raises: InputError when it cannot be read, RefusedError when it is not the ledger that was read before.
    """
    with open_ledger(url) as database:
        head = database.head()
        if before is not None:
            _require_same(url, before, head)
        if before is None or _erases(session, database, before, head):
            session.run(_EMPTY)
            before = None
        _insert(session, database, before.watermark.seq if before else 0, head.watermark.seq)
        kept = database.kept()
    return LedgerRead(head, _sources(session, f"`{without_password(url)}`"), kept)


def ledger_moved(url: str, before: Head) -> bool:
    """Whether entries have come since.

    Raises: InputError when the ledger cannot be reached: without its fresh state nothing may be published.
    """
    with open_ledger(url) as database:
        head = database.head()
    _require_same(url, before, head)
    return head != before


def _require_same(url: str, before: Head, head: Head) -> None:
    earlier, later = before.watermark, head.watermark
    if not later.covers(earlier) or (later == earlier and head.chain != before.chain):
        message = f"`{without_password(url)}` is no longer the ledger that was read: epoch or order have changed"
        raise RefusedError(message, hint="it was restored or replaced meanwhile; run again")


_EMPTY = (
    f"CREATE OR REPLACE TEMP TABLE {_ENTRIES} (seq BIGINT, kind VARCHAR, subject VARCHAR, actor VARCHAR,"
    ' "at" TIMESTAMPTZ, recorded_at TIMESTAMPTZ, data JSON, erased BOOLEAN)'
)


def _insert(session: Session, database: Any, after: int, until: int) -> None:  # noqa: ANN401 - a LedgerDatabase
    with database.entries(after, until) as reader:
        session.register("byleave_read", reader)
        session.run(
            f'INSERT INTO {_ENTRIES} SELECT seq, kind, subject, actor, make_timestamptz("at"),'
            " make_timestamptz(recorded_at), CASE WHEN erased = 0 THEN data::JSON END, erased = 1 FROM byleave_read"
        )
    span = f"seq > {after} AND seq <= {until}"
    require_whole(session.one(f"SELECT count(DISTINCT seq) FROM {_ENTRIES} WHERE {span}"), after, until)
    unknown = session.rows(f"SELECT min(seq), any_value(kind) FROM {_ENTRIES} WHERE {span} AND kind NOT IN ({_KINDS})")
    if unknown[0][0] is not None:
        raise RefusedError(
            f"entry {unknown[0][0]} is of a kind that is not known here: `{unknown[0][1]}`",
            hint="it may be a refusal; use the version of byleave that recorded it, or a newer one",
        )


def _erases(session: Session, database: Any, before: Head, head: Head) -> bool:  # noqa: ANN401 - as above
    """Whether somebody was erased since: then what was read of them goes, by reading everything anew."""
    with database.entries(before.watermark.seq, head.watermark.seq) as reader:
        session.register("byleave_read", reader)
        return bool(session.one(f"SELECT count(*) FROM byleave_read WHERE kind = {literal(Kind.MEMBER_ERASED)}"))


def _sources(session: Session, place: str) -> dict[str, Source]:
    session.run(
        f"CREATE OR REPLACE TEMP TABLE {_MERGED} AS SELECT DISTINCT unnest([subject, data->>'into']) AS subject"
        f" FROM {_ENTRIES} WHERE kind = {literal(Kind.MEMBERS_MERGED)} AND NOT erased"
    )
    merged = _merged_tables(session)
    sources = {}
    for name, sql in _TABLES.items():
        given = f"byleave_merged_{name}"
        session.register(given, merged[name])
        rows = f"SELECT *, {literal(place.strip('`'))} AS {FILE} FROM ({sql} UNION ALL BY NAME FROM {given})"
        types = {row[0]: row[1] for row in session.rows(f"DESCRIBE {rows}") if row[0] not in (FILE, ROW)}
        sources[name] = Source(name, place, rows, types)
    return sources


def _of(kind: Kind) -> str:
    return f"{_ENTRIES} WHERE kind = {literal(kind)} AND NOT erased AND subject NOT IN (FROM {_MERGED})"


_KINDS = ", ".join(literal(kind) for kind in Kind)
_ENDS = ", ".join(literal(kind) for kind in (Kind.OBJECTION_UPHELD, Kind.OBJECTION_REJECTED, Kind.OBJECTION_WITHDRAWN))
# `->>` binds more loosely than `=` in DuckDB: it stands in parentheses beside one
_TABLES = {
    "members": (
        "SELECT subject AS member_id, data->>'country' AS country, data->>'birth_date' AS birth_date,"
        f" NULL::VARCHAR AS since, recorded_at, seq AS {ROW} FROM {_of(Kind.MEMBER_REGISTERED)}"
        " UNION ALL SELECT subject, data->>'country', NULL,"
        f" coalesce(data->>'since', {_TEXT.format('at')}), recorded_at, seq FROM {_of(Kind.MEMBER_MOVED)}"
    ),
    "preferences": (
        "SELECT subject AS member_id, data->>'setting' AS setting, data->>'value' AS value, \"at\", seq, recorded_at,"
        f" actor, seq AS {ROW} FROM {_of(Kind.PREFERENCE_SET)}"
    ),
    # an objection stands from the earlier of the person's instant and the recording, until the last entry that ends it
    "objections": (
        "SELECT o.subject AS subject_id, o.data->>'purpose' AS purpose, least(o.\"at\", o.recorded_at) AS received_at,"
        " coalesce(e.status, 'open') AS status, e.resolved_at,"
        f" o.seq AS {ROW} FROM (FROM {_of(Kind.OBJECTION_RECEIVED)}) AS o LEFT JOIN ("
        " SELECT subject, data->>'objection' AS objection, max(recorded_at) AS resolved_at,"
        " max_by(replace(kind, 'objection-', ''), seq) AS status"
        f" FROM {_ENTRIES} WHERE kind IN ({_ENDS}) AND NOT erased GROUP BY ALL) AS e"
        " ON e.subject = o.subject AND e.objection = (o.data->>'objection')"
    ),
    "notices": (
        "SELECT subject AS member_id, data->>'notice' AS notice, data->>'version' AS version, \"at\" AS delivered_at,"
        f" recorded_at, seq AS {ROW} FROM {_of(Kind.NOTICE_DELIVERED)}"
    ),
    "withholdings": (
        'SELECT data->>\'item\' AS item_id, subject AS member_id, min(least("at", recorded_at)) AS "at",'
        f" min(seq) AS {ROW} FROM (FROM {_of(Kind.ITEM_WITHHELD)}) AS w WHERE NOT EXISTS ("
        f" FROM {_ENTRIES} AS r WHERE r.kind = {literal(Kind.ITEM_RELEASED)} AND NOT r.erased"
        " AND r.subject = w.subject AND (r.data->>'item') = (w.data->>'item') AND r.seq > w.seq) GROUP BY ALL"
    ),
}


def _merged_tables(session: Session) -> dict[str, Any]:
    """The register's tables for the people of merged accounts, as Arrow."""
    import pyarrow as pa

    rows = session.rows(
        'SELECT seq, epoch_us(recorded_at), kind, subject, actor, epoch_us("at"), data::VARCHAR'
        f" FROM {_ENTRIES} WHERE subject IN (FROM {_MERGED}) AND NOT erased ORDER BY seq"
    )
    found = _rows_of(fold_some(_entry(row) for row in rows))
    types = {**dict.fromkeys(_INSTANTS, pa.timestamp("us", "UTC")), **dict.fromkeys(("seq", ROW), pa.int64())}
    return {
        name: pa.Table.from_pylist(
            [{**row, ROW: 0} for row in found[name]],
            pa.schema([(column, types.get(column, pa.string())) for column in (*columns.split(), ROW)]),
        )
        for name, columns in _COLUMNS.items()
    }


_INSTANTS = ("at", "recorded_at", "received_at", "resolved_at", "delivered_at")
_COLUMNS = {
    "members": "member_id country birth_date since recorded_at",
    "preferences": "member_id setting value at seq recorded_at actor",
    "objections": "subject_id purpose received_at status resolved_at",
    "notices": "member_id notice version delivered_at recorded_at",
    "withholdings": "item_id at",
}


def _entry(row: tuple[Any, ...]) -> Entry:
    seq, recorded_at, kind, subject, actor, at, data = row
    return Entry(
        seq, from_microseconds(recorded_at), Kind(kind), subject, actor, from_microseconds(at), read_data(data)
    )


def _rows_of(register: Register) -> dict[str, list[dict[str, Any]]]:
    """The tables of a register, row by row; instants that `since` has are written as text, as in `data`."""
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in _COLUMNS}
    for name, member in register.members.items():
        who = {"member_id": name}
        born = max(member.birth_dates).isoformat() if member.birth_dates else None
        for home in member.residences:
            since = format_instant(home.since) if home.since else None
            place = {"country": home.country, "birth_date": born, "since": since, "recorded_at": home.recorded_at}
            tables["members"].append(who | place)
        for act in member.acts:
            value = {"value": "on" if act.on else "off"}
            tables["preferences"].append(who | asdict(act) | value)
        tables["notices"] += [who | asdict(one) for one in member.notices]
    for name, several in register.objections.items():
        tables["objections"] += [{"subject_id": name} | asdict(one) for one in several]
    for item, instants in register.withheld.items():
        tables["withholdings"] += [{"item_id": item, "at": at} for at in instants]
    return tables

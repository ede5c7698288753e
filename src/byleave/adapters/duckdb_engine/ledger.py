"""The register of a live ledger: entries read in bulk, and folded to the register's tables in SQL.

Accounts that were merged are few and go through the ledger's own fold (`ledger/fold.py`), which is the definition.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine import ledger_columns as entries
from byleave.adapters.duckdb_engine.columns import literal
from byleave.adapters.duckdb_engine.ledger_columns import ENTRIES
from byleave.adapters.duckdb_engine.ledger_copy import TABLE, Copy
from byleave.adapters.duckdb_engine.tables import FILE, ROW, UNREADABLE
from byleave.adapters.ledger_database import Head, Kept, open_ledger
from byleave.kernel.errors import RefusedError
from byleave.ledger.address import without_password
from byleave.ledger.covering import unused_texts
from byleave.ledger.entries import FIELDS, OPTIONAL, Entry, Kind
from byleave.ledger.fold import fold_some
from byleave.ledger.wire import from_microseconds
from byleave.policy.regions import regions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.adapters.duckdb_engine.session import Session
    from byleave.adapters.ledger_database import LedgerDatabase
    from byleave.policy.facts import Register

_MERGED = "byleave_merged"
_WRITTEN_ANEW = 100
"""A copy is written anew once the entries after it are a hundredth of those in it: reading so few again is cheaper than
writing all."""


@dataclass(frozen=True, slots=True)
class LedgerRead:
    """A ledger that was read up to its head into the register's tables."""

    head: Head
    rows: Mapping[str, int]
    kept: Kept
    identified: int
    """How many identifiers people gave to be found by."""


def read_ledger(session: Session, url: str, before: Head | None = None) -> LedgerRead:
    """Read what is new since `before`, or since the copy that an earlier run has kept, and fold everything.

    Loads the tables `members` (a view, since it is large), `preferences`, `objections`, `notices`, `withholdings`.

    Args:
        session: where the entries read so far stay.
        url: the ledger's URL.
        before: the head of the last reading in this session; None when there was none.

    Raises: InputError when it cannot be read, RefusedError when it is not the ledger that was read before.
    """
    with open_ledger(url) as database:
        head = database.head()
        copy = Copy(session, head)
        if before is None:
            _read_first(session, database, copy, head)
        else:
            _require_same(url, before, head)
            entries.insert(session, database, entries.NEW, before.watermark.seq, head.watermark.seq)
            if entries.forget(session, before.watermark.seq):
                copy.remove()
                entries.show(session, TABLE if copy.is_open() else None)
        kept = database.kept()
    return LedgerRead(head, _load(session, database.place), kept, _load_identified(session, kept))


def _read_first(session: Session, database: LedgerDatabase, copy: Copy, head: Head) -> None:
    last = head.watermark.seq
    entries.empty(session)
    start = copy.open(database, head)
    if start == 0 and last:
        # what is read goes to the disk at once; where it cannot, into memory
        copy.write(head, lambda table: entries.insert(session, database, table, 0, last))
        start = copy.open(database, head)
    entries.insert(session, database, entries.NEW, start, last)
    erased = entries.forget(session, start)
    entries.show(session, TABLE if start else None)
    if erased:
        copy.remove()
    if erased or (last - start) * _WRITTEN_ANEW > start:
        copy.write(head, lambda table: entries.keep(session, table))


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


def _load(session: Session, place: str) -> dict[str, int]:
    """Make the register's tables; how many rows each has."""
    session.run(
        f"CREATE OR REPLACE TEMP TABLE {_MERGED} AS SELECT DISTINCT unnest([subject, merged_into]) AS subject"
        f" FROM {ENTRIES} WHERE kind = {literal(Kind.MEMBERS_MERGED)}"
    )
    apart = ""
    if session.one(f"SELECT count(*) FROM {_MERGED}"):
        apart = f" ANTI JOIN {_MERGED} USING (subject)"
    merged = _merged_tables(session)
    rows = {}
    for name, sql in _tables(apart).items():
        given = f"byleave_merged_{name}"
        session.register(given, merged[name])
        parts = f"{sql} UNION ALL BY NAME FROM {given}" if apart else sql
        columns = ", ".join(_country() if column == "country" else f'"{column}"' for column in _COLUMNS[name].split())
        made = f"SELECT {columns}, {literal(place.strip('`'))} AS {FILE}, {ROW}, NULL::VARCHAR AS {UNREADABLE}"
        what = "VIEW" if name == "members" else "TABLE"
        session.run(f"CREATE OR REPLACE TEMP {what} {name} AS {made} FROM ({parts})")
        rows[name] = int(session.one(f"SELECT count(*) FROM {name}"))
    return rows


def _load_identified(session: Session, kept: Kept) -> int:
    """Make the tables `identifiers` and `reviews`; how many rows the first has.

    An objector who was erased is found by the hashes that were kept, under a name made from the hash.
    """
    identified, reviewed = (literal(kind) for kind in (Kind.OBJECTION_IDENTIFIED, Kind.FINDING_REVIEWED))
    session.run(
        "CREATE OR REPLACE TEMP TABLE identifiers AS SELECT DISTINCT subject AS subject_id,"
        f" unnest(identifiers) AS identifier FROM {ENTRIES} WHERE kind = {identified}"
    )
    # of several reviews of one text the last one counts
    session.run(
        "CREATE OR REPLACE TEMP TABLE reviews AS SELECT subject AS subject_id, item AS item_id, text,"
        f" max_by(about, seq) AS about FROM {ENTRIES} WHERE kind = {reviewed} GROUP BY subject, item, text"
    )
    for number, (identifier, purpose, since) in enumerate(kept.identifiers):
        name = literal(f"erased-{number}")
        session.run(f"INSERT INTO identifiers VALUES ({name}, {literal(identifier)})")
        told = "NULL" if purpose is None else literal(purpose)
        session.run(
            f"INSERT INTO objections SELECT {name}, {told}, make_timestamptz({int(since)}), 'open', NULL,"
            " 'erased', 0, NULL"
        )
    return int(session.one("SELECT count(*) FROM identifiers"))


def _country() -> str:
    known = regions().synonyms
    cases = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in known.items())
    return f"CASE country {cases} ELSE country END AS country" if cases else "country"


def _tables(apart: str) -> dict[str, str]:
    """Table of the register → SQL of its rows, without people of merged accounts, whom `apart` leaves out."""

    def of(*kinds: Kind) -> str:
        return f"(FROM {ENTRIES}{apart}) WHERE kind IN ({', '.join(map(literal, kinds))})"

    return {
        "members": (
            "SELECT subject AS member_id, country, birth_date,"
            f' CASE WHEN kind = {literal(Kind.MEMBER_MOVED)} THEN coalesce(since, "at") END AS since, recorded_at,'
            f" seq AS {ROW} FROM {of(Kind.MEMBER_REGISTERED, Kind.MEMBER_MOVED)}"
        ),
        "preferences": (
            'SELECT subject AS member_id, setting, value, "at", seq, recorded_at, actor, covers, reaches, frees,'
            f" unused_since, seq AS {ROW} FROM {of(Kind.PREFERENCE_SET)}"
        ),
        # it stands from the earlier of the person's instant and the recording, until the last entry that ends it
        "objections": (
            'SELECT o.subject AS subject_id, o.purpose, least(o."at", o.recorded_at) AS received_at,'
            f" coalesce(e.status, 'open') AS status, e.resolved_at, o.seq AS {ROW}"
            f" FROM (FROM {of(Kind.OBJECTION_RECEIVED)}) AS o LEFT JOIN ("
            " SELECT subject, objection, max(recorded_at) AS resolved_at,"
            " max_by(replace(kind, 'objection-', ''), seq) AS status"
            f" FROM {of(*entries.ENDS)} GROUP BY subject, objection) AS e"
            " ON e.subject = o.subject AND e.objection = o.objection"
        ),
        "notices": (
            f'SELECT subject AS member_id, notice, version, "at" AS delivered_at, recorded_at, seq AS {ROW}'
            f" FROM {of(Kind.NOTICE_DELIVERED)}"
        ),
        "withholdings": (
            f'SELECT item AS item_id, subject AS member_id, min(least("at", recorded_at)) AS "at", min(seq) AS {ROW}'
            f" FROM (FROM {of(Kind.ITEM_WITHHELD)}) AS w WHERE NOT EXISTS (FROM {ENTRIES} AS r"
            f" WHERE r.kind = {literal(Kind.ITEM_RELEASED)} AND r.subject = w.subject AND r.item = w.item"
            " AND r.seq > w.seq) GROUP BY item, subject"
        ),
    }


def _merged_tables(session: Session) -> dict[str, Any]:
    """The register's tables for the people of merged accounts, as Arrow."""
    import pyarrow as pa

    micros = [f'epoch_us("{name}")' if name in _INSTANTS else f'"{name}"' for name in _ENTRY]
    rows = session.rows(f"SELECT {', '.join(micros)} FROM {ENTRIES} SEMI JOIN {_MERGED} USING (subject) ORDER BY seq")
    found = _rows_of(fold_some(_entry(row) for row in rows))
    types = {**dict.fromkeys(_INSTANTS, pa.timestamp("us", "UTC")), **dict.fromkeys(("seq", ROW), pa.int64())}
    types |= {"birth_date": pa.date32(), **dict.fromkeys(("covers", "unused_since"), pa.list_(pa.string()))}
    return {
        name: pa.Table.from_pylist(
            [{**row, ROW: 0} for row in found[name]],
            pa.schema([(column, types.get(column, pa.string())) for column in (*columns.split(), ROW)]),
        )
        for name, columns in _COLUMNS.items()
    }


_INSTANTS = ("at", "recorded_at", "received_at", "resolved_at", "delivered_at", "since")
_PLACE = ("seq", "recorded_at", "kind", "subject", "actor", "at")
_DATA = {
    "country": "country",
    "birth_date": "birth_date",
    "since": "since",
    "merged_into": "into",
    "setting": "setting",
    "value": "value",
    "covers": "covers",
    "reaches": "reaches",
    "frees": "frees",
    "unused_since": "unused_since",
    "objection": "objection",
    "purpose": "purpose",
    "notice": "notice",
    "version": "version",
    "item": "item",
    "identifiers": "identifiers",
    "text": "text",
    "about": "about",
}
"""Column → field of an entry's data."""
_ENTRY = (*_PLACE, *_DATA)
_COLUMNS = {
    "members": "member_id country birth_date since recorded_at",
    "preferences": "member_id setting value at seq recorded_at actor covers reaches frees unused_since",
    "objections": "subject_id purpose received_at status resolved_at",
    "notices": "member_id notice version delivered_at recorded_at",
    "withholdings": "item_id member_id at",
}


def _entry(row: tuple[Any, ...]) -> Entry:
    seq, recorded_at, kind, subject, actor, at = row[: len(_PLACE)]
    held = dict(zip(_DATA.values(), row[len(_PLACE) :], strict=True))
    if held["since"] is not None:
        held["since"] = from_microseconds(held["since"])
    data = {name: held.get(name) for name in FIELDS[Kind(kind)]}
    data |= {name: held[name] for name in OPTIONAL.get(Kind(kind), ()) if held.get(name) is not None}
    return Entry(seq, from_microseconds(recorded_at), Kind(kind), subject, actor, from_microseconds(at), data)


def _rows_of(register: Register) -> dict[str, list[dict[str, Any]]]:
    """The tables of a register, row by row."""
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in _COLUMNS}
    for name, member in register.members.items():
        who = {"member_id": name}
        born = max(member.birth_dates, default=None)
        for home in member.residences:
            place = {"country": home.country, "birth_date": born, "since": home.since, "recorded_at": home.recorded_at}
            tables["members"].append(who | place)
        for act in member.acts:
            value = {"value": "on" if act.on else "off"}
            covers = {"covers": None if act.covers is None else sorted(act.covers)}
            unused = {"unused_since": unused_texts(act.unused_since) or None}
            tables["preferences"].append(who | asdict(act) | value | covers | unused)
        tables["notices"] += [who | asdict(one) for one in member.notices]
    for name, several in register.objections.items():
        tables["objections"] += [{"subject_id": name} | asdict(one) for one in several]
    for item, instants in register.withheld.items():
        tables["withholdings"] += [{"item_id": item, "at": at} for at in instants]
    return tables

"""Entries of a ledger as typed columns, in tables that only grow; what was erased is left out where they are read.

Three tables of a session make up what was read: the entries of a copy that was kept (`ledger_copy.py`), those that were
read since, and the numbers of entries that were erased meanwhile. The view `byleave_entries` is all of them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.adapters.duckdb_engine.columns import Kind as Typed
from byleave.adapters.duckdb_engine.columns import literal, read_column
from byleave.adapters.ledger_database import require_whole
from byleave.kernel.errors import RefusedError
from byleave.kernel.vocabulary import FREES, REACHES
from byleave.ledger.entries import OF_AN_OBJECTION, Kind
from byleave.ledger.fields import ABOUT

if TYPE_CHECKING:
    from byleave.adapters.duckdb_engine.session import Session
    from byleave.adapters.ledger_database import LedgerDatabase

ENTRIES, NEW, GONE, READ = "byleave_entries", "byleave_new", "byleave_gone", "byleave_read"
ERASED = "erased"
"""Kind of an entry of which only the place in the order is left."""

_TEXT, _AT, _DAY = Typed("text"), Typed("instant"), Typed("date")
_REGISTERED, _MOVED, _CHOSE = Kind.MEMBER_REGISTERED, Kind.MEMBER_MOVED, Kind.PREFERENCE_SET
_OBJECTED, _NOTICED, _WITHHELD = Kind.OBJECTION_RECEIVED, Kind.NOTICE_DELIVERED, Kind.ITEM_WITHHELD
_IDENTIFIED, _REVIEWED = Kind.OBJECTION_IDENTIFIED, Kind.FINDING_REVIEWED
ENDS = (Kind.OBJECTION_UPHELD, Kind.OBJECTION_REJECTED, Kind.OBJECTION_WITHDRAWN)
_FIELDS: dict[str, tuple[str, Typed, tuple[Kind, ...]]] = {
    "country": ("country", _TEXT, (_REGISTERED, _MOVED)),
    "birth_date": ("birth_date", _DAY, (_REGISTERED,)),
    "since": ("since", _AT, (_MOVED,)),
    "merged_into": ("into", _TEXT, (Kind.MEMBERS_MERGED,)),
    "setting": ("setting", _TEXT, (_CHOSE,)),
    "value": ("value", Typed("choice", options=("on", "off")), (_CHOSE,)),
    "covers": ("covers", Typed("ids"), (_CHOSE,)),
    "reaches": ("reaches", Typed("choice", options=REACHES), (_CHOSE,)),
    "frees": ("frees", Typed("choice", options=FREES), (_CHOSE,)),
    "unused_since": ("unused_since", Typed("ids"), (_CHOSE,)),
    "objection": ("objection", _TEXT, (_OBJECTED, *sorted(OF_AN_OBJECTION))),
    "purpose": ("purpose", _TEXT, (_OBJECTED,)),
    "notice": ("notice", _TEXT, (_NOTICED,)),
    "version": ("version", _TEXT, (_NOTICED,)),
    "item": ("item", _TEXT, (_WITHHELD, Kind.ITEM_RELEASED, _REVIEWED)),
    "identifiers": ("identifiers", Typed("ids"), (_IDENTIFIED,)),
    "text": ("text", _TEXT, (_REVIEWED,)),
    "about": ("about", Typed("choice", options=ABOUT), (_REVIEWED,)),
    "gone": ("entries", _TEXT, (Kind.MEMBER_ERASED,)),
}
"""Column → the field of `data` that it holds, what it must be, and the kinds that have it."""
_WANTED_NAMES = ("merged_into", "setting", "value", "objection", "notice", "item", "identifiers", "gone")
_WANTED: dict[str, tuple[Kind, ...]] = {
    "subject": (_REGISTERED, _MOVED, _CHOSE, _OBJECTED, _NOTICED, *ENDS, _IDENTIFIED, _REVIEWED),
    **{name: _FIELDS[name][2] for name in _WANTED_NAMES},
}
"""Column → the kinds that say nothing without it: such an entry may be a refusal, and refuses the run."""
_TYPES = {"text": "VARCHAR", "choice": "VARCHAR", "instant": "TIMESTAMPTZ", "date": "DATE", "ids": "VARCHAR[]"}


def columns() -> str:
    """The columns of a table of entries, with their types."""
    fixed = 'seq BIGINT, kind VARCHAR, subject VARCHAR, actor VARCHAR, "at" TIMESTAMPTZ, recorded_at TIMESTAMPTZ'
    return ", ".join([fixed, *(f"{name} {_TYPES[kind.name]}" for name, (_, kind, _) in _FIELDS.items())])


def _among(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(map(literal, kinds))})"


def typed_entries() -> str:
    """SQL from the entries that a ledger gives to typed columns, with the first column at fault in `fault`."""
    raw = [
        f"CASE WHEN erased = 0 AND {_among(kinds)} THEN json_extract_string(data, '$.{field}') END AS {name}"
        for name, (field, _, kinds) in _FIELDS.items()
    ]
    plain = (
        f"SELECT seq, CASE WHEN erased = 1 AND {_among(tuple(Kind))} THEN '{ERASED}' ELSE kind END AS kind,"
        " CASE WHEN erased = 0 THEN subject END AS subject, CASE WHEN erased = 0 THEN actor END AS actor,"
        ' CASE WHEN erased = 0 THEN make_timestamptz("at") END AS "at", make_timestamptz(recorded_at) AS recorded_at, '
        f"{', '.join(raw)} FROM {READ}"
    )
    known = {"subject": (_TEXT, "VARCHAR"), "at": (_AT, "TIMESTAMP WITH TIME ZONE")}
    known |= {name: (kind, "VARCHAR") for name, (_, kind, _) in _FIELDS.items()}
    values, faults = {}, {}
    for name, (kind, source_type) in known.items():
        column = read_column(kind, f'"{name}"', source_type, None)
        if column is None:  # INVARIANT: each kind can be read from the type that stands beside it
            raise TypeError(name)
        values[name] = column.value
        if column.unreadable:
            faults[name] = column.unreadable
    wanted = [f"WHEN {_among(kinds)} AND ({values[name]}) IS NULL THEN '{name}'" for name, kinds in _WANTED.items()]
    unread = [f"WHEN NOT {_among((*Kind, ERASED))} THEN 'kind'"]
    unread += [f"WHEN {condition} THEN '{name}'" for name, condition in faults.items()]
    selected = ["seq", "kind", f"{values['subject']} AS subject", "actor", '"at"', "recorded_at"]
    selected += [f"{values[name]} AS {name}" for name in _FIELDS]
    return f"SELECT {', '.join(selected)}, CASE {' '.join([*unread, *wanted])} END AS fault FROM ({plain})"


def insert(session: Session, database: LedgerDatabase, table: str, after: int, until: int) -> None:
    """Read entries with `after < seq <= until` into a table that `columns` describes, with a column `fault` at its end.

    Raises: RefusedError for an entry that is missing, stands twice or cannot be read; InputError from the database.
    """
    if after < until:
        with database.entries(after, until) as reader:
            session.register(READ, reader)
            session.run(f"INSERT INTO {table} {typed_entries()}")
    found, fault = session.rows(
        f"SELECT count(DISTINCT seq), min_by(seq, seq) FILTER (fault IS NOT NULL) FROM {table}"
        f" WHERE seq > {after} AND seq <= {until}"
    )[0]
    require_whole(found, after, until)
    if fault is not None:
        column, kind = session.rows(f"SELECT fault, kind FROM {table} WHERE seq = {fault}")[0]
        if column == "kind":
            hint = "it may be a refusal; use the version of byleave that recorded it, or a newer one"
            raise RefusedError(f"entry {fault} is of a kind that is not known here: `{kind}`", hint=hint)
        hint = "something else than byleave wrote it; it may be somebody's refusal"
        raise RefusedError(
            f"{database.place}, entry {fault} (`{kind}`): `{column}` is blank or cannot be read", hint=hint
        )


def empty(session: Session) -> None:
    """Begin anew: nothing is read since, nobody is erased."""
    session.run(f"CREATE OR REPLACE TEMP TABLE {NEW} ({columns()}, fault VARCHAR)")
    session.run(f"CREATE OR REPLACE TEMP TABLE {GONE} (seq BIGINT)")


def forget(session: Session, after: int) -> bool:
    """Take the entries of people who were erased by an entry after `after` out of what was read; whether there are."""
    session.run(
        f"INSERT INTO {GONE} SELECT DISTINCT unnest(from_json(gone, '[\"BIGINT\"]')) FROM {NEW}"
        f" WHERE kind = {literal(Kind.MEMBER_ERASED)} AND seq > {after}"
    )
    erased = bool(session.one(f"SELECT count(*) FROM {NEW} WHERE kind = '{Kind.MEMBER_ERASED}' AND seq > {after}"))
    if erased:
        session.run(f"DELETE FROM {NEW} WHERE seq IN (FROM {GONE})")
    return erased


def show(session: Session, copy: str | None) -> None:
    """Make the view `byleave_entries`. `copy` is the table of a copy; None where there is none."""
    parts = [f"SELECT * EXCLUDE (fault) FROM {NEW}"]
    if copy is not None:
        kept = f"SELECT * EXCLUDE (fault) FROM {copy}"
        if session.one(f"SELECT count(*) FROM {GONE}"):
            kept += f" ANTI JOIN {GONE} USING (seq)"
        parts.append(kept)
    session.run(f"CREATE OR REPLACE TEMP VIEW {ENTRIES} AS {' UNION ALL '.join(parts)}")


def keep(session: Session, table: str) -> None:
    """Fill a table with all that was read; of who was erased only the places in the order."""
    session.run(f"INSERT INTO {table} SELECT *, NULL FROM {ENTRIES}")
    session.run(f"INSERT INTO {table} (seq, kind) SELECT DISTINCT seq, '{ERASED}' FROM {GONE}")

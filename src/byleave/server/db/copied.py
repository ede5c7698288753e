"""A row of a ledger as it is copied: with what it says, and with what stands beside it in other tables.

Second copies, backups and restores are made of these. Beside a row stand the epoch that begins with it, the keys of the
requests whose first entry it is, and, with an erasure, the refusals that were kept then and the keys of the accounts in
the index of who is in which snapshot.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError
from byleave.ledger.chain import Row
from byleave.ledger.entries import Entry, Kind
from byleave.ledger.wire import from_microseconds, read_data, to_microseconds
from byleave.lineage.keys import key_text
from byleave.server.db.gone import INSERT_GONE
from byleave.server.db.reading import Recorded, read_recorded
from byleave.server.db.recording import ENTRIES, ERASURES, KEPT, KEYS, PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from byleave.server.db.session import Session

EPOCHS = "ledger_epoch", "number, name, opened_at, reason"


class Opened(NamedTuple):
    """An epoch."""

    number: int
    name: str
    opened_at: int
    reason: str


class Kept(NamedTuple):
    """A row of `ledger_suppression`; the first one, of nobody, has the number 0."""

    key: str
    setting: str | None
    purpose: str | None
    since: int
    seq: int
    covers: str | None = None
    """As JSON."""
    reaches: str | None = None
    item: str | None = None
    """Encrypted."""


class Copied(NamedTuple):
    """A row, and what stands beside it."""

    recorded: Recorded
    opened: Opened | None = None
    keys: tuple[tuple[str, str, int], ...] = ()
    """Key, digest of the body, number of entries."""
    kept: tuple[Kept, ...] = ()
    gone: tuple[tuple[int, int], ...] = ()
    """Rows of `lineage_gone`, key and number: of the accounts that it erases, after the key of nobody."""

    @property
    def erases(self) -> list[int]:
        """The numbers of the entries that it erases."""
        is_erasure = self.recorded.row.kind == Kind.MEMBER_ERASED
        return list(self.recorded.entry.data.get("entries", ())) if is_erasure else []


def read_copied(session: Session, after: int, until: int) -> list[Copied]:
    """Rows from `after` (exclusive) to `until` (inclusive), with what stands beside them."""
    rows = read_recorded(session, after, until)
    before = session.query("SELECT epoch FROM ledger_entry WHERE seq = ?", [after])
    epoch = before[0][0] if before else 0
    keys: dict[int, list[tuple[str, str, int]]] = {}
    asked = "SELECT seq, key, body_digest, entries FROM ledger_idempotency WHERE seq > ? AND seq <= ? ORDER BY seq, key"
    for seq, *key in session.query(asked, [after, until]):
        keys.setdefault(seq, []).append((key[0], key[1], key[2]))
    result = []
    for one in rows:
        opened = _opened(session, one.row.epoch) if one.row.epoch != epoch else None
        epoch = one.row.epoch
        made = Copied(one, opened, tuple(keys.get(one.row.seq, ())))
        if made.erases:
            made = made._replace(kept=_kept(session, made.erases), gone=_gone(session, one.row.seq))
        result.append(made)
    return result


def _opened(session: Session, number: int) -> Opened:
    columns = "SELECT number, name, opened_at, reason FROM ledger_epoch WHERE number = ?"
    return Opened(*session.query(columns, [number])[0])


def _kept(session: Session, erased: Sequence[int]) -> tuple[Kept, ...]:
    """What was kept of the entries that were erased, after the mark of the key."""
    sql = (
        "SELECT s.key, s.setting, s.purpose, s.since, s.seq, s.covers, s.reaches, s.item FROM ledger_suppression s "
        "WHERE s.seq = 0 OR s.seq IN "
        f"(SELECT CAST(w.v AS bigint) FROM {session.each} w) ORDER BY s.number"
    )
    found = [Kept(*row) for row in session.query(sql, [session.listing(map(str, erased))])]
    return tuple(found) if any(one.seq for one in found) else ()


def _gone(session: Session, seq: int) -> tuple[tuple[int, int], ...]:
    found = session.query("SELECT key, seq FROM lineage_gone WHERE seq IN (0, ?) ORDER BY seq, key", [seq])
    return tuple((key, number) for key, number in found)


def write_copied(session: Session, rows: Sequence[Copied]) -> None:
    """Write rows into a database as they are, in an open transaction; each erasure as the newest entry."""
    waiting: list[Copied] = []
    for one in rows:
        waiting.append(one)
        if one.erases:
            _write(session, waiting)
            _erase(session, one)
            waiting = []
    _write(session, waiting)


def _write(session: Session, rows: Sequence[Copied]) -> None:
    for one in rows:
        if one.opened and not session.query("SELECT 1 FROM ledger_epoch WHERE number >= ?", [one.opened.number]):
            session.insert(*EPOCHS, [one.opened])
    session.insert(*ENTRIES, [one.recorded.row for one in rows])
    payloads = [
        (entry.seq, entry.subject, entry.actor, to_microseconds(entry.at), salt, data)
        for _, entry, salt, data in (one.recorded for one in rows)
        if salt is not None and data is not None
    ]
    keys = [(key, digest, one.recorded.row.seq, count) for one in rows for key, digest, count in one.keys]
    if payloads:
        session.insert(*PAYLOADS, payloads)
    if keys:
        session.insert(*KEYS, keys)


def _erase(session: Session, one: Copied) -> None:
    session.insert(*ERASURES, [(seq, one.recorded.row.seq) for seq in one.erases])
    session.run("DELETE FROM ledger_payload WHERE seq = ?", [(seq,) for seq in one.erases])
    marked = bool(session.query("SELECT 1 FROM ledger_suppression LIMIT 1"))
    kept = [row for row in one.kept if row.seq or not marked]
    if kept:
        session.insert(*KEPT, kept)
    marked = bool(session.query("SELECT 1 FROM lineage_gone WHERE seq = 0"))
    gone = [row for row in one.gone if row[1] or not marked]
    if gone:
        session.run(INSERT_GONE, gone)


def line_of(one: Copied) -> bytes:
    """As one line of JSON."""
    row, entry, salt, data = one.recorded
    value: dict[str, Any] = dict(row._asdict())
    if salt is not None and data is not None:
        said = {"subject": entry.subject, "actor": entry.actor, "at": to_microseconds(entry.at), "data": data}
        value |= {"salt": salt, **said}
    beside: dict[str, list[Any]] = {"opened": list(one.opened or ()), "keys": [list(key) for key in one.keys]}
    beside["kept"] = [list(row) for row in one.kept]
    beside["gone"] = [[key_text(key), number] for key, number in one.gone]  # longer than a number of JSON may be
    return canonical_json(value | {name: told for name, told in beside.items() if told}) + b"\n"


def read_line(line: bytes, path: Path) -> Copied:
    """From one line of JSON. Raises: InputError for anything else."""
    try:
        value = json.loads(line)
        row = Row(**{name: value[name] for name in Row._fields})
        recorded_at, kind = from_microseconds(row.recorded_at), Kind(row.kind)
        opened = Opened(*value["opened"]) if "opened" in value else None
        keys = tuple((str(key), str(digest), int(count)) for key, digest, count in value.get("keys", ()))
        kept = tuple(Kept(*one) for one in value.get("kept", ()))
        gone = tuple((int(key, 16), int(number)) for key, number in value.get("gone", ()))
        if "salt" in value:
            said = value["subject"], value["actor"], from_microseconds(value["at"]), read_data(value["data"])
            recorded = Recorded(row, Entry(row.seq, recorded_at, kind, *said), value["salt"], value["data"])
        else:
            recorded = Recorded(row, Entry(row.seq, recorded_at, kind, "", "", recorded_at, erased=True), None, None)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"a line of `{path}` is no entry: `{line[:60].decode(errors='replace')}`") from error
    return Copied(recorded, opened, keys, kept, gone)

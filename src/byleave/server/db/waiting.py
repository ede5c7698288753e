"""What in the ledger waits for something to happen by itself: objections that may lapse, and what may be erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.ledger.entries import OF_AN_OBJECTION, Kind
from byleave.ledger.wire import to_microseconds

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from byleave.server.db.session import Session


def unconfirmed_of(session: Session, before: datetime) -> list[tuple[str, str]]:
    """Objections that came by the form before an instant and that nobody has confirmed or looked at: id and person."""
    name, until = session.field("objection"), to_microseconds(before)
    since = OF_AN_OBJECTION - {Kind.OBJECTION_IDENTIFIED, Kind.OBJECTION_READDRESSED}
    sql = (
        f"SELECT {name}, p.subject FROM ledger_payload p JOIN ledger_entry e ON e.seq = p.seq "
        f"WHERE {name} IS NOT NULL AND e.kind = '{Kind.OBJECTION_RECEIVED}' AND (p.at < ? OR e.recorded_at < ?) "
        f"AND {session.field('language')} IS NOT NULL AND {session.field('by')} IS NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {_about(session, since)}) ORDER BY p.seq"
    )
    return [(objection, subject) for objection, subject in session.query(sql, [until, until])]


def given_for_nothing_of(session: Session, before: datetime) -> list[str]:
    """People with something to be found by, given for an objection that ended before an instant; perhaps not for all.

    Whether another objection of theirs stands is not asked here.
    """
    name = session.field("objection")
    ends = {Kind.OBJECTION_REJECTED, Kind.OBJECTION_WITHDRAWN}
    sql = (
        "SELECT DISTINCT p.subject AS v FROM ledger_payload p JOIN ledger_entry e ON e.seq = p.seq "
        f"WHERE {name} IS NOT NULL AND e.kind = '{Kind.OBJECTION_IDENTIFIED}' "
        f"AND EXISTS (SELECT 1 FROM {_about(session, ends)} AND f.recorded_at < ?)"
    )
    return sorted(session.texts(sql, [to_microseconds(before)]))


def _about(session: Session, kinds: Iterable[Kind]) -> str:
    """Other entries, of some kinds, about the objection of the payload `p`."""
    name = session.field("objection")
    inner = name.replace("data", "q.data")
    outer = name.replace("data", "p.data")
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    return (
        f"ledger_payload q JOIN ledger_entry f ON f.seq = q.seq WHERE {inner} = {outer} AND {inner} IS NOT NULL "
        f"AND f.kind IN ({listed})"
    )

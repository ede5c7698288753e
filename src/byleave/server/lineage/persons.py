"""People who may have left, and everything that is recorded about them, under every id of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.ledger.admission import linked
from byleave.ledger.entries import Kind
from byleave.lineage.leaving import LEAVING
from byleave.server.db.lookups import merges_of
from byleave.server.db.reading import read_history

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from byleave.ledger.entries import Entry
    from byleave.server.db.session import Session

AT_ONCE = 5_000
"""People whose entries are read together."""


def candidates(session: Session, after: int) -> list[frozenset[str]]:
    """Everybody of whom something was recorded, after an entry, by which somebody may leave: all ids of each person."""
    kinds = ", ".join(f"'{kind}'" for kind in sorted(LEAVING))
    sql = (
        "SELECT DISTINCT p.subject FROM ledger_entry e JOIN ledger_payload p ON p.seq = e.seq "
        f"WHERE e.seq > ? AND e.kind IN ({kinds}) AND (e.kind <> '{Kind.PREFERENCE_SET}' OR p.data LIKE ?)"
    )
    names = {name for (name,) in session.query(sql, [after, '%"value":"off"%'])}
    into = session.field("into")
    merges = session.query(f"SELECT subject, {into} FROM ledger_payload WHERE {into} IS NOT NULL")
    merged = {name for pair in merges for name in pair}
    persons = {frozenset(linked({name}, merges)) for name in names & merged}
    return [*persons, *(frozenset({name}) for name in names - merged)]


def histories(session: Session, persons: Sequence[frozenset[str]]) -> Iterator[tuple[frozenset[str], list[Entry]]]:
    """All entries of each person, under every id, in order."""
    for start in range(0, len(persons), AT_ONCE):
        some = persons[start : start + AT_ONCE]
        owner = {name: ids for ids in some for name in ids}
        told: dict[frozenset[str], list[Entry]] = {ids: [] for ids in some}
        for entry in read_history(session, sorted(owner)):
            told[owner[entry.subject]].append(entry)
        yield from told.items()


def touched(session: Session, kinds: Iterable[str], after: int, until: int) -> Iterator[frozenset[str]]:
    """Everybody of whom an entry of some kinds was recorded in a stretch of the ledger: all ids of each person."""
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    sql = (  # names of our own
        "SELECT DISTINCT p.subject FROM ledger_payload p JOIN ledger_entry e ON e.seq = p.seq "
        f"WHERE e.seq > ? AND e.seq <= ? AND e.kind IN ({listed})"
    )
    names = {name for (name,) in session.query(sql, [after, until])}
    while names:
        ids = linked({next(iter(names))}, merges_of(session, [next(iter(names))]))
        names -= ids
        yield frozenset(ids)

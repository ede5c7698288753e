"""What a writer looks up before it records: a few questions for all acts that wait, each answered by an index."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from byleave.kernel.errors import InputError
from byleave.ledger.admission import HOLDING, Facts
from byleave.ledger.artefacts import Artefacts
from byleave.ledger.entries import ARTEFACTS, OF_AN_OBJECTION, PLATFORM, Entry, Kind
from byleave.ledger.suppression import Refusal, open_item, suppression_key, together
from byleave.ledger.wire import from_microseconds, read_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from byleave.ledger.admission import Proposal
    from byleave.server.db.session import Session

MARK = ""
"""The id of nobody: what is kept under its key shows whether the server's key is still the same."""


def facts_about(session: Session, proposals: Sequence[Proposal]) -> Facts:
    """What is known about everybody whom these acts name."""
    names, objections, ends = set[str](), set[str](), set[str]()
    for one in proposals:
        names.add(one.subject)
        if one.kind is Kind.MEMBERS_MERGED:
            names.add(_text(one, "into"))
        if one.kind is Kind.OBJECTION_RECEIVED or one.kind in OF_AN_OBJECTION:
            objections.add(_text(one, "objection"))
        if one.kind is Kind.MEMBERS_MERGED or one.kind in OF_AN_OBJECTION:
            ends |= {one.subject, _text(one, "into")}
    merges = merges_of(session, ends) if ends else []
    named = artefacts_of(session) if any(one.kind in ARTEFACTS for one in proposals) else Artefacts()
    rejected = {_text(one, "objection") for one in proposals if one.kind is Kind.OBJECTION_REJECTED}
    held = _held(session, names, rejected) if rejected else set()
    return Facts(_members(session, names), objectors_of(session, objections), merges, held, named)


def read_artefacts(session: Session, after: int = 0) -> list[Entry]:
    """The entries about what the platform does, in order, that come after an entry.

    They are few, and have an index: their subject is blank.
    """
    sql = (
        "SELECT e.seq, e.recorded_at, e.kind, p.at, p.data FROM ledger_payload p JOIN ledger_entry e ON e.seq = p.seq "
        "WHERE p.subject = '' AND p.seq > ? AND e.kind <> 'member-erased' ORDER BY p.seq"
    )
    return [
        Entry(seq, from_microseconds(recorded_at), Kind(kind), "", PLATFORM, from_microseconds(at), read_data(data))
        for seq, recorded_at, kind, at, data in session.query(sql, [after])
    ]


def artefacts_of(session: Session) -> Artefacts:
    """What the entries about no person have named."""
    named = Artefacts()
    for entry in read_artefacts(session):
        named.apply(entry)
    return named


def _text(proposal: Proposal, name: str) -> str:
    """A field that should be text; blank where it is none, which the check of the entry refuses."""
    value = proposal.data.get(name)
    return value if isinstance(value, str) else ""


def _members(session: Session, names: Iterable[str]) -> set[str]:
    sql = (
        f"SELECT w.v AS v FROM {session.each} w WHERE EXISTS (SELECT 1 FROM ledger_payload p "
        "JOIN ledger_entry e ON e.seq = p.seq WHERE p.subject = w.v AND e.kind = 'member-registered')"
    )
    return set(session.texts(sql, [session.listing(names)]))


def _held(session: Session, names: Iterable[str], objections: set[str]) -> set[tuple[str, str]]:
    """What is recorded about these objections of somebody among `names`, of the kinds of `HOLDING`."""
    kinds = ", ".join(f"'{kind}'" for kind in sorted(HOLDING))
    sql = (
        f"SELECT {session.field('objection')}, e.kind FROM {session.each} w JOIN ledger_payload p ON p.subject = w.v "
        f"JOIN ledger_entry e ON e.seq = p.seq WHERE e.kind IN ({kinds})"
    )
    return {(name, kind) for name, kind in session.query(sql, [session.listing(names)]) if name in objections}


def objectors_of(session: Session, objections: set[str]) -> dict[str, str]:
    """Who has made each of these objections, by their ids; those that are not there, or were erased, are missing."""
    if not objections:
        return {}
    field = session.field("objection")
    sql = (
        f"SELECT w.v, p.subject FROM {session.each} w JOIN ledger_payload p ON {field} = w.v AND {field} IS NOT NULL "
        "JOIN ledger_entry e ON e.seq = p.seq WHERE e.kind = 'objection-received'"
    )
    return dict(session.query(sql, [session.listing(objections)]))


def merges_of(session: Session, names: Iterable[str]) -> list[tuple[str, str]]:
    """Every merge of accounts of the persons whom `names` name."""
    into = session.field("into")
    sql = (
        f"SELECT subject, {into} FROM ledger_payload WHERE {into} IS NOT NULL "
        f"AND (subject IN (SELECT v FROM {session.each} w) OR {into} IN (SELECT v FROM {session.each} w))"
    )
    found, pairs, new = set[str](), set[tuple[str, str]](), set(names)
    while new:
        found |= new
        listing = session.listing(new)
        rows = session.query(sql, [listing, listing])
        pairs |= {(one, other) for one, other in rows}
        new = {name for pair in pairs for name in pair} - found
    return sorted(pairs)


def kept_of(session: Session, secret: bytes | None, subjects: Iterable[str]) -> dict[str, list[Refusal]]:
    """What is kept of people who were erased, by their ids.

    Raises: InputError when something is kept of somebody and the key is missing or another: nobody could be found.
    """
    if not session.query("SELECT 1 FROM ledger_suppression LIMIT 1"):
        return {}
    hint = "give the key under which refusals of erased people are kept; without it they would be used again"
    if secret is None:
        raise InputError("nobody can be registered without the suppression key", hint=hint)
    ids = {suppression_key(secret, name): name for name in (MARK, *subjects)}
    sql = (
        f"SELECT s.key, s.setting, s.purpose, s.since, s.seq, s.covers, s.reaches, s.item FROM {session.each} w "
        "JOIN ledger_suppression s ON s.key = w.v ORDER BY s.number"
    )
    rows = session.query(sql, [session.listing(ids)])
    if suppression_key(secret, MARK) not in {row[0] for row in rows}:
        raise InputError("the suppression key is not the one under which refusals were kept", hint=hint)
    kept: dict[str, list[Refusal]] = {}
    for key, setting, purpose, since, seq, covers, reaches, item in rows:
        name = ids[key]
        if name != MARK:
            told = None if covers is None else tuple(json.loads(covers))
            held = None if item is None else open_item(secret, name, item)
            one = Refusal(setting, purpose, from_microseconds(since), seq, told, reaches, held)
            kept.setdefault(name, []).append(one)
    # kept twice, of somebody who was erased twice: all of it
    return {name: together(several) for name, several in kept.items()}

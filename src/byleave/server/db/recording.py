"""Recording: what one transaction does, for a batch of groups of acts or for one erasure.

1. Take the right to write, so that nobody else's entry comes between.
2. Look up the head, and what is known about everybody whom the batch names.
3. Admit each group whole, or refuse it whole; one that is refused leaves no trace.
4. Write the rows, and commit: from here on they are durable.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import ByleaveError, ConflictError, InputError, UnknownError
from byleave.ledger.admission import Facts, Proposal, body_bytes, linked
from byleave.ledger.chain import Row, link, payload_digest
from byleave.ledger.entries import Entry, Kind, check_entry
from byleave.ledger.suppression import (
    NONCE_BYTES,
    Refusal,
    held_back,
    kept_identifiers,
    refusals,
    returning,
    seal_item,
    suppression_key,
)
from byleave.ledger.wire import check_text, data_text, from_microseconds, to_microseconds
from byleave.server.db.gone import keep_gone
from byleave.server.db.lookups import MARK, facts_about, kept_of, merges_of
from byleave.server.db.reading import Head, read_head, read_history, read_recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from byleave.server.db.session import Session

SALT_BYTES = 32

ENTRIES = "ledger_entry", "seq, epoch, recorded_at, kind, digest, chain"
PAYLOADS = "ledger_payload", "seq, subject, actor, at, salt, data"
KEYS = "ledger_idempotency", "key, body_digest, seq, entries"
KEPT = "ledger_suppression", "key, setting, purpose, since, seq, covers, reaches, item"
ERASURES = "ledger_erasure", "seq, declared_by"
_ENDS = (Kind.OBJECTION_WITHDRAWN, Kind.OBJECTION_REJECTED)
_DECIDING = (Kind.OBJECTION_RECEIVED, Kind.OBJECTION_UPHELD, *_ENDS)


class World(NamedTuple):
    """What recording takes from outside."""

    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    suppression_secret: bytes | None


class Group(NamedTuple):
    """Acts that are recorded together or not at all."""

    proposals: tuple[Proposal, ...]
    key: str | None
    body: bytes


class Outcomes(NamedTuple):
    """What became of a batch."""

    epoch: str
    """The name of the epoch in which it was recorded."""
    groups: list[list[Entry] | ByleaveError]
    """For each group its entries, or why it was refused."""


class Draft(NamedTuple):
    """An entry as it will be written."""

    entry: Entry
    row: Row
    salt: str
    data: str


class Answered(NamedTuple):
    """What a key was used for."""

    body_digest: str
    seq: int
    entries: int
    salts: tuple[str, ...]


@dataclass(slots=True)
class Batch:
    """What a transaction is about to write."""

    head: Head
    now: int
    world: World
    facts: Facts
    kept: dict[str, list[Refusal]] = field(default_factory=dict)
    answered: dict[str, Answered] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    keys: list[tuple[str, str, int, int]] = field(default_factory=list)

    def draft(self, proposal: Proposal, before: list[Draft]) -> Draft:
        """The next entry after those of the batch and `before`. Raises: InputError when it cannot be one."""
        last = before[-1].row if before else self.drafts[-1].row if self.drafts else None
        seq, recorded, chain = (last.seq, last.recorded_at, last.chain) if last else self.head[:3]
        recorded = max(self.now, recorded + 1)
        at = recorded if proposal.at is None else to_microseconds(proposal.at)
        instants = from_microseconds(recorded), from_microseconds(at)
        entry = Entry(seq + 1, instants[0], proposal.kind, proposal.subject, proposal.actor, instants[1], proposal.data)
        check_entry(entry)
        salt, data = self.world.random_bytes(SALT_BYTES).hex(), data_text(proposal.data)
        digest = payload_digest(salt, entry.subject, entry.actor, at, data)
        row = link(chain, entry.seq, self.head.epoch, recorded, entry.kind.value, digest)
        return Draft(entry, row, salt, data)

    def admit(self, group: Group) -> list[Draft]:
        """The entries of a group, taken into account for the next one. Raises: InputError; then nothing has changed."""
        facts, drafts = self.facts, list[Draft]()
        if len(group.proposals) > 1 or self.kept:
            facts = facts.copy()
        waiting = list(group.proposals)
        while waiting:
            proposal = waiting.pop(0)
            made = self.draft(proposal, drafts)
            facts.admit(made.entry)
            drafts.append(made)
            if proposal.kind is Kind.MEMBER_REGISTERED and proposal.subject in self.kept:
                # before anything else about them, whoever comes back is off again
                back = returning(proposal.subject, self.kept[proposal.subject], made.entry, self.head.name)
                waiting = [*back, *waiting]
        self.facts = facts
        self.drafts += drafts
        if group.key is not None:
            salts = tuple(one.salt for one in drafts)
            answer = Answered(salted(salts, group.body), drafts[0].row.seq, len(drafts), salts)
            self.answered[group.key] = answer
            self.keys.append((group.key, *answer[:3]))
        return drafts

    def write(self, session: Session) -> None:
        """Write the rows."""
        session.insert(*ENTRIES, [one.row for one in self.drafts])
        payloads = [(*_payload(one), one.salt, one.data) for one in self.drafts]
        session.insert(*PAYLOADS, payloads)
        if self.keys:
            session.insert(*KEYS, self.keys)


def _payload(draft: Draft) -> tuple[int, str, str, int]:
    return draft.row.seq, draft.entry.subject, draft.entry.actor, to_microseconds(draft.entry.at)


def salted(salts: Sequence[str], body: bytes) -> str:
    """The digest of a request. Without all the salts it tells nothing."""
    return hashlib.sha256("".join(salts).encode() + body).hexdigest()


def make_group(proposals: Sequence[Proposal], key: str | None) -> Group:
    """A group that can be written down. Raises: InputError."""
    if not proposals:
        raise InputError("nothing is to be recorded")
    if key is not None:
        check_text("key", key)
    return Group(tuple(proposals), key, body_bytes(proposals))


def record(session: Session, groups: Sequence[Group], world: World) -> Outcomes:
    """Record groups in their order.

    Raises: what the session raises; then it is not known what is recorded.
    """
    session.begin()
    proposals = [one for group in groups for one in group.proposals]
    batch = Batch(read_head(session), to_microseconds(world.clock()), world, facts_about(session, proposals))
    batch.answered = _answered(session, [group.key for group in groups if group.key is not None])
    registered = {one.subject for one in proposals if one.kind is Kind.MEMBER_REGISTERED}
    refused: ByleaveError | None = None
    try:
        batch.kept = kept_of(session, world.suppression_secret, registered) if registered else {}
    except InputError as error:
        refused = error
    outcomes: list[list[Entry] | ByleaveError] = []
    for group in groups:
        registers = any(one.kind is Kind.MEMBER_REGISTERED for one in group.proposals)
        outcomes.append(refused if refused and registers else _outcome(session, batch, group))
    if batch.drafts:
        batch.write(session)
        session.commit()
    else:
        session.roll_back()
    return Outcomes(batch.head.name, outcomes)


def _outcome(session: Session, batch: Batch, group: Group) -> list[Entry] | ByleaveError:
    try:
        answered = batch.answered.get(group.key) if group.key is not None else None
        if answered is not None:
            return _first_answer(session, batch, group, answered)
        return [one.entry for one in batch.admit(group)]
    except ByleaveError as refusal:
        return refusal


def _first_answer(session: Session, batch: Batch, group: Group, answered: Answered) -> list[Entry]:
    """What was answered when the key was used first. Raises: InputError when it was for something else."""
    if len(answered.salts) < answered.entries:
        raise ConflictError(f"the key `{group.key}` was used, and what it recorded was erased", hint="use a new key")
    if salted(answered.salts, group.body) != answered.body_digest:
        raise ConflictError(
            f"the key `{group.key}` was used for another request", hint="use a new key for each request"
        )
    if answered.seq > batch.head.seq:
        first = answered.seq - batch.head.seq - 1
        return [one.entry for one in batch.drafts[first : first + answered.entries]]
    return [one.entry for one in read_recorded(session, answered.seq - 1, answered.seq - 1 + answered.entries)]


def _answered(session: Session, keys: Sequence[str]) -> dict[str, Answered]:
    if not keys:
        return {}
    sql = (
        f"SELECT i.key, i.body_digest, i.seq, i.entries FROM {session.each} w JOIN ledger_idempotency i ON i.key = w.v"
    )
    salts = "SELECT salt FROM ledger_payload WHERE seq >= ? AND seq < ? ORDER BY seq"
    return {
        key: Answered(digest, seq, count, tuple(salt for (salt,) in session.query(salts, [seq, seq + count])))
        for key, digest, seq, count in session.query(sql, [session.listing(keys)])
    }


def erase(session: Session, subject: str, actor: str, world: World) -> Entry:
    """Erase what is recorded about a person, under every id of theirs; keep, under a key, what they refused.

    Returns: The entry that declares it.

    Raises: InputError when nothing is recorded about them, or the key is missing; what the session raises.
    """
    if not subject:
        # the blank id stands for nobody: what the platform did is recorded under it, and is no person's to erase
        raise InputError("whom to erase is blank")
    secret = world.suppression_secret
    if secret is None:
        raise InputError("nobody can be erased without the suppression key", hint="what they refused could not be kept")
    session.begin()
    kept_of(session, secret, [])
    ids = sorted(linked({subject}, merges_of(session, [subject])))
    history = read_history(session, ids)
    if not history:
        raise UnknownError(f"nothing is recorded about `{subject}`")
    batch = Batch(read_head(session), to_microseconds(world.clock()), world, Facts())
    numbers = [entry.seq for entry in history]
    made = batch.draft(Proposal(Kind.MEMBER_ERASED, "", actor, {"entries": numbers}), [])
    batch.drafts.append(made)
    refused = refusals(history, made.entry.recorded_at)
    kept = [*refused, *held_back(history)]
    _keep(session, world, ids, kept, kept_identifiers(history, refused))
    batch.write(session)
    _empty(session, numbers, made.row.seq)
    keep_gone(session, secret, ids, made.row.seq)
    session.commit()
    return made.entry


def erase_given(session: Session, subjects: Sequence[str], actor: str, world: World) -> Entry:
    """Erase what people gave to be found by, of whom no objection stands any more; all else about them stays.

    Returns: The entry that declares it.

    Raises: ConflictError naming an objection that stands; UnknownError when there is nothing to erase; what the session
    raises.
    """
    session.begin()
    ids = sorted(linked(set(subjects), merges_of(session, subjects)))
    history = read_history(session, ids)
    last = {one.data["objection"]: one.kind for one in history if one.kind in _DECIDING}
    standing = {name for name, kind in last.items() if kind not in _ENDS}
    if standing:
        raise ConflictError(f"the objection `{min(standing)}` stands, and its person has to be found")
    numbers = [one.seq for one in history if one.kind is Kind.OBJECTION_IDENTIFIED]
    if not numbers:
        raise UnknownError("these people have nothing by which they are found")
    batch = Batch(read_head(session), to_microseconds(world.clock()), world, Facts())
    made = batch.draft(Proposal(Kind.MEMBER_ERASED, "", actor, {"entries": numbers}), [])
    batch.drafts.append(made)
    batch.write(session)
    _empty(session, numbers, made.row.seq)
    session.commit()
    return made.entry


def _empty(session: Session, numbers: Sequence[int], declared_by: int) -> None:
    """Delete what entries say; an entry of now declares it."""
    session.insert(*ERASURES, [(seq, declared_by) for seq in numbers])
    session.run("DELETE FROM ledger_payload WHERE seq = ?", [(seq,) for seq in numbers])


def _keep(
    session: Session,
    world: World,
    ids: Sequence[str],
    kept: Sequence[Refusal],
    identifiers: Sequence[tuple[str, Refusal]],
) -> None:
    """Keep refusals under the key of each id and each identifier, and, before the first, the mark of the key itself."""
    secret = world.suppression_secret or b""
    rows = [row for name in ids for one in kept for row in _kept_rows(secret, name, one, world)]
    rows += [
        (name, None, one.purpose, to_microseconds(one.since), one.seq, None, None, None) for name, one in identifiers
    ]
    if rows and not session.query("SELECT 1 FROM ledger_suppression LIMIT 1"):
        rows.insert(0, (suppression_key(secret, MARK), None, None, 0, 0, None, None, None))
    if rows:
        session.insert(*KEPT, rows)


def _kept_rows(secret: bytes, name: str, one: Refusal, world: World) -> Iterator[tuple[object, ...]]:
    """One row, and another one for the last date of an *off* that lay ahead: whoever reads them puts them together."""
    covers = None if one.covers is None else canonical_json(list(one.covers)).decode()
    item = None if one.item is None else seal_item(secret, name, one.item, world.random_bytes(NONCE_BYTES))
    key = suppression_key(secret, name)
    for since in (one.since, one.latest):
        if since is not None:
            yield key, one.setting, one.purpose, to_microseconds(since), one.seq, covers, one.reaches, item

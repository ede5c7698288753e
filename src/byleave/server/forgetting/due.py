"""Who must leave which model: read from the ledger and its index, for everybody or for whom an entry has touched.

A refusal reaches a model when it is about what the model was trained for, and the pack of the model's snapshot, the
pack in force, or the act itself says that it reaches models. What an act reached when it was made no later pack takes
back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from byleave.adapters.packs import load_pack
from byleave.kernel.canonical import digest_value
from byleave.kernel.errors import ByleaveError, UnknownError
from byleave.kernel.vocabulary import PURPOSES
from byleave.ledger.suppression import held_back, refusals
from byleave.ledger.wire import from_microseconds
from byleave.lineage.keys import key_text, keyed
from byleave.lineage.records import fold
from byleave.policy.rules import pack_digest
from byleave.server.db.lookups import read_artefacts
from byleave.server.db.opening import connect
from byleave.server.forgetting.queue import ERASED, HELD_BACK, NAMED, OBJECTED, OPTED_OUT, Task
from byleave.server.lineage.index import DatabaseIndex
from byleave.server.lineage.persons import candidates, histories

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from byleave.ledger.entries import Entry
    from byleave.ledger.suppression import Refusal
    from byleave.lineage.records import Lineage, Model
    from byleave.policy.model import Pack
    from byleave.server.db.session import Session
    from byleave.server.forgetting.queue import Queue
    from byleave.server.policy_in_force import PolicyInForce

MODELS = "models"


class Asked(NamedTuple):
    """Accounts of one person that a model must forget, if it has seen them."""

    model: Model
    ids: frozenset[str]
    refusal: Refusal
    entry: Entry


def members_due(address: str, secret: bytes, model: str, policy: PolicyInForce, now: datetime) -> list[str]:
    """Members of whose acts the queue would say that they must leave one model, by one of their ids each, sorted.

    Args:
        address: of the ledger.
        secret: its suppression key.
        model: its id.
        policy: the packs in force.
        now: the present.

    Raises: LedgerError.
    """
    session = connect(address)
    try:
        looking = Looking(session, secret, policy, fold(read_artefacts(session)), now, lambda _: None)
        numbers = [one.seq for one in looking.everybody() if one.model == model and one.cause != ERASED]
        listed = ", ".join(map(str, numbers)) or "NULL"
        # whole numbers of our own
        sql = f"SELECT DISTINCT subject FROM ledger_payload WHERE seq IN ({listed}) ORDER BY subject"  # noqa: S608
        return [name for (name,) in session.query(sql)]
    finally:
        session.close()


@dataclass(frozen=True, slots=True)
class Looking:
    """What is needed to tell who must leave."""

    session: Session
    secret: bytes
    policy: PolicyInForce
    lineage: Lineage
    now: datetime
    promised: Callable[[Entry], str | None]
    """How far the receipt of an act says that it reaches; None where that is not known."""
    owners: Callable[[Model, Sequence[str]], Mapping[str, int] | None] = lambda _model, _items: {}
    """Item → key of its owner, of those of some items from which a model has learned; None where nobody can tell."""

    def rules(self) -> str:
        """A digest of the packs in force and of the models: with others everybody is looked at again."""
        packs = {one: self.policy.governing(one).digest for one in self.policy.purposes}
        return digest_value({"packs": packs, "models": sorted(self.lineage.models)})

    def everybody(self) -> list[Task]:
        """Everybody who must leave a model.

        Where the rules of today are those of its snapshot, only who refused since then can be in it.
        """
        models, epoch = self.lineage.kept(), self._epoch()
        if not models:
            return []
        after = min(self._since(one, epoch) for one in models)
        return [*self._people(candidates(self.session, after)), *self.gone(after)]

    def _epoch(self) -> str:
        rows = self.session.query("SELECT name FROM ledger_epoch ORDER BY number DESC LIMIT 1")
        return str(rows[0][0])

    def _since(self, model: Model, epoch: str) -> int:
        """The entry up to which nobody can be in a model who refused before it."""
        told = [self.lineage.snapshots[one] for one in model.snapshots]
        known = model.purpose in self.policy.purposes
        now = self.policy.governing(model.purpose).digest if known else ""
        return min(one.seen_until(epoch) if one.told["pack_digest"] == now else 0 for one in told)

    def touched(self, persons: Sequence[frozenset[str]]) -> list[Task]:
        """The same of some people, each with all their ids."""
        return self._people(persons)

    def taken_back(
        self, queue: Queue, persons: Iterable[frozenset[str]], found: Iterable[Task]
    ) -> list[tuple[str, int]]:
        """What is queued of these people, has not begun, and is not asked for any more; `found` is what still is."""
        keys = [keyed(self.secret)(name) for ids in persons for name in ids]
        still = {one.place for one in found}
        waiting = queue.tasks(undone=True, keys=keys) if keys else []
        idle = (one for one in waiting if one.stopped_at is None and one.cause not in (ERASED, NAMED))
        return [one.place for one in idle if one.place not in still]

    def gone(self, after: int) -> list[Task]:
        """Accounts that were erased after an entry, and that a model has seen."""
        sql = (
            "SELECT g.key, g.seq, e.recorded_at FROM lineage_gone g JOIN ledger_entry e ON e.seq = g.seq "
            "WHERE g.seq > ? ORDER BY g.seq"
        )
        rows = self.session.query(sql, [max(after, 0)])
        found = []
        for model in self.lineage.kept():
            if rows and self.reaches(model):
                inside = self._inside(model, [key for key, _, _ in rows])
                found += [
                    Task(model.model, key, seq, from_microseconds(at), ERASED) for key, seq, at in rows if key in inside
                ]
        return found

    def reaches(self, model: Model) -> bool:
        """Whether an opt-out reaches a model by the rules of its snapshots, or by those of now."""
        packs = [self.lineage.snapshots[one].told for one in model.snapshots]
        if any(self._reach(told["pack"], told["pack_digest"]) in (MODELS, None) for told in packs):
            return True
        known = model.purpose in self.policy.purposes
        return known and self.policy.governing(model.purpose).pack.opt_out.reaches == MODELS

    def _people(self, persons: Sequence[frozenset[str]]) -> list[Task]:
        models = self.lineage.kept()
        reaching = {one.model: self.reaches(one) for one in models}
        asked: list[Asked] = []
        held: dict[str, tuple[frozenset[str], Entry]] = {}
        for ids, entries in histories(self.session, persons):
            told, by_seq = refusals(entries, self.now), {one.seq: one for one in entries}
            held |= {one.item: (ids, by_seq[one.seq]) for one in held_back(entries) if one.item is not None}
            for model in models if told else ():
                hits = [one for one in told if self._hits(one, by_seq, model, reaches=reaching[model.model])]
                if hits:
                    first = min(hits, key=lambda one: one.seq)
                    asked.append(Asked(model, ids, first, by_seq[first.seq]))
        return [*self._tasks(asked), *self._of_items(held, [name for name, reaches in reaching.items() if reaches])]

    def _of_items(self, held: Mapping[str, tuple[frozenset[str], Entry]], names: Iterable[str]) -> Iterable[Task]:
        """The owners of items that are held back, in each model that has learned from them."""
        for model in [self.lineage.models[name] for name in names] if held else ():
            owners = self.owners(model, sorted(held))
            if owners is None:  # nobody can tell which items it has seen: whoever it has seen may be meant
                key_of = keyed(self.secret)
                keys = {key_of(name): entry for ids, entry in held.values() for name in ids}
                pairs = [(key, keys[key]) for key in sorted(self._inside(model, keys))]
            else:
                pairs = [(key, held[item][1]) for item, key in sorted(owners.items())]
            for key, entry in pairs:
                if key_text(key) not in model.out:
                    yield Task(model.model, key, entry.seq, entry.recorded_at, HELD_BACK)

    def _hits(self, one: Refusal, by_seq: Mapping[int, Entry], model: Model, *, reaches: bool) -> bool:
        """Whether a refusal is about what a model was trained for, and reaches models."""
        if one.is_objection:
            about = one.purpose == model.purpose or one.purpose not in PURPOSES
        else:
            about = model.purpose in self._covered(one)
        return about and (reaches or one.reaches == MODELS or self.promised(by_seq[one.seq]) == MODELS)

    def _covered(self, one: Refusal) -> set[str]:
        """The purposes that a setting governed when it was switched off, and those that it governs now."""
        covered = set(one.covers or ())
        try:
            return covered | set(self.policy.switch(one.setting or "").purposes)
        except UnknownError:
            # no pack in force has the setting any more; where it is not known either what it covered, it is everything
            return covered if one.covers is not None else set(PURPOSES)

    def _tasks(self, asked: Iterable[Asked]) -> Iterable[Task]:
        key_of, by_model = keyed(self.secret), dict[str, list[Asked]]()
        for one in asked:
            by_model.setdefault(one.model.model, []).append(one)
        for several in by_model.values():
            keys = {name: key_of(name) for one in several for name in one.ids}
            inside = self._inside(several[0].model, keys.values())
            for one in several:
                cause = OBJECTED if one.refusal.is_objection else OPTED_OUT
                for name in sorted(one.ids):
                    if keys[name] in inside:
                        yield Task(one.model.model, keys[name], one.entry.seq, one.entry.recorded_at, cause)

    def _inside(self, model: Model, keys: Collection[int]) -> set[int]:
        """Which accounts a model has seen and not forgotten; of a snapshot that is not indexed nobody knows: all."""
        index = DatabaseIndex(self.session)
        sizes, inside = index.sizes(), set[int]()
        for manifest in model.snapshots:
            inside |= set(index.items_in(manifest, keys)) if manifest in sizes else set(keys)
        return {key for key in inside if key_text(key) not in model.out}

    def _reach(self, name: str, digest: str) -> str | None:
        """How far an opt-out reaches under a pack; None where it is not here as it was: then it may reach models."""
        found = self.pack(name, digest)
        return found.opt_out.reaches if found is not None else None

    def pack(self, name: str, digest: str) -> Pack | None:
        """A pack as it was; None where it is not here as such."""
        for one in self.policy.packs():
            if one.digest == digest:
                return one.pack
        try:
            pack = load_pack(name)
        except ByleaveError:
            return None
        return pack if pack_digest(pack) == digest else None

"""The service: everything that pages and API read and do goes through it, so that there is one source of truth.

One for each process. It knows nothing of requests and sessions: whoever calls it has made sure for whom they speak. A
member is named by an id; accounts that were merged are one person, under whichever of their ids they are asked for.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from byleave.cases.record import RECORDED, is_step, signed_record
from byleave.finding.identifiers import Keys
from byleave.kernel.errors import InputError, UnknownError
from byleave.ledger.entries import Entry, Kind
from byleave.ledger.wire import from_microseconds
from byleave.policy.facts import Register
from byleave.receipts.draft import ACKNOWLEDGED
from byleave.server.activations import Activations
from byleave.server.acts import Acts
from byleave.server.answers import Head, HistoryEntry, ItemsPage, ItemState, MemberState, SettingState
from byleave.server.choices import setting_of, settings_of
from byleave.server.content import MOST_ITEMS
from byleave.server.decisions import concerned, decide_all, explain_one, targets, with_kept
from byleave.server.lineage.doors import LineageReader
from byleave.server.naming import Naming
from byleave.server.objecting import Objecting
from byleave.server.person import Person, person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from byleave.ledger.admission import Proposal
    from byleave.policy.facts import Moment
    from byleave.proof.keys import SignerKey
    from byleave.server.acknowledging import RequestKey
    from byleave.server.content import ContentItem, ContentSource
    from byleave.server.db.reading import Head as LedgerHead
    from byleave.server.db.store import Store
    from byleave.server.forms import Forms
    from byleave.server.policy_in_force import PolicyInForce
    from byleave.server.signing import Signing
    from byleave.text.explanation import Explanation


def present() -> datetime:
    """The present."""
    return datetime.now(UTC)


class Service(Acts, Objecting):
    """Reads here, acts in `acts`, takes objections in and follows them in `objecting`. May be used by many threads."""

    def __init__(  # noqa: PLR0913 - what a service is made of
        self,
        store: Store,
        policy: PolicyInForce,
        signing: Signing,
        content: ContentSource,
        *,
        secret: bytes,
        clock: Callable[[], datetime] = present,
        forms: Forms,
    ) -> None:
        """Put a service together; `running.start` does so from a configuration.

        Args:
            store: the ledger.
            policy: the packs that the configuration names; the ledger may have activated others.
            signing: the keys that sign receipts.
            content: the items.
            secret: the suppression key, under which refusals of erased people are found.
            clock: the present; give the store the same one.
            forms: of receipts.
        """
        self._store, self._signing, self._forms = store, signing, forms
        self._activations = Activations(policy, store.reader.artefacts)
        self._lineage, self._opening = list[LineageReader](), threading.Lock()
        self.content = content
        self._secret, self._clock = secret, clock
        self._naming = Naming(store.reader, secret)

    @property
    def policy(self) -> PolicyInForce:
        """The packs in force now. Raises: LedgerError when one that the ledger activates is not here."""
        return self._policy

    @property
    def _policy(self) -> PolicyInForce:
        return self._activations.policy(self.now())

    @property
    def suppression_secret(self) -> bytes:
        """The key from which keys of people are made."""
        return self._secret

    def signers(self) -> list[SignerKey]:
        """Who signs now. Raises: InputError when no key is valid."""
        return [self._signing.signer(self.now())]

    def promised(self, entry: Entry) -> str | None:
        """How far the receipt of an act says that it reaches; None where it has no form, or that is not here."""
        name = entry.data.get("form")
        if not name:
            return None
        try:
            return self._forms.find(name).form.effect.reaches
        except InputError:
            return None

    @property
    def store(self) -> Store:
        """The ledger itself, for whoever watches over it."""
        return self._store

    def now(self) -> datetime:
        """The present."""
        return self._clock()

    def head(self) -> Head:
        """The last entry that can be read. Raises: LedgerError."""
        return _told(self._store.head())

    def ring(self) -> bytes:
        """The public keys that verify receipts, as a file. Raises: InputError."""
        return self._signing.ring()

    @property
    def lineage(self) -> LineageReader:
        """What was recorded about snapshots and models; opened when it is first asked for. Raises: LedgerError."""
        with self._opening:
            if not self._lineage:
                self._lineage.append(LineageReader(self._store.address, self._secret, clock=self._clock))
            return self._lineage[0]

    def close(self) -> None:
        """Record what waits, and close the ledger."""
        for reader in self._lineage:
            reader.close()
        self._store.close()

    # one person

    def person(self, member: str, kinds: Iterable[Kind] = ()) -> Person:
        """What is recorded about somebody; nothing, for somebody of whom the ledger has never heard.

        Args:
            member: an id of theirs.
            kinds: what is asked for, where that is less than everything.
        """
        seen = self._store.reader.one(member, kinds)
        return person(member, seen.ids, seen.entries, _told(seen.head), self.now())

    def member(self, member: str) -> MemberState:
        """Everything about one person, and what it means now."""
        return self.state(member, self.person(member))

    def state(self, member: str, found: Person) -> MemberState:
        """The same for somebody who was looked up already."""
        return MemberState(
            member=member,
            ids=found.ids,
            registered=found.member is not None,
            is_open=found.is_open,
            country=found.country,
            settings=settings_of(found, self._policy),
            objections=found.objections(),
            notices=found.deliveries(),
            withheld=found.withheld(),
            as_of=found.moment.as_of,
            head=found.head,
        )

    def setting(self, member: str, name: str) -> SettingState:
        """One setting of a member, by its id or a former one. Raises: UnknownError."""
        switch, found = self._policy.switch(name), self.person(member)
        if found.member is None:
            raise UnknownError(f"`{member}` was never registered")
        return setting_of(switch, found, found.member, self._policy)

    def history(self, member: str) -> tuple[HistoryEntry, ...]:
        """What was recorded about a person, the newest first."""
        entries = self.person(member).entries
        return tuple(HistoryEntry(one, one.kind in ACKNOWLEDGED) for one in reversed(entries))

    def receipt(self, member: str, seq: int) -> str:
        """The receipt of one of a person's acts, drawn up again.

        Raises: UnknownError when the person has no such act, or what it said was erased; InputError when the key that
        signed is not here any more.
        """
        found = self.person(member)
        entry = next((one for one in found.entries if one.seq == seq and one.kind in ACKNOWLEDGED), None)
        placed = self._store.reader.at(seq) if entry else None
        if entry is None or placed is None:
            raise UnknownError(f"there is no receipt `{seq}`", hint="the history names the entries that have one")
        return self._receipt(entry, placed.epoch, found)

    # what staff do

    def record(self, proposal: Proposal, key: RequestKey | None = None) -> Entry:
        """Write a step of staff down. Raises: InputError, ConflictError, LedgerError."""
        if proposal.kind not in RECORDED:
            raise InputError(f"`{proposal.kind}` is no step of staff")
        return self._record([proposal], key)[0]

    def step_record(self, seq: int) -> str:
        """The signed record of a step of staff, as a file. Raises: UnknownError when entry `seq` is none."""
        placed = self._store.reader.at(seq)
        if placed is None or placed.entry.erased or not is_step(placed.entry):
            raise UnknownError(f"there is no record `{seq}`")
        return signed_record(placed.entry, placed.epoch, self._signing.signer(placed.entry.recorded_at))

    def finding_keys(self) -> Keys:
        """The keys of what people gave to be found by."""
        return Keys(self._secret)

    def decide_after(
        self, items: Sequence[ContentItem], proposal: Proposal
    ) -> tuple[tuple[ItemState, ...], tuple[ItemState, ...]]:
        """Live decisions on items as they are, and as they would be if a step were recorded now.

        Args:
            items: with whom their texts name.
            proposal: the step; nothing is recorded.
        """
        pairs, head = targets(self._policy), self.head()
        names = concerned(items) | {proposal.subject, *(name for one in items for name in one.facts.named or ())}
        ids, entries = self._store.reader.person(names)
        kept = self._store.reader.kept(self._secret, names)
        told = [one for one in entries if one.seq <= head.seq]
        at = max(self.now(), head.recorded_at or self.now()) + timedelta(microseconds=1)
        step = Entry(head.seq + 1, at, proposal.kind, proposal.subject, proposal.actor, at, proposal.data)
        both = []
        for several in (told, [*told, step]):
            found = person("", ids, several, head, at)
            both.append(decide_all(items, with_kept(found.register, kept), self._policy, found.moment, pairs))
        return both[0], both[1]

    # items

    def items(
        self,
        member: str,
        *,
        after: str | None = None,
        limit: int = 50,
        purpose: str | None = None,
        recipient: str | None = None,
    ) -> ItemsPage:
        """The items of a person with their live decisions, newest first.

        Args:
            member: the person.
            after: as the page before told it; None: from the newest on.
            limit: at most so many.
            purpose: only this one; None: every purpose in force.
            recipient: only this one; None: every one that the pack names.

        Raises: UsageError for a purpose or a recipient that is not there; InputError for a wrong `after`.
        """
        pairs = targets(self._policy, purpose, recipient)
        page = self.content.items_of(self.person(member).ids, after, min(limit, MOST_ITEMS))
        items, register, moment, head = self._concerning(page.items)
        return ItemsPage(self._decided(page.items, items, register, moment, pairs), page.after, head)

    def item(self, member: str, item_id: str) -> ItemState:
        """One item of a person. Raises: UnknownError when it is not there, or somebody else's."""
        return self.decide([self._own_item(member, item_id)])[0]

    def explain(self, member: str, item_id: str, purpose: str, recipient: str) -> Explanation:
        """Why one item of a person is in or left out. Raises: as `item`; UsageError."""
        return self.explain_content(self._own_item(member, item_id), purpose, recipient)

    def explain_content(self, item: ContentItem, purpose: str, recipient: str) -> Explanation:
        """Why an item would be in or left out, also one that is not published yet. Raises: UsageError."""
        pair = targets(self._policy, purpose, recipient)[0]
        (named,), register, moment, _ = self._concerning([item])
        return explain_one(named, register, self._policy, moment, pair)

    def decide(
        self, items: Sequence[ContentItem], purpose: str | None = None, recipient: str | None = None
    ) -> tuple[ItemState, ...]:
        """Live decisions on any items, also such as are not published yet.

        Args:
            items: in the order of the answers; `created_at` may be `now()`.
            purpose: only this one; None: every purpose in force.
            recipient: only this one; None: every one that the pack names.

        Raises: UsageError for a purpose or a recipient that is not there.
        """
        pairs = targets(self._policy, purpose, recipient)
        named, register, moment, _ = self._concerning(items)
        return self._decided(items, named, register, moment, pairs)

    def decide_by_id(
        self, item_ids: Sequence[str], purpose: str | None = None, recipient: str | None = None
    ) -> tuple[ItemState, ...]:
        """Live decisions on items of the content source, in the order asked.

        Raises: UnknownError naming one that is missing; UsageError.
        """
        found = {one.item_id: one for one in self.content.items(item_ids)}
        missing = next((name for name in item_ids if name not in found), None)
        if missing is not None:
            raise UnknownError(f"there is no item `{missing}`")
        return self.decide([found[name] for name in item_ids], purpose, recipient)

    def _own_item(self, member: str, item_id: str) -> ContentItem:
        found = next(iter(self.content.items([item_id])), None)
        if found is None or found.facts.member_id not in self.person(member).ids:
            raise UnknownError(f"there is no item `{item_id}`", hint="the list of items has every id")
        return found

    def _decided(
        self,
        items: Sequence[ContentItem],
        named: Sequence[ContentItem],
        register: Register,
        moment: Moment,
        pairs: Sequence[tuple[str, str]],
    ) -> tuple[ItemState, ...]:
        """Decisions on items; who is named by their texts is read, and not told."""
        states = decide_all(named, register, self._policy, moment, pairs)
        return tuple(replace(state, item=item) for state, item in zip(states, items, strict=True))

    def _concerning(self, items: Iterable[ContentItem]) -> tuple[list[ContentItem], Register, Moment, Head]:
        """Items with whom their texts name, and the register of everybody whom a decision about them reads."""
        seen = self._store.head()
        named, objections = self._naming.named(items, seen)
        names, head = concerned(named), _told(seen)
        ids, entries = self._store.reader.person(names)
        kept = self._store.reader.kept(self._secret, names)
        found = person("", ids, [one for one in entries if one.seq <= head.seq], head, self.now())
        register = with_kept(found.register, kept)
        whole = Register(register.members, {**register.objections, **objections}, register.withheld)
        return named, whole, found.moment, head


def _told(head: LedgerHead) -> Head:
    recorded = from_microseconds(head.recorded_at) if head.seq else None
    return Head(head.name, head.seq, recorded, head.chain)

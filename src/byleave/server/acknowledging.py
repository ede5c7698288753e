"""How an act is written down: recorded under a key, durable, and acknowledged with a receipt."""

from __future__ import annotations

import hashlib
import hmac
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from byleave.kernel.errors import InputError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.policy.regions import normalise_country
from byleave.receipts.draft import ACKNOWLEDGED, form_of
from byleave.receipts.form import Drawing
from byleave.server.answers import Acknowledgement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from byleave.ledger.entries import Entry
    from byleave.receipts.form import Form
    from byleave.server.activations import Activations
    from byleave.server.answers import Head
    from byleave.server.content import ContentSource
    from byleave.server.db.store import Store
    from byleave.server.forms import Forms
    from byleave.server.person import Person
    from byleave.server.policy_in_force import PolicyInForce
    from byleave.server.signing import Signing

_HOMES = (Kind.MEMBER_REGISTERED, Kind.MEMBER_MOVED)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Names a request, so that it is recorded once however often it is sent."""

    caller: str
    """Who asks; the same text of two callers names two requests."""
    text: str


class Acknowledging(ABC):
    """What everything that writes stands on. Every method raises LedgerError when the ledger has stopped."""

    _store: Store
    _forms: Forms
    _activations: Activations
    _signing: Signing
    _secret: bytes
    content: ContentSource
    head: Callable[[], Head]
    now: Callable[[], datetime]
    person: Callable[..., Person]

    @property
    @abstractmethod
    def _policy(self) -> PolicyInForce:
        """The packs in force now."""

    def _record(self, proposals: Sequence[Proposal], key: RequestKey | None) -> list[Entry]:
        return self._store.append(proposals, self._key(key) if key else None)

    def _key(self, key: RequestKey) -> str:
        """A key that names nobody: it stays when the person is erased, and only the server can make it again."""
        message = f"request\n{len(key.caller)}\n{key.caller}\n{key.text}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()

    def _acknowledged(self, proposals: Sequence[Proposal], key: RequestKey | None) -> list[Acknowledgement]:
        """Record acts together, and draw up the receipts of those that have one, in order."""
        # the receipt of a choice depends on where somebody lives, and on nothing else that is recorded about them
        kinds = _HOMES if all(one.kind is Kind.PREFERENCE_SET for one in proposals) else ()
        people: dict[str, Person] = {}
        for one in proposals:
            if one.subject not in people:
                people[one.subject] = self.person(one.subject, kinds)
        named = [
            replace(one, data={**one.data, "form": self._kept_form(one, people[one.subject])})
            if one.kind in ACKNOWLEDGED
            else one
            for one in proposals
        ]
        entries = self._record(named, key)
        epoch = self._epoch(entries[0], people[proposals[0].subject].head)
        return [
            Acknowledgement(one, self._receipt(one, epoch, people[one.subject]))
            for one in entries
            if one.kind in ACKNOWLEDGED
        ]

    def _receipt(self, entry: Entry, epoch: str, person: Person) -> str:
        """The receipt of an entry, the same however often it is drawn up.

        What another record told, or was recorded before forms were kept, names no form: it was acknowledged to nobody
        in this way, and is told by what holds now.
        """
        name = entry.data.get("form")
        drawing = self._forms.find(name) if name else Drawing(self._form(Proposal.of(entry), person.until(entry.seq)))
        return self._signing.sign(drawing.text(entry, epoch), entry.recorded_at)

    def _epoch(self, entry: Entry, before: Head) -> str:
        """The epoch of an entry of now, or of one that was recorded, under the same key, before somebody looked."""
        placed = self._store.reader.at(entry.seq) if entry.seq <= before.seq else None
        return placed.epoch if placed else self._store.epoch

    def _kept_form(self, act: Proposal, person: Person) -> str:
        """The name of the form of an act's receipt, which is kept.

        Of most acts it was drawn up before: it depends on what the act says, on the pack, and on the person's country.
        """
        country = self._country_of(act, person)
        if act.kind is Kind.OBJECTION_RECEIVED:
            governing = self._policy.governing(act.data["purpose"])
            asked = (act.kind, act.actor, act.data["purpose"], governing.pack.id, governing.digest, country)
            return self._forms.known(asked, lambda: self._form(act, person))
        if act.kind is not Kind.PREFERENCE_SET:
            return self._forms.keep(self._form(act, person))
        told = {name: one for name, one in act.data.items() if name != "unused_since"}  # a receipt says nothing of it
        said = tuple((name, tuple(one) if isinstance(one, list) else one) for name, one in told.items())
        governing = self._policy.switch(act.data["setting"]).governing
        same = (act.actor, said, governing.pack.id, governing.digest, country)
        return self._forms.known(same, lambda: self._form(act, person))

    def _form(self, act: Proposal, person: Person) -> Form:
        """What the receipt of an act says, by the policy of now and by where the person lives."""
        setting, objection, shown = (act.data.get(name) for name in ("setting", "objection", "shown"))
        purpose: str | None = act.data.get("purpose")
        if act.kind is Kind.OBJECTION_WITHDRAWN:
            found = next((one for one in person.objections() if one.objection == objection), None)
            purpose = found.purpose if found else None
        governing = self._policy.switch(setting).governing if setting else self._policy.governing(purpose)
        return form_of(
            act.kind,
            act.actor,
            act.data,
            pack=governing.pack,
            digest=governing.digest,
            country=self._country_of(act, person),
            notice=self._activations.text(shown) if shown else None,
            objected_to=purpose,
        )

    def _country_of(self, act: Proposal, person: Person) -> str | None:
        """Where the person lives: as the register has it, or, of whoever has no account, as they say."""
        told = act.data.get("country") if act.kind is Kind.OBJECTION_RECEIVED else None
        return person.as_(act.subject).country or told


def country_code(code: str | None) -> str | None:
    """The code of a country as it is recorded; None stays None. Raises: InputError when it is none."""
    if code is None:
        return None
    known = normalise_country(code)
    if known is None:
        raise InputError(f"there is no country `{code}`", hint="write ISO 3166-1 alpha-2, such as DE")
    return known

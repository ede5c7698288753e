"""What the service does: each act is recorded, durable, and acknowledged with a signed receipt."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import ConflictError, InputError, UnknownError
from byleave.kernel.vocabulary import PURPOSES
from byleave.ledger.admission import Proposal
from byleave.ledger.covering import chosen, unused_by
from byleave.ledger.entries import PLATFORM, Kind
from byleave.policy.facts import MEMBER
from byleave.server.acknowledging import Acknowledging, RequestKey, country_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from byleave.ledger.covering import Unused
    from byleave.ledger.entries import Entry
    from byleave.server.answers import Acknowledgement
    from byleave.server.policy_in_force import Switch


_MOST_NAMES = 64
"""Ways to name the settings of one request that are tried before a key is said to be used for another."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A text that was published, and that somebody was shown before they chose."""

    notice: str
    version: str
    language: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One setting that somebody wants on or off."""

    member: str
    setting: str
    value: str
    """`on` or `off`."""
    actor: str = MEMBER
    """Whose act it is: `member`, the person's own; `import`, as another record tells it; `platform`, nobody's own."""
    at: datetime | None = None
    """When the person acted; None: now."""
    shown: Shown | None = None
    """The notice that they were shown, if any."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice that has reached a member."""

    member: str
    notice: str
    version: str | None = None
    at: datetime | None = None
    """When it did; None: now."""


class Acts(Acknowledging):
    """The half of the service that writes. Every method raises LedgerError when the ledger has stopped."""

    # what a person chooses

    def set_preference(  # noqa: PLR0913 - the parts of an act
        self,
        member: str,
        setting: str,
        value: str,
        *,
        actor: str = MEMBER,
        at: datetime | None = None,
        key: RequestKey | None = None,
        shown: Shown | None = None,
    ) -> Acknowledgement:
        """Switch a setting for a person; `shown` is the notice that they were shown, if any.

        Raises: UnknownError for a setting or a member that is not there, or a notice that was never published;
        InputError for another value than `on` and `off`; ConflictError for a key that was used for another request.
        """
        return self.set_preferences([Choice(member, setting, value, actor, at, shown)], key)[0]

    def set_preferences(self, choices: Sequence[Choice], key: RequestKey | None = None) -> list[Acknowledgement]:
        """Switch several settings, all of them or none.

        Raises: as `set_preference`, naming the row, from 1; InputError for a setting of one person that stands twice.
        """
        seen: dict[tuple[str, str], int] = {}
        proposals = []
        for row, one in enumerate(choices, start=1):
            place = f"row {row}: " if len(choices) > 1 else ""
            switch = self._policy.switch(one.setting)
            name = switch.name
            if one.value not in ("on", "off"):
                raise InputError(f"{place}expected `on` or `off`, got `{one.value}`")
            before = seen.setdefault((one.member, name), row)
            if before != row:
                raise InputError(f"{place}`{name}` of `{one.member}` stands in row {before} already")
            data = chosen(name, one.value, switch.terms, self._unused(one, switch))
            if one.shown:
                found = self._activations.published(one.shown.notice, one.shown.version, one.shown.language)
                data["shown"] = found.seq
            proposals.append(Proposal(Kind.PREFERENCE_SET, one.member, one.actor, data, one.at))
        try:
            return self._acknowledged(proposals, key)
        except ConflictError:
            if key is None:
                raise
            for former in self._under_former_names(proposals):
                with suppress(ConflictError):
                    return self._acknowledged(former, key)  # the key is used, so that nothing is recorded anew
            raise

    def _unused(self, choice: Choice, switch: Switch) -> list[Unused]:
        """For whom nothing of the person's had been collected before they switch off, and since when."""
        if choice.value != "off" or not switch.terms.rules:
            return []
        now = min(choice.at or self.now(), self.now())
        return unused_by(switch.terms, self.person(choice.member).member, now)

    def _under_former_names(self, proposals: Sequence[Proposal]) -> Iterator[list[Proposal]]:
        """The same choices under other names of their settings: a pack may have renamed one since they were made."""
        names = {one.data["setting"]: self._policy.switch(one.data["setting"]) for one in proposals}
        ways = product(*((name, *switch.setting.aliases) for name, switch in names.items()))
        for way in islice(ways, 1, _MOST_NAMES):
            called = dict(zip(names, way, strict=True))
            yield [replace(one, data={**one.data, "setting": called[one.data["setting"]]}) for one in proposals]

    def withhold(
        self, member: str, item: str, *, actor: str = MEMBER, key: RequestKey | None = None
    ) -> Acknowledgement:
        """Hold one item back from all training.

        Raises: UnknownError for an item that the content source knows as somebody else's.
        """
        owners = {one.facts.member_id for one in self.content.items([item])}
        if owners and not owners & set(self.person(member).ids):
            raise UnknownError(f"there is no item `{item}`")
        return self._one(Kind.ITEM_WITHHELD, member, actor, {"item": item}, None, key)

    def release(self, member: str, item: str, *, key: RequestKey | None = None) -> Acknowledgement:
        """Stop holding an item back: the person's own act. Raises: UnknownError when they do not hold it back."""
        found = self.person(member)
        # asked for a second time, it is answered as before
        again = key and any(one.kind is Kind.ITEM_RELEASED and one.data["item"] == item for one in found.entries)
        if not again and item not in {one.item for one in found.withheld()}:
            raise UnknownError(f"the item `{item}` is not held back")
        return self._one(Kind.ITEM_RELEASED, member, MEMBER, {"item": item}, None, key)

    def hide(self, member: str, *, actor: str = MEMBER, key: RequestKey | None = None) -> Acknowledgement:
        """Take a member out of searches for people. It says nothing about training."""
        return self._one(Kind.SEARCH_HIDDEN, member, actor, {}, None, key)

    def show(self, member: str, *, key: RequestKey | None = None) -> Acknowledgement:
        """Let searches for people find a member: the person's own act."""
        return self._one(Kind.SEARCH_SHOWN, member, MEMBER, {}, None, key)

    def object(  # noqa: PLR0913 - the parts of an act
        self,
        subject: str,
        purpose: str | None = None,
        objection: str | None = None,
        *,
        actor: str = MEMBER,
        at: datetime | None = None,
        key: RequestKey | None = None,
    ) -> Acknowledgement:
        """Receive an objection, of a member or of anybody else.

        Args:
            subject: who objects.
            purpose: what it is about; None: every training.
            objection: its id, of which there is one; None: one is made.
            actor: `member` for the person's own act.
            at: when the person objected; None: now.
            key: names the request.

        Raises: ConflictError when the id is taken; InputError for a purpose that nobody knows.
        """
        if purpose is not None and purpose not in PURPOSES:
            raise InputError(f"there is no purpose `{purpose}`", hint=f"there are: {', '.join(PURPOSES)}")
        # made from the key, where there is one, so that the same request asks for the same
        name = objection or (f"o-{self._key(key)[:24]}" if key else f"o-{secrets.token_hex(12)}")
        data = {"objection": name, "purpose": purpose}
        person = self.person(subject)
        if person.country is not None:  # it says by when they are answered
            data["country"] = person.country
        acts = [Proposal(Kind.OBJECTION_RECEIVED, subject, actor, data, at)]
        if actor == MEMBER and person.member is not None:  # who has signed in has said that it is theirs
            acts.append(Proposal(Kind.OBJECTION_CONFIRMED, subject, MEMBER, {"objection": name}))
        return self._acknowledged(acts, key)[0]

    def withdraw(self, subject: str, objection: str, *, key: RequestKey | None = None) -> Acknowledgement:
        """Take an objection back: the person's own act. Raises: UnknownError when they have no such objection."""
        return self._one(Kind.OBJECTION_WITHDRAWN, subject, MEMBER, {"objection": objection}, None, key)

    # what the platform tells

    def deliver(self, deliveries: Sequence[Delivery], key: RequestKey | None = None) -> list[Entry]:
        """Record that notices have reached members, all of them or none.

        Raises: UnknownError for a member who is not there; InputError for a row that stands twice.
        """
        seen: dict[Delivery, int] = {}
        for row, one in enumerate(deliveries, start=1):
            if seen.setdefault(one, row) != row:
                raise InputError(f"row {row} stands in row {seen[one]} already")
        return self._record(
            [
                Proposal(
                    Kind.NOTICE_DELIVERED, one.member, PLATFORM, {"notice": one.notice, "version": one.version}, one.at
                )
                for one in deliveries
            ],
            key,
        )

    def publish_notice(self, notice: str, version: str, language: str, digest: str) -> Entry:
        """Record that a text was published; the same text twice is once.

        Raises: InputError when another text was published as this version in this language.
        """
        data = {"notice": notice, "version": version, "language": language, "digest": digest}
        key = RequestKey("notice", " ".join(data.values()))
        return self._record([Proposal(Kind.NOTICE_PUBLISHED, "", PLATFORM, data)], key)[0]

    def is_published(self, shown: Shown) -> bool:
        """Whether a text was published in that language."""
        try:
            self._activations.published(shown.notice, shown.version, shown.language)
        except UnknownError:
            return False
        return True

    def register(
        self, member: str, country: str | None, birth_date: date | None = None, *, key: RequestKey | None = None
    ) -> list[Entry]:
        """Register a member. Whoever was erased and comes back is off again at once: those entries follow the first.

        Raises: ConflictError when the member is registered; InputError for a country that there is not.
        """
        data = {"country": country_code(country), "birth_date": birth_date}
        return self._record([Proposal(Kind.MEMBER_REGISTERED, member, PLATFORM, data)], key)

    def move(
        self, member: str, country: str | None, since: datetime | None = None, *, key: RequestKey | None = None
    ) -> Entry:
        """Record where a member lives from an instant on; None: from now on."""
        data = {"country": country_code(country), "since": since}
        return self._record([Proposal(Kind.MEMBER_MOVED, member, PLATFORM, data)], key)[0]

    def close_account(self, member: str, *, key: RequestKey | None = None) -> Entry:
        """Record that an account was closed; what was refused under it outlives it."""
        return self._record([Proposal(Kind.MEMBER_CLOSED, member, PLATFORM, {})], key)[0]

    def reopen_account(self, member: str, *, key: RequestKey | None = None) -> Entry:
        """Record that an account was opened again."""
        return self._record([Proposal(Kind.MEMBER_REOPENED, member, PLATFORM, {})], key)[0]

    def merge(self, member: str, into: str, *, key: RequestKey | None = None) -> Entry:
        """Record that two accounts are of one person; what either refused stays refused for both."""
        return self._record([Proposal(Kind.MEMBERS_MERGED, member, PLATFORM, {"into": into})], key)[0]

    def erase(self, member: str) -> Entry:
        """Erase what is recorded about a person; that they refused is kept under a key.

        Raises: UnknownError when nothing is recorded about them.
        """
        return self._store.erase(member, PLATFORM)

    # how it is written down

    def _one(  # noqa: PLR0913, PLR0917 - the parts of an act
        self,
        kind: Kind,
        subject: str,
        actor: str,
        data: dict[str, Any],
        at: datetime | None,
        key: RequestKey | None,
    ) -> Acknowledgement:
        return self._acknowledged([Proposal(kind, subject, actor, data, at)], key)[0]

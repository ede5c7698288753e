"""The packs in force, one for each purpose, and what each setting governs under them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from byleave.adapters.packs import load_pack
from byleave.kernel.errors import UnknownError, UsageError
from byleave.kernel.vocabulary import PURPOSES
from byleave.ledger.covering import terms
from byleave.policy.problems import did_you_mean
from byleave.policy.rules import Rules, pack_digest, rules_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from byleave.ledger.covering import Terms
    from byleave.policy.model import Pack, Setting


@dataclass(frozen=True, slots=True)
class Governing:
    """A pack and its digest."""

    pack: Pack
    digest: str


@dataclass(frozen=True, slots=True)
class Switch:
    """A setting that members have."""

    name: str
    setting: Setting
    governing: Governing
    purposes: tuple[str, ...]
    """The purposes in force that it governs; none for one that has nothing to do with training."""
    terms: Terms
    """The same, with how far an opt-out reaches, as an entry says it."""


class PolicyInForce:
    """Which pack says what for which purpose."""

    def __init__(self, packs: Mapping[str, Pack]) -> None:
        """Take one pack for each purpose.

        Raises: UsageError when a pack lacks the purpose that it is to govern, or no purpose is governed.
        """
        if not packs:
            raise UsageError("no pack is in force", hint="name one for each purpose, such as byleave@1")
        digests: dict[str, Governing] = {}
        self._by_purpose: dict[str, Governing] = {}
        for purpose, pack in packs.items():
            if purpose not in pack.purposes:
                raise UsageError(f"pack `{pack.id}` has no purpose `{purpose}`", hint=f"it has: {_list(pack.purposes)}")
            self._by_purpose[purpose] = digests.setdefault(pack.id, Governing(pack, pack_digest(pack)))
        self.switches = tuple(self._switches())
        self._rules = cache(self._rules_for)

    @property
    def purposes(self) -> tuple[str, ...]:
        """The purposes that a pack governs, in the order of the vocabulary."""
        return tuple(purpose for purpose in PURPOSES if purpose in self._by_purpose)

    def governing(self, purpose: str | None = None) -> Governing:
        """The pack for a purpose; for None or one that no pack governs, the first one in force."""
        return self._by_purpose.get(purpose or "") or self._by_purpose[self.purposes[0]]

    def packs(self) -> tuple[Governing, ...]:
        """Every pack in force, once."""
        return tuple({one.pack.id: one for one in self._by_purpose.values()}.values())

    def rules(self, purpose: str, recipient: str) -> Rules:
        """The rules for a purpose and a recipient. Raises: UsageError for one that is not there."""
        if purpose not in self._by_purpose:
            raise UsageError(f"no pack in force has the purpose `{purpose}`", hint=f"there are: {_list(self.purposes)}")
        return self._rules(purpose, recipient)

    def _rules_for(self, purpose: str, recipient: str) -> Rules:
        return rules_for(self._by_purpose[purpose].pack, purpose, recipient)

    def switch(self, name: str) -> Switch:
        """A setting by its id or a former one. Raises: UnknownError."""
        for one in self.switches:
            if name == one.name or name in one.setting.aliases:
                return one
        names = [one.name for one in self.switches]
        raise UnknownError(
            f"there is no setting `{name}`{did_you_mean(name, names)}", hint=f"there are: {_list(names)}"
        )

    def _switches(self) -> Iterable[Switch]:
        """Every setting of every pack in force, once; the pack of the first purpose that it governs counts."""
        seen: set[str] = set()
        for purpose in self.purposes:
            governing = self._by_purpose[purpose]
            for name, setting in governing.pack.settings.items():
                if name in seen or purpose not in setting.governs:
                    continue
                seen |= {name, *setting.aliases}
                packs = {one: self._by_purpose[one].pack for one in self.purposes}
                under = terms(packs, (name, *setting.aliases))
                yield Switch(name, setting, governing, under.covers, under)


def in_force(names: Iterable[str]) -> PolicyInForce:
    """Load packs by what the configuration says: `pack`, for every purpose that it has, or `purpose=pack`.

    Raises: UsageError when two packs claim one purpose; PackError or InputError when one cannot be read.
    """
    packs: dict[str, Pack] = {}
    for name in names:
        purpose, separator, told = name.rpartition("=")
        pack = load_pack(told)
        for one in (purpose,) if separator else pack.purposes:
            if one in packs:
                hint = "say which is for which: generative-ai=PACK,other-ai=PACK"
                raise UsageError(f"`{packs[one].id}` and `{pack.id}` are both for `{one}`", hint=hint)
            packs[one] = pack
    return PolicyInForce(packs)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)

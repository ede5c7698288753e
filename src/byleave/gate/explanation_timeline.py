"""What the preference rule of the definition sees of one item over time, with the cause at each instant.

The definition answers yes or no; this says why. A property test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from byleave.kernel.instants import FIRST, LAST
from byleave.policy.semantics import acts_that_count, freed, matures, regime_at, residence_at

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.gate.explanation_case import Case
    from byleave.policy.facts import Act, Member
    from byleave.policy.rules import Notice, RegimeRules


class Off(NamedTuple):
    """An instant at which use was off, and the act that switched it off; without one the default was off."""

    at: datetime
    act: Act | None


class Timeline:
    """One item's acts, and what was on and usable at every instant that matters, from `since` to the as-of."""

    def __init__(self, case: Case, owner: Member) -> None:
        """Collect the acts that count and the instants at which anything changes."""
        self._case, self._owner = case, owner
        self.as_of = case.moment.as_of
        self.acts = acts_that_count(owner.acts, case.rules, case.moment)
        self.frees = freed(owner.acts, case.rules, case.moment)
        """What switching on frees here: what the pack says, or less, where an *on* freed less when it was recorded."""
        since = min(case.item.since or LAST, self.as_of)
        self.instants = [since, *(t for t in sorted(self._turns()) if since < t <= self.as_of)]
        self.reaches = case.rules.reaches
        """How far an opt-out reaches here: as far as the pack says, or as an *off* did that keeps the item out."""
        farther = any(
            not act.on and act.at <= self.as_of and act.reaches not in (None, "collection") for act in self.acts
        )
        if self.reaches == "collection" and farther and (not self.is_usable(self.as_of) or self._training_offs()):
            self.reaches = "training"

    def act_at(self, t: datetime) -> Act | None:
        """The act that governs at `t`."""
        happened = [act for act in self.acts if act.at <= t]
        return happened[-1] if happened else None

    def regime_at(self, t: datetime) -> RegimeRules | None:
        """The rule of the country where the owner lived at `t`."""
        return regime_at(self._owner, self._case.rules, t)

    def is_on(self, t: datetime, by: datetime = LAST) -> bool:
        """Whether the setting, or without an act the default that was known `by` then, was on at `t`."""
        act, regime = self.act_at(t), regime_at(self._owner, self._case.rules, t, by)
        return act.on if act else regime is not None and regime.default_on

    def is_usable(self, t: datetime) -> bool:
        """Whether the item could be used at `t` if the setting was on: the rule had begun for this recipient."""
        residence, regime = residence_at(self._owner, t), self.regime_at(t)
        if residence is None or regime is None or t < max(residence.recorded_at or FIRST, regime.effective):
            return False
        limited = (
            regime.recipient_categories is not None and self._case.item.category not in regime.recipient_categories
        )
        if limited or not regime.permitted or t < regime.recipient_effective:
            return False
        return self._told(regime.recipient_notice, t) and self._told(regime.notice, t)

    def first_usable(self) -> datetime | None:
        """The first instant since the item exists at which it could be used."""
        return next((t for t in self.instants if self.is_usable(t)), None)

    def first_collected(self) -> datetime | None:
        """The first instant since the item exists at which it could be used and the setting was on."""
        return next((t for t in self.instants if self.is_usable(t) and self.is_on(t)), None)

    def offs(self) -> list[Off]:
        """Every instant at which a no decides, in order: empty means that the preference rule says yes.

        An instant at which the item could not be used, though the setting was on, is not among them; see `blocked`.
        """
        by = LAST
        if self.reaches != "collection":
            return self._training_offs()
        if self.frees == "new-content":
            by = self.first_usable() or FIRST
            instants = [t for t in self.instants if t <= by]
        else:
            instants = [] if self.first_collected() else [t for t in self.instants if self.is_usable(t)]
        return [Off(t, self.act_at(t)) for t in instants if not self.is_on(t, by)]

    def _training_offs(self) -> list[Off]:
        """The instants at which it was off, of those that matter where an opt-out reaches training."""
        instants = self.instants if self.frees == "new-content" else [self.as_of]
        return [Off(t, self.act_at(t)) for t in instants if not self.is_on(t, self.as_of)]

    def blocked(self) -> bool:
        """Whether the rule says no because the item could not be used, whatever the setting said."""
        if self.reaches == "collection":
            return self.first_usable() is None
        return not self.is_usable(self.as_of)

    def _told(self, notice: Notice | None, t: datetime) -> bool:
        return notice is None or any(at <= t for at in matures(self._owner, notice))

    def _turns(self) -> set[datetime]:
        turns = {act.at for act in self.acts}
        turns |= {at or FIRST for row in self._owner.residences for at in (row.since, row.recorded_at)}
        for regime in self._case.rules.regimes:
            turns |= {regime.effective, regime.recipient_effective}
            for notice in (regime.notice, regime.recipient_notice):
                turns |= set(matures(self._owner, notice)) if notice else set()
        return turns

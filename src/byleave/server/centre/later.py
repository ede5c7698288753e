"""From when on an item may be used whose rule has not begun: the definition, asked about that instant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.decision import Reason
from byleave.policy.facts import Moment
from byleave.policy.semantics import decide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from byleave.policy.facts import Item
    from byleave.server.answers import Outcome, RegimeState, SettingState
    from byleave.server.person import Person
    from byleave.server.policy_in_force import PolicyInForce


class Later:
    """What one person's rules will say, once they have begun."""

    def __init__(self, policy: PolicyInForce, person: Person, settings: Iterable[SettingState]) -> None:
        """Take the rules that apply to the person, as their settings tell them."""
        self._policy, self._person = policy, person
        self._regimes = {one.purpose: one for state in settings for one in state.regimes}

    def opens_at(self, facts: Item, outcome: Outcome) -> datetime | None:
        """The instant at which an item that is left out now may be used, if it waits for nothing but its rule.

        None: it may be used now; or something else keeps it out, or it is not known when the rule begins.
        """
        regime = self._regimes.get(outcome.purpose)
        # of others who are named in an item this person's register knows nothing
        if regime is None or Reason.SUBJECT_OBJECTION in outcome.failed:
            return None
        begins = self._begins(regime, outcome.recipient)
        if begins is None or begins <= self._person.moment.as_of:
            return None
        rules = self._policy.rules(outcome.purpose, outcome.recipient)
        later = decide(facts, self._person.register, rules, Moment(begins, replay=False))
        return None if later.failed else begins

    @staticmethod
    def _begins(regime: RegimeState, recipient: str) -> datetime | None:
        own = next((one.since for one in regime.recipients if one.name == recipient), None)
        return max(filter(None, (own, regime.in_force_since))) if regime.in_force_since else None

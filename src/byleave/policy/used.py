"""Until when a person's content had been used, which an *off* keeps where an opt-out reaches collection alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from byleave.kernel.instants import FIRST
from byleave.policy.facts import Item, Moment
from byleave.policy.semantics import acts_that_count, may_be_used, turns

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.policy.facts import Member
    from byleave.policy.rules import Rules


def used_until(member: Member, rules: Rules, now: datetime) -> datetime:
    """The end of the last time up to now in which new content would have been collected; `FIRST` where there was none.

    What came into being before that had been collected, what came after had not.

    Args:
        member: with the acts before the one that is recorded now.
        rules: of a pack whose opt-out reaches collection.
        now: when the act counts from.
    """
    # of two switches of one setting, what an earlier one reached says nothing about what was collected
    plain = replace(member, acts=tuple(replace(act, reaches=None) for act in member.acts))
    moment = Moment(now - timedelta(microseconds=1), replay=False)  # the act counts from `now` on
    changes = turns(plain, rules, acts_that_count(plain.acts, rules, moment))
    ends = [*(at for at in changes if FIRST < at < now), now]
    for begin, end in zip(reversed([FIRST, *ends[:-1]]), reversed(ends), strict=True):
        content = Item("", "", None, None, begin)
        if may_be_used(content, plain, replace(rules, reaches="collection", frees="everything"), moment):
            return end
    return FIRST

"""The acts of two accounts of one person as the acts of one: whatever either refused stays refused.

At every instant the merged setting is the stricter of the two: off where either account was off, on where both were
switched on by the person, and otherwise the default. Only the person's later act changes that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from byleave.policy.facts import IMPORT, MEMBER, Act

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def merge_acts(first: Sequence[Act], second: Sequence[Act], seq: int) -> list[Act]:
    """One account's acts for two, setting by setting.

    Args:
        first: the acts of one account, ordered by `seq`.
        second: those of the other.
        seq: that of the entry that merges; the result's numbers lie below it, and above none that comes later.
    """
    settings = sorted({act.setting for act in (*first, *second)})
    merged = [act for setting in settings for act in _stricter(setting, first, second)]
    merged.sort(key=lambda act: act.at)
    return [replace(act, seq=seq - len(merged) + number) for number, act in enumerate(merged)]


def _stricter(setting: str, first: Sequence[Act], second: Sequence[Act]) -> list[Act]:
    """The merged acts on one setting, in the order of their instants."""
    accounts = [counting(acts, setting) for acts in (first, second)]
    result: list[Act] = []
    for at in sorted({act.at for acts in accounts for act in acts}):
        states = {_state(acts, at) for acts in accounts}
        on = states == {True}
        # where one account was switched on and the other left alone, the person has said nothing for both: the default,
        # which only stands before the first act; after an off nothing but an on of both can end the off
        if on or False in states or any(not act.on for act in result):
            result.append(Act(setting, on, at))
    return result


def counting(acts: Sequence[Act], setting: str) -> list[Act]:
    """The acts on a setting that can count, each dated at the instant from which it counts, in the order of `seq`.

    As in the definition: an *off* counts from the earlier of `at` and `recorded_at`, an *on* from the later, an *on*
    that is not the person's own never; an imported one not after an *off* that is dated later.
    """
    own = [act for act in acts if act.setting == setting]
    kept = []
    for act in own:
        dates = (act.at, act.recorded_at or act.at)
        if not act.on:
            kept.append(replace(act, at=min(dates), recorded_at=None, actor=MEMBER))
        elif act.actor == MEMBER or (act.actor == IMPORT and not _is_beaten(act, own)):
            kept.append(replace(act, at=max(dates), recorded_at=None, actor=MEMBER))
    return kept


def _is_beaten(imported: Act, acts: Sequence[Act]) -> bool:
    return any(not act.on and act.at >= imported.at and (act.seq or 0) < (imported.seq or 0) for act in acts)


def _state(acts: Sequence[Act], at: datetime) -> bool | None:
    """What the last act up to an instant says; None before the first."""
    happened = [act for act in acts if act.at <= at]
    return happened[-1].on if happened else None

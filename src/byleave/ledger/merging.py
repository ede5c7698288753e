"""The acts of two accounts of one person as the acts of one: whatever either refused stays refused.

At every instant the merged setting is the stricter of the two: off where either account was off, on where both were
switched on by the person, and otherwise the default. Only the person's later act changes that.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from byleave.kernel.vocabulary import PURPOSES
from byleave.ledger.covering import farthest, least
from byleave.policy.facts import IMPORT, MEMBER, Act

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from byleave.ledger.covering import Unused


def merge_acts(first: Sequence[Act], second: Sequence[Act], seq: int) -> list[Act]:
    """One account's acts for two, setting by setting.

    Args:
        first: the acts of one account, ordered by `seq`.
        second: those of the other.
        seq: that of the entry that merges; the result's numbers lie below it, and above none that comes later.
    """
    settings = sorted({act.setting for act in (*first, *second)})
    merged = [act for setting in settings for act in _stricter(setting, first, second)]
    merged.sort(key=lambda act: min(act.at, act.recorded_at or act.at))
    return [replace(act, seq=seq - len(merged) + number) for number, act in enumerate(merged)]


def _stricter(setting: str, first: Sequence[Act], second: Sequence[Act]) -> list[Act]:
    """The merged acts on one setting, in the order of their instants.

    What an act is about depends on the purpose, and on whether the setting governs it in the pack that decides, which
    nobody knows here: each of these cases has its state. At one instant an *off* comes first and an *on* after it, for
    the purposes for which the accounts agree on it; in doubt an *off* is about one more.
    """
    accounts = [counting(acts, setting) for acts in (first, second)]
    result: list[Act] = []
    was_off: set[tuple[str, bool]] = set()
    reached: str | None = None
    for at in sorted({act.at for acts in accounts for act in acts}):
        on: set[tuple[str, bool]] = set()
        for case in product(PURPOSES, (True, False)):
            states = {_state(acts, at, *case) for acts in accounts}
            if states == {True}:
                on.add(case)
                was_off.discard(case)
            elif False in states:
                was_off.add(case)
            # where one account was switched on and the other left alone, the person has said nothing for both: the
            # default, which only stands before the first act; after an off nothing but an on of both can end the off
        reaches = farthest(act.reaches for acts in accounts for act in acts if act.at <= at and not act.on)
        if was_off or reaches != reached:
            off_for = frozenset(purpose for purpose, governs in was_off if not governs)
            unused = _earliest(act for acts in accounts for act in acts if act.at == at)
            covers = off_for or None
            off = Act(setting, on=False, at=at, covers=covers, reaches=reaches, unused_since=unused)
            result.append(_dated(off, accounts))
        reached = reaches
        frees = least(act.frees for acts in accounts for act in acts if act.at <= at and act.on)
        result += _switched_on(setting, at, on, frees)
    return result


def _dated(off: Act, accounts: Sequence[Sequence[Act]]) -> Act:
    """With the latest date that the person gave an *off* by then: no *on* that is imported later counts before it."""
    said = (act for acts in accounts for act in acts if act.at <= off.at and not act.on)
    latest = max((act.recorded_at or act.at for act in said), default=off.at)
    return replace(off, at=latest, recorded_at=off.at) if latest > off.at else off


def _earliest(acts: Iterable[Act]) -> frozenset[Unused]:
    """Since when nothing had been collected, for each for whom one of the acts says it."""
    found: dict[tuple[str, str], datetime] = {}
    for purpose, recipient, at in (one for act in acts for one in act.unused_since):
        found[purpose, recipient] = min(at, found.get((purpose, recipient), at))
    return frozenset((*whom, at) for whom, at in found.items())


def _switched_on(setting: str, at: datetime, on: set[tuple[str, bool]], frees: str | None) -> Iterator[Act]:
    on_for = frozenset(purpose for purpose in PURPOSES if {(purpose, True), (purpose, False)} <= on)
    if all((purpose, True) in on for purpose in PURPOSES) and len(on_for) < len(PURPOSES):
        yield Act(setting, on=True, at=at, frees=frees)
    if on_for:
        yield Act(setting, on=True, at=at, covers=on_for, frees=frees)


def counting(acts: Sequence[Act], setting: str) -> list[Act]:
    """The acts on a setting that can count, each dated at the instant from which it counts, in the order of `seq`.

    As in the definition: an *off* counts from the earlier of `at` and `recorded_at`, an *on* from the later, an *on*
    that is not the person's own never; an imported one not after an *off* that is dated later. That date of an *off*
    stays in `recorded_at`, where it is later than the instant from which it counts.
    """
    own = [act for act in acts if act.setting == setting]
    kept = []
    for act in own:
        dates = (act.at, act.recorded_at or act.at)
        if not act.on:
            dated = act.at if act.at > min(dates) else None
            kept.append(replace(act, at=min(dates), recorded_at=dated, actor=MEMBER))
        elif act.actor == MEMBER or (act.actor == IMPORT and not _is_beaten(act, own)):
            kept.append(replace(act, at=max(dates), recorded_at=None, actor=MEMBER))
    return kept


def _is_beaten(imported: Act, acts: Sequence[Act]) -> bool:
    return any(not act.on and act.at >= imported.at and (act.seq or 0) < (imported.seq or 0) for act in acts)


def _state(acts: Sequence[Act], at: datetime, purpose: str, governs: bool) -> bool | None:  # noqa: FBT001 - a case
    """What the last act up to an instant says about a purpose that the setting governs now or not; None before it."""
    told = None
    for act in acts:
        about = purpose in (act.covers or ()) or (governs and (act.covers is None or not act.on))
        told = act.on if about and act.at <= at else told
    return told

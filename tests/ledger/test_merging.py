"""Merging two accounts: at every instant the stricter of the two."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from byleave.ledger.merging import counting, merge_acts
from byleave.policy.facts import IMPORT, MEMBER, Act

START = datetime(2025, 9, 1, tzinfo=UTC)
HOURS = [START + timedelta(hours=hour) for hour in range(12)]


def _acts(chance: random.Random, seqs: list[int]) -> list[Act]:
    """Acts with any dates, in the order of `seq`."""
    return [
        Act("s", chance.random() < 0.5, chance.choice(HOURS), seq, chance.choice([None, *HOURS]),
            chance.choice(["member", "member", "import", "platform"]))
        for seq in seqs
    ]  # fmt: skip


def _act(value: str, at: datetime, seq: int) -> Act:
    return Act("s", value == "on", at, seq)


def _says(acts: list[Act], at: datetime) -> bool | None:
    """What the definition takes the acts to say at an instant: the last by `seq` among those that count by then."""
    happened = [act for act in counting(acts, "s") if act.at <= at]
    return max(happened, key=lambda act: act.seq or 0).on if happened else None


def test_the_merged_setting_is_the_stricter_of_the_two_at_every_instant() -> None:
    """Off where either is off, on only where both were switched on, and otherwise the default."""
    offs = 0
    for seed in range(3000):
        chance = random.Random(seed)
        seqs = list(range(1, 9))
        chance.shuffle(seqs)
        first, second = _acts(chance, sorted(seqs[:4])), _acts(chance, sorted(seqs[4:]))
        merged = merge_acts(first, second, seq=100)
        for at in HOURS:
            one, other, both = _says(first, at), _says(second, at), _says(merged, at)
            if False in (one, other):
                offs += 1
                assert both is False, seed
            elif both is True:
                assert (one, other) == (True, True), seed
    assert offs > 1000


def test_what_comes_after_the_merge_counts_after_it() -> None:
    """The numbers of merged acts lie below that of the merge, so that the person's next act decides."""
    merged = merge_acts([_act("off", HOURS[0], 5)], [_act("on", HOURS[1], 9)], seq=10)

    assert [act.on for act in merged] == [False, False]
    assert all((act.seq or 0) < 10 for act in merged)


def test_an_account_that_never_chose_does_not_switch_the_other_on_or_off() -> None:
    """A default is no act: merged with it, an on is not an on for both, and an off is an off for both."""
    assert merge_acts([_act("on", HOURS[0], 1)], [], seq=2) == []
    assert [act.on for act in merge_acts([_act("off", HOURS[0], 1)], [], seq=2)] == [False]


def test_a_merge_keeps_the_date_of_an_off() -> None:
    """M10: an *on* that is imported after a merge, or after two, does not count before the date of an *off*."""
    ahead = Act("s", on=False, at=HOURS[3], seq=1, recorded_at=HOURS[0], actor=MEMBER)
    once = merge_acts([ahead], [], seq=10)
    twice = merge_acts(once, [], seq=20)
    imported = Act("s", on=True, at=HOURS[2], seq=30, recorded_at=HOURS[2], actor=IMPORT)

    for merged in (once, twice):
        assert [(act.on, act.at) for act in counting(merged, "s")] == [(False, HOURS[0])]
        assert [act.on for act in counting([*merged, imported], "s")] == [False]
        late = replace(imported, at=HOURS[4], recorded_at=HOURS[4])
        assert [act.on for act in counting([*merged, late], "s")] == [False, True]

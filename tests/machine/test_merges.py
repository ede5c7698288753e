"""Merges alone, with many more choices than the machine has time for: two opinions about what they mean."""

from __future__ import annotations

import os
import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

from byleave.ledger.merging import merge_acts
from byleave.policy.facts import Act, Item, Member, Moment, NoticeDelivery, Register, Residence
from byleave.policy.semantics import decide
from tests.machine import naive
from tests.machine.scenery import NOTICE, SETTING, START, policies

if TYPE_CHECKING:
    from datetime import datetime

HISTORIES = 20_000 if os.environ.get("BYLEAVE_DEEP") else 1_000
LONG_AGO = START - timedelta(days=900)
COVERS = (None, frozenset({"generative-ai"}), frozenset({"other-ai"}), frozenset({"generative-ai", "other-ai"}))
AGES = (700, 30, -5)
"""Days since an item was made."""


def _choice(chance: random.Random, seq: int, now: datetime) -> Act:
    """One choice of anybody's: dated when it is recorded, long before, or by a clock that is wrong."""
    on, actor = chance.random() < 0.5, chance.choice(("member", "member", "import", "import", "platform"))
    back = chance.choice((0, 10, 20, 40, 90, 300, 600, -3, -400))
    at = now if actor == "member" and chance.random() < 0.5 else now - timedelta(days=back)
    act = Act(SETTING, on, at, seq, now, actor)
    if actor != "member":
        return act
    covers = chance.choice(COVERS)
    if on:
        return Act(SETTING, on, at, seq, now, actor, covers, None, chance.choice((None, "everything", "new-content")))
    return Act(SETTING, on, at, seq, now, actor, covers, chance.choice((None, "collection", "training", "models")))


def _merged(chance: random.Random) -> tuple[list[Act], list[Act], datetime] | None:
    """The choices of three accounts of which some are merged: by the fold, by the other opinion; None without a merge.

    Choices go on after each merge, and the clock jumps.
    """
    sides: dict[str, tuple[list[Act], list[Act]]] = {name: ([], []) for name in ("ana", "bo", "cem")}
    now, last = START, None
    for seq in range(1, chance.randint(4, 15)):
        now += timedelta(days=chance.choice((1, 31, -1, -31, 400))) if chance.random() < 0.2 else timedelta(minutes=1)
        if chance.random() < 0.25 and len(sides) > 1:
            one, last = chance.sample(sorted(sides), 2)
            real, told = sides.pop(one)
            others = sides[last]
            sides[last] = merge_acts(real, others[0], seq), naive._stricter(told, others[1], seq)
        else:
            act = _choice(chance, seq, now)
            for acts in sides[chance.choice(sorted(sides))]:
                acts.append(act)
    return (*sides[last], now) if last in sides and last else None


def test_a_merge_means_the_same_to_both_opinions() -> None:
    """M10: of merged accounts, the fold and the naive definition leave out the same items, under every policy."""
    seen = 0
    for seed in range(HISTORIES):
        chance = random.Random(seed)
        found = _merged(chance)
        if found is None:
            continue
        seen += 1
        real, told, now = found
        homes = (Residence(chance.choice(("DE", "US")), None, LONG_AGO),)
        notices = (NoticeDelivery(NOTICE, LONG_AGO, None, LONG_AGO),)
        registers = [
            Register({"ana": Member(homes, (date(1990, 1, 1),), tuple(acts), notices)}, {}, {}) for acts in (real, told)
        ]
        for policy in policies():
            for days, later in ((days, later) for days in AGES for later in (0, 20, 500)):
                item = Item("i", "ana", "post", "public", START - timedelta(days=days))
                moment = Moment(now + timedelta(days=later), replay=False)
                one, other = (decide(item, register, policy.rules, moment).failed for register in registers)
                assert one == other, f"seed {seed}, {policy.rules.pack_id}, {days} days old, {later} days later"
    assert seen > HISTORIES / 3

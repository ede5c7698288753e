"""The same platform decided at three dates under two packs, and what lies between the outcomes."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pyarrow.parquet as pq

from byleave import api
from byleave.kernel.decision import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.demo.platform import DemoPlatform
    from byleave.gate.request import Progress

PURPOSE = "generative-ai"
DATES = ("2025-10-24", "2025-11-03", "2025-12-01")
BEFORE, START, AFTER = DATES


class Policy(NamedTuple):
    """A pack, and what it calls whoever trains."""

    pack: str
    recipient: str


ARTICLE = Policy("linkedin@2025-10-24", "linkedin")
RECOMMENDED = Policy("byleave@1", "platform")
POLICIES = (ARTICLE, RECOMMENDED)


def instant(date: str) -> str:
    """The as-of of a date: its first instant in UTC."""
    return f"{date}T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Replay:
    """Every item's reason under one policy at one date."""

    reasons: Mapping[str, str]

    @property
    def counts(self) -> Counter[str]:
        """How many items have each reason."""
        return Counter(self.reasons.values())


@dataclass(frozen=True, slots=True)
class Move:
    """What came in between two replays, by the reason that fell away, and what went out, by the reason that came."""

    came: Counter[str]
    went: Counter[str]


def replay_all(platform: DemoPlatform, progress: Progress) -> dict[tuple[Policy, str], Replay]:
    """Run the gate for each policy and date; the decisions stay in the folder `snapshots`."""
    snapshots = platform.folder / "snapshots"
    result = {}
    for policy in POLICIES:
        (snapshots / policy.pack).mkdir(parents=True)
        for date in DATES:
            progress(f"{policy.pack}: deciding as of {date}", 0.0)
            folder = snapshots / policy.pack / date
            api.gate(
                platform.items,
                register=platform.register,
                pack=policy.pack,
                purpose=PURPOSE,
                recipient=policy.recipient,
                as_of=instant(date),
                out=folder,
                decisions_only=True,
            )
            table = pq.read_table(folder / "decisions", columns=["item_id", "reason"])
            reasons = map(sys.intern, table["reason"].to_pylist())
            result[policy, date] = Replay(dict(zip(table["item_id"].to_pylist(), reasons, strict=True)))
    return result


def move(earlier: Replay, later: Replay) -> Move:
    """What moved between two replays of the same items."""
    came: Counter[str] = Counter()
    went: Counter[str] = Counter()
    for item_id, reason in later.reasons.items():
        before = earlier.reasons[item_id]
        if reason == Reason.ELIGIBLE != before:
            came[before] += 1
        elif before == Reason.ELIGIBLE != reason:
            went[reason] += 1
    return Move(came, went)


def kept_in_spite(loose: Replay, strict: Replay) -> int:
    """Items that are in under one policy, and out under the other because of their writers' switch."""
    return sum(
        reason == Reason.ELIGIBLE and strict.reasons[item_id] == Reason.OPTED_OUT
        for item_id, reason in loose.reasons.items()
    )

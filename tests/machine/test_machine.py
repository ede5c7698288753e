"""A choice that was acknowledged is never missed, lost or turned back, whatever happens in whatever order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.machine.run import give_key, run
from tests.machine.world import COUNTS

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = int(os.environ.get("BYLEAVE_STEPS", "100000" if os.environ.get("BYLEAVE_DEEP") else "2000"))
SEED = int(os.environ.get("BYLEAVE_SEED", "0"))
HAPPENS = (
    "act: member-registered", "act: member-moved", "act: member-closed", "act: member-reopened", "act: members-merged",
    "act: preference-set", "act: objection-received", "act: objection-withdrawn", "act: objection-rejected",
    "act: item-withheld", "act: item-released", "act: notice-delivered", "erasures", "refused acts", "power cuts",
    "acts that a power cut left whole", "requests handed in again", "restores", "snapshots", "receipts compared",
    "backups", "restores with a loss", "confirmations", "builds refused while they were shut", "imports",
    "imports that crashed", "refused imports", "act: policy-activated", "trainers", "acts during builds",
    "rows left at the second decision", "snapshots before training", "usable before training",
)  # fmt: skip
"""What many steps must have met; a machine that never merges says nothing about merging."""
ENOUGH = 20_000
"""Steps after which everything must have happened; a few thousand may miss what is rare."""


def test_a_choice_is_never_missed_and_never_turned_back(record_property: Callable[[str, object], None]) -> None:
    """M10, M11: each snapshot whose W' covers a receipt has obeyed it, and only the person takes a refusal back."""
    give_key()
    before = COUNTS.copy()
    violations = 1
    try:
        run(STEPS, SEED)
        violations = 0
    finally:
        made = COUNTS - before
        record_property("machine", (made["steps"], made["acts"], made["snapshots"], violations))

    missing = [name for name in HAPPENS if not made[name]]
    assert made["snapshots"] > STEPS // 1000
    assert missing == [] or made["steps"] < ENOUGH

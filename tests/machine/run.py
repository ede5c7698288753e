"""Run the machine for so many steps: for the tests, and as a program that judges the byleave that it finds.

Prints JSON: which byleave it was, the steps, what was found (null: nothing), and the counts. Arguments: steps, and the
first seed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

import byleave
from byleave.kernel.errors import ByleaveError
from tests.machine.machine import Machine
from tests.machine.place import workshop
from tests.machine.world import COUNTS
from tests.server.db.ledgers import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterable

STEPS_OF_A_RUN = 120
RUNS_OF_A_BATCH = 12


def give_key() -> None:
    """Have the gate find the suppression key of the machine's ledgers."""
    key = workshop() / "suppression.key"
    key.write_bytes(SECRET)
    os.environ["BYLEAVE_SUPPRESSION_KEY"] = str(key)


def run(steps: int, first_seed: int = 0, phases: Iterable[Phase] = (Phase.generate,)) -> None:
    """Run the machine until it has made so many steps.

    Args:
        steps: how many.
        first_seed: of the first batch of runs; equal seeds make equal steps.
        phases: of hypothesis.

    Raises: whatever a check finds, with the steps that lead there.
    """
    how = settings(
        max_examples=RUNS_OF_A_BATCH,
        stateful_step_count=STEPS_OF_A_RUN,
        deadline=None,
        database=None,
        derandomize=False,
        phases=tuple(phases),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    until, number = COUNTS["steps"] + steps, first_seed
    while COUNTS["steps"] < until:
        run_state_machine_as_test(seed(number)(type("Machine", (Machine,), {})), settings=how)
        number += 1


def main() -> None:
    """Judge."""
    give_key()
    found: str | None = None
    try:
        run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0, [Phase.generate])
    except (AssertionError, ByleaveError, Flaky) as error:
        found = f"{type(error).__name__}: {error}"
    package = str(Path(byleave.__file__).parents[1])
    told: dict[str, Any] = {"judged": package, "steps": COUNTS["steps"], "found": found, "counts": dict(COUNTS)}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

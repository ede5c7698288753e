"""Time `byleave --help` beside an empty Python process, in turn.

python bench/start.py [--rounds 20]
"""

from __future__ import annotations

import argparse
import os
import sys

from measure import Series, run
from tables import Table

MOST_SECONDS = 0.25
"""What `byleave --help` may take."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="rounds that count")
    rounds = parser.parse_args().rounds
    commands = {
        "byleave --help": [sys.executable, "-m", "byleave", "--help"],
        "empty process": [sys.executable, "-c", "pass"],
    }
    series = {name: Series(name) for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            spent = run(command, dict(os.environ))
            if turn:  # the first round fills the caches of the disk
                series[name].spent.append(spent)
    table = Table(["whole process", "wall s", "least", "most", f"at most {MOST_SECONDS} s"])
    for one in series.values():
        walls = [spent.wall for spent in one.spent]
        held = "yes" if one.wall <= MOST_SECONDS else "NO"
        table.add([one.name, *(f"{value:.3f}" for value in (one.wall, min(walls), max(walls))), held])
    print(table)


if __name__ == "__main__":
    main()

"""Time what must answer at once beside an empty Python process, in turn.

python bench/start.py [--rounds 20]
"""

from __future__ import annotations

import argparse
import os
import sys

from measure import Series, run
from tables import Table

HELP, GUIDE, EMPTY = "byleave --help", "byleave guide linkedin --country DE", "an empty Python process"
MOST_SECONDS = {HELP: 0.25, GUIDE: 1.0}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="rounds that count")
    rounds = parser.parse_args().rounds
    commands = {
        HELP: [sys.executable, "-m", "byleave", "--help"],
        GUIDE: [sys.executable, "-m", "byleave", "guide", "linkedin", "--country", "DE"],
        EMPTY: [sys.executable, "-c", "pass"],
    }
    series = {name: Series(name) for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            spent = run(command, dict(os.environ))
            if turn:  # the first round fills the caches of the disk
                series[name].spent.append(spent)
    table = Table(["whole process", "wall s", "least", "most", "at most", "held"])
    for one in series.values():
        walls = [spent.wall for spent in one.spent]
        most = MOST_SECONDS.get(one.name)
        held = "" if most is None else "yes" if one.wall <= most else "NO"
        table.add([one.name, *(f"{value:.3f}" for value in (one.wall, min(walls), max(walls))), str(most or ""), held])
    print(table)


if __name__ == "__main__":
    main()

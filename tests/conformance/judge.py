"""Compare the definition with the compiled expression on a few small worlds; the first that differs ends it.

Run as a module, in a process of its own, so that the byleave it judges is the first on its path.
"""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from byleave.compile import acts
from byleave.policy import semantics
from tests.properties.engines import differences, on_duckdb
from tests.properties.exhaustive import Variant, corpus
from tests.properties.generate import world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.properties.generate import World

VARIANTS = [
    Variant("collection", "everything", replay=False),
    Variant("training", "new-content", replay=True),
    Variant("collection", "new-content", replay=False),
]
SEEDS = range(2)


def worlds() -> Iterator[World]:
    """Every mode alone in each cell of the preference table, then random worlds."""
    return chain((corpus(variant, 1).world for variant in VARIANTS), (world(seed, 100, 400) for seed in SEEDS))


def main() -> None:
    """Judge the byleave that is first on the path, and print one JSON object."""
    rows, found = 0, 0
    for one in worlds():
        rows += len(one.items)
        found = len(differences(one, on_duckdb))
        if found:
            break
    judged = sorted({str(Path(str(module.__file__)).parents[2]) for module in (acts, semantics)})
    print(json.dumps({"judged": judged, "rows": rows, "differences": found}))  # noqa: T201 - the result


if __name__ == "__main__":
    main()

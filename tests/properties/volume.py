"""Many random worlds, one after another or in several processes, and what came of them."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING, NamedTuple

from tests.properties.counterexample import as_code, shrink
from tests.properties.engines import differences, on_duckdb
from tests.properties.generate import world

if TYPE_CHECKING:
    from collections.abc import Iterable

ROWS_EACH, MEMBERS_EACH = 20_000, 4_000
FEW = 10
"""So many worlds are not worth a second process."""


class Checked(NamedTuple):
    """What came of one world."""

    seed: int
    rows: int
    differences: int
    counterexample: str = ""


def check_world(seed: int, rows: int = ROWS_EACH) -> Checked:
    """Compare DuckDB with the definition on the world of this seed; on a difference, find a small counterexample."""
    drawn = world(seed, MEMBERS_EACH * rows // ROWS_EACH, rows)
    found = differences(drawn, on_duckdb)
    if not found:
        return Checked(seed, rows, 0)
    least = shrink(drawn, lambda smaller: bool(differences(smaller, on_duckdb)))
    return Checked(seed, rows, len(found), f"# {differences(least, on_duckdb)}\n{as_code(least)}")


def check_worlds(first: int, rows: int, processes: int) -> Iterable[Checked]:
    """Check worlds of consecutive seeds until so many rows are decided; stop after a world that differs."""
    seeds = range(first, first + -(-rows // ROWS_EACH))
    if len(seeds) <= FEW:
        yield from _until_different(map(check_world, seeds))
        return
    # spawned, not forked: DuckDB's and Arrow's threads do not survive a fork
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from _until_different(pool.imap_unordered(check_world, seeds))


def _until_different(results: Iterable[Checked]) -> Iterable[Checked]:
    for result in results:
        yield result
        if result.differences:
            return

"""How far a backup reaches: its first line says it, so that no cut at its end goes unnoticed.

The chain shows what is missing in front and in between. What is missing at the end leaves a whole chain, also where the
file was cut exactly between two lines. The first line is what a cut leaves standing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from byleave.kernel.canonical import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

MOST_BYTES = 1 << 10
"""How much of a file is read for its first line; it has about 100 bytes."""


class Reach(NamedTuple):
    """The last entry that a backup holds."""

    seq: int
    """Its number, which is how many there are; 0 where there are none."""
    chain: str
    """Its chain, so that it is the end of these entries and of no others."""


def line_of_reach(reach: Reach) -> bytes:
    """As the first line of a backup."""
    return canonical_json({"reaches": {"seq": reach.seq, "chain": reach.chain}}) + b"\n"


def read_reach(line: bytes) -> Reach | None:
    """From a line; None for any other."""
    try:
        match json.loads(line):
            case {"reaches": {"seq": int(seq), "chain": str(chain)}} if seq >= 0:
                return Reach(seq, chain)
    except ValueError:
        pass
    return None


def reach_of(path: Path) -> Reach | None:
    """What the first line of a file says; None where it says nothing. Raises: OSError."""
    with path.open("rb") as file:
        return read_reach(file.readline(MOST_BYTES))


def entry_lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of entries in a backup or a second copy; a last line that is not whole is left out."""
    is_first = True
    for line in file:
        if not line.endswith(b"\n"):
            return
        if not (is_first and read_reach(line[:MOST_BYTES])):
            yield line
        is_first = False

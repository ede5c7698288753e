"""The index of who is in which snapshot, in the ledger's database.

One member is found by reading the blocks that may hold the key, and then one row for each snapshot.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.adapters.duckdb_engine.snapshot_members import COUNT_BYTES, Members, placed
from byleave.kernel.errors import InputError
from byleave.lineage.keys import BYTES
from byleave.lineage.trace import Indexed
from byleave.server.db.gone import mark, require_secret
from byleave.server.db.session import writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from byleave.lineage.keys import Keyed
    from byleave.server.db.session import Session

BLOCK = 4_096
"""Members in one block: a lookup reads so many counts of each snapshot, and an index has so much fewer rows."""
_LEVEL = 1
"""Of zlib: counts are small numbers, and a higher level gains little."""
_TRIES = 20


class Place(NamedTuple):
    """Where a member's counts stand."""

    block: int
    offset: int


class DatabaseIndex:
    """The index in one database. Made for one reader; a session is used by one thread at a time."""

    def __init__(self, session: Session) -> None:
        """Use an open connection."""
        self._session = session

    def sizes(self) -> Mapping[str, Indexed]:
        """How much each indexed snapshot holds."""
        rows = self._session.query("SELECT manifest, members, items FROM lineage_snapshot ORDER BY seq")
        return {manifest: Indexed(members, items) for manifest, members, items in rows}

    def of_members(self, keys: Iterable[int]) -> Mapping[str, int]:
        """How many items these members have in each snapshot that has any."""
        totals: dict[str, int] = defaultdict(int)
        for place in self._places(keys).values():
            sql = (
                "SELECT s.manifest, c.counts FROM lineage_counts c JOIN lineage_snapshot s ON s.seq = c.seq "
                "WHERE c.block = ? ORDER BY s.seq"
            )
            for manifest, packed in self._session.query(sql, [place.block]):
                items = _count(zlib.decompress(packed), place.offset)
                if items:
                    totals[manifest] += items
        return dict(totals)

    def items_in(self, manifest: str, keys: Iterable[int]) -> Mapping[int, int]:
        """How many items each of these members has in one snapshot, if any."""
        by_block: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for key, place in self._places(keys).items():
            by_block[place.block].append((key, place.offset))
        sql = (
            "SELECT c.block, c.counts FROM lineage_counts c JOIN lineage_snapshot s ON s.seq = c.seq "
            "WHERE s.manifest = ?"
        )
        found = dict[int, int]()
        for block, packed in self._session.query(sql, [manifest]) if by_block else ():
            counts = zlib.decompress(packed) if block in by_block else b""
            found |= {key: _count(counts, offset) for key, offset in by_block.get(block, ())}
        return {key: items for key, items in found.items() if items}

    def gone_since(self, after: int) -> list[int]:
        """The keys of accounts that were erased by an entry after `after`."""
        return [key for (key,) in self._session.query("SELECT key FROM lineage_gone WHERE seq > ?", [max(after, 0)])]

    def add(self, manifest: str, seq: int, members: Members, key_of: Keyed) -> bool:
        """Index a snapshot; whether it was not indexed already.

        The places are found before the right to write is taken, so that nobody who makes a choice waits for it.

        Raises: InputError for another secret.
        """
        for _ in range(_TRIES):
            require_secret(self._session, key_of)
            if manifest in self.sizes():
                return False
            roster = self._session.query("SELECT block, keys FROM lineage_roster ORDER BY block")
            new, counts = placed(members, [bytes(keys) for _, keys in roster])
            rows = _Rows(roster, new, counts, seq)
            if self._write(manifest, seq, members, key_of, rows):
                return True
        raise InputError("other snapshots are indexed all the time", hint="try again: byleave snapshot register")

    def _write(self, manifest: str, seq: int, members: Members, key_of: Keyed, rows: _Rows) -> bool:
        """Write what was found, unless the roster has grown meanwhile."""
        with writing(self._session) as session:
            (blocks,) = session.query("SELECT count(*) FROM lineage_roster")[0]
            there = session.query("SELECT 1 FROM lineage_snapshot WHERE manifest = ?", [manifest])
            if blocks != rows.known or there:
                return False
            mark(session, key_of)
            session.run("INSERT INTO lineage_roster (block, first, last, keys) VALUES (?, ?, ?, ?)", rows.blocks)
            session.run("INSERT INTO lineage_counts (block, seq, counts) VALUES (?, ?, ?)", rows.counts)
            told = [(seq, manifest, members.members, members.items)]
            session.run("INSERT INTO lineage_snapshot (seq, manifest, members, items) VALUES (?, ?, ?, ?)", told)
        return True

    def _places(self, keys: Iterable[int]) -> dict[int, Place]:
        """Where members stand, if they were ever in a snapshot."""
        wanted = sorted(set(keys))
        if not wanted:
            return {}
        found: dict[int, Place] = {}
        sql = "SELECT block, first, last, keys FROM lineage_roster WHERE first <= ? AND last >= ?"
        for block, first, last, packed in self._session.query(sql, [wanted[-1], wanted[0]]):
            # a range of the wanted ones for each block, and a search in the block for each of them
            start, end = bisect_left(wanted, first), bisect_left(wanted, last + 1)
            if start == end:
                continue
            stored = array("q", bytes(packed))
            for key in wanted[start:end]:
                offset = bisect_left(stored, key)
                if offset < len(stored) and stored[offset] == key:
                    found[key] = Place(block, offset)
        return found


class _Rows:
    """The rows to write: the new blocks of the roster, and the counts of every block that has any."""

    def __init__(self, roster: list[tuple[Any, ...]], new: bytes, counts: bytes, seq: int) -> None:
        self.known = len(roster)
        self.blocks: list[tuple[int, int, int, bytes]] = []
        self.counts: list[tuple[int, int, bytes]] = []
        width = BLOCK * BYTES
        fresh = [new[start : start + width] for start in range(0, len(new), width)]
        for number, keys in enumerate(fresh, self.known):
            stored = array("q", keys)
            self.blocks.append((number, stored[0], stored[-1], keys))
        at = 0
        sizes = [*((block, len(keys)) for block, keys in roster), *((one[0], len(one[3])) for one in self.blocks)]
        for block, size in sizes:
            length = size // BYTES * COUNT_BYTES
            mine, at = counts[at : at + length], at + length
            if any(mine):
                self.counts.append((block, seq, zlib.compress(mine, _LEVEL)))


def _count(counts: bytes, offset: int) -> int:
    start = offset * COUNT_BYTES
    return int.from_bytes(counts[start : start + COUNT_BYTES], "little")

"""How many decisions a second the rivals make that decide item by item, on a sample of the corpus.

python bench/peers.py DATA [--rows 20_000]
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from engines import Cedar, Facts, Rego
from tables import Table, count

from byleave.adapters.packs import load_pack
from byleave.policy.facts import Act, Item, Member, Moment, Objection, Register, Residence
from byleave.policy.rules import rules_for
from byleave.policy.semantics import decide

if TYPE_CHECKING:
    from collections.abc import Callable

PACK, PURPOSE, RECIPIENT = "linkedin@2025-10-24", "generative-ai", "linkedin"
REPEATS = 3


@dataclass(frozen=True)
class Speed:
    """How fast one engine is."""

    name: str
    decisions_per_second: float
    loading_seconds: float
    different: int
    """Decisions that differ from the definition's."""


def sample(data: Path, rows: int) -> Facts:
    """Rows of the corpus whose owners and their countries are known, with all that the register holds of them.

    What engines do where something is missing is another question (`missing.py`).
    """
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            f"""CREATE TABLE chosen AS
            SELECT item_id, member_id, category, visibility, epoch(created_at)::BIGINT AS created_at, country
            FROM '{data}/items/*.parquet' JOIN '{data}/register/members.parquet' USING (member_id)
            WHERE country IS NOT NULL ORDER BY hash(item_id) LIMIT {rows}"""
        )
        chosen = connection.execute("FROM chosen ORDER BY item_id").fetchall()
        acts = connection.execute(
            f"""SELECT member_id, setting, value, epoch("at")::BIGINT FROM '{data}/register/preferences.parquet'
            SEMI JOIN chosen USING (member_id) ORDER BY seq"""
        ).fetchall()
        objections = connection.execute(
            f"""SELECT subject_id, status, epoch(received_at)::BIGINT, epoch(resolved_at)::BIGINT
            FROM '{data}/register/objections.parquet' SEMI JOIN chosen ON subject_id = member_id"""
        ).fetchall()
    members: dict[str, dict[str, Any]] = {row[1]: {"country": row[5], "acts": [], "objections": []} for row in chosen}
    for member, setting, value, at in acts:
        members[member]["acts"].append({"setting": setting, "value": value, "at": at})
    for member, status, received, resolved in objections:
        members[member]["objections"].append({"status": status, "received_at": received, "resolved_at": resolved})
    names = ("item_id", "member_id", "category", "visibility", "created_at")
    return Facts([dict(zip(names, row, strict=False)) for row in chosen], members, int(time.time()))


def defined(facts: Facts) -> tuple[Callable[[], list[bool]], int]:
    """The definition, ready to decide the same rows; and nothing else."""
    rules = rules_for(load_pack(PACK), PURPOSE, RECIPIENT)
    items = [
        Item(one["item_id"], one["member_id"], one["category"], one["visibility"], instant(one["created_at"]))
        for one in facts.items
    ]
    register = Register(
        {name: _member(one) for name, one in facts.members.items()},
        {name: _objections(one) for name, one in facts.members.items()},
    )
    moment = Moment(instant(facts.now), replay=False)
    return lambda: [not decide(item, register, rules, moment).failed for item in items], len(items)


def instant(seconds: int) -> datetime:
    """Seconds since 1970 as an instant."""
    return datetime.fromtimestamp(seconds, UTC)


def _member(one: dict[str, Any]) -> Member:
    acts = [
        Act(act["setting"], act["value"] == "on", instant(act["at"]), seq)
        for seq, act in enumerate(one["acts"], start=1)
    ]
    return Member((Residence(one["country"]),), acts=tuple(acts))


def _objections(one: dict[str, Any]) -> tuple[Objection, ...]:
    return tuple(
        Objection(
            None,
            instant(row["received_at"]),
            row["status"],
            None if row["resolved_at"] is None else instant(row["resolved_at"]),
        )
        for row in one["objections"]
    )


def measure(facts: Facts) -> list[Speed]:
    """Let every engine decide the rows, the fastest of three times."""
    by_definition, rows = defined(facts)
    expected, seconds = _fastest(by_definition)
    speeds = [Speed("byleave, the definition in Python", rows / seconds, 0.0, 0)]
    for engine in (Rego, Cedar):
        for with_reasons in (False, True):
            start = time.perf_counter()
            ready = engine(facts, with_reasons=with_reasons)
            loading = time.perf_counter() - start
            answers, seconds = _fastest(ready.decide)
            different = sum(one.allowed != known for one, known in zip(answers, expected, strict=True))
            speeds.append(Speed(ready.name, rows / seconds, loading, different))
    return speeds


def _fastest(work: Callable[[], Any]) -> tuple[Any, float]:
    result, best = None, float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return result, best


def table(speeds: list[Speed], gate_rows_per_second: float | None = None) -> Table:
    """The speeds as a table; with the whole gate for comparison."""
    result = Table(["one process", "decisions a second", "differ from the definition", "loading, s"])
    if gate_rows_per_second is not None:
        result.add(["`byleave gate`, whole run, all cores", count(gate_rows_per_second), "0", "in it"])
    for one in speeds:
        result.add([one.name, count(one.decisions_per_second), count(one.different), f"{one.loading_seconds:.2f}"])
    return result


def versions() -> str:
    """Which releases are compared."""
    return ", ".join(f"{name} {metadata.version(name)}" for name in ("celine-regorus", "cedarpy"))


def main() -> None:
    """Print the speeds on a corpus that is there already."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=20_000)
    arguments = parser.parse_args()
    print(table(measure(sample(arguments.data, arguments.rows))))


if __name__ == "__main__":
    main()

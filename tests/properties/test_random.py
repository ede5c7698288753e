"""On random packs, registers and items the compiled expression answers as the definition does."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import pytest

from tests.properties.counterexample import as_code, shrink
from tests.properties.engines import Answer, by_definition, differences, on_duckdb
from tests.properties.generate import World, world
from tests.properties.volume import check_worlds

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP = bool(os.environ.get("BYLEAVE_DEEP"))
ROWS = int(os.environ.get("BYLEAVE_ROWS") or (10_000_000 if DEEP else 60_000))


def test_same_answer_as_the_definition(record_property: Callable[[str, object], None]) -> None:
    """DuckDB and the definition decide every row of random worlds alike; a deep run draws other worlds each time."""
    first = secrets.randbelow(10**9) if DEEP else 0
    results = list(check_worlds(first, ROWS, processes=2))

    rows, different = sum(result.rows for result in results), sum(result.differences for result in results)
    record_property("compared", ("DuckDB", rows, different))
    assert different == 0, "\n\n".join([f"first seed {first}", *(result.counterexample for result in results)])
    assert rows >= ROWS


def test_worlds_reach_every_reason() -> None:
    """Random worlds are worth comparing: every reason occurs, and a good part gets as far as the preference rule."""
    answers = [answer for seed in range(60) for answer in by_definition(world(seed, 100, 500)).values()]
    counts = {reason: sum(answer.reason == reason for answer in answers) for _, reason in set(answers)}

    assert len(counts) == 18
    assert counts["eligible"] + counts["opted-out"] > len(answers) / 4


def _blind(drawn: World) -> dict[int, Answer]:
    """An engine that overlooks every opt-out."""
    answers = by_definition(drawn)
    return {row: Answer("eligible", "eligible") if one.reason == "opted-out" else one for row, one in answers.items()}


def test_counterexample_is_small() -> None:
    """A difference is brought down to one item of one member, with nothing about them that does not matter."""
    drawn = next(one for one in (world(seed, 50, 200) for seed in range(99)) if differences(one, _blind))
    least = shrink(drawn, lambda smaller: bool(differences(smaller, _blind)))

    (item,) = least.items
    (member,) = least.register.members.values()
    assert (item.changed_at, item.subjects, item.named, item.withheld, item.ai_written) == (None,) * 5
    assert (least.register.objections, least.register.withheld) == ({}, {})
    assert len(member.residences) == 1
    assert len(member.acts) <= 2


@pytest.mark.parametrize("seed", range(3))
def test_counterexample_can_be_pasted(seed: int) -> None:
    """The code that a failure prints builds the same world and compares it again."""
    drawn = world(seed, 20, 50)
    names: dict[str, object] = {}
    exec(as_code(drawn), names)  # noqa: S102 - the text is ours

    assert names["world"] == drawn
    assert differences(drawn, on_duckdb) == {}

"""The whole expression, where the shape of the tables or of the pack is out of the ordinary."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ibis
import pytest

from byleave.compile.decision import decisions
from byleave.compile.tables import INSTANT, ITEM_OPTIONAL, ITEM_REQUIRED, UNREADABLE, unbound_items, unbound_register
from byleave.policy.facts import Item, Member, Moment, Register, Residence
from tests.policy.both import ARTICLE, both, item, member, shipped, t
from tests.properties.engines import by_definition, on_duckdb
from tests.properties.exhaustive import Variant, corpus
from tests.properties.generate import World, register

if TYPE_CHECKING:
    from byleave.policy.rules import Rules

ABSENT: dict[str, Any] = {**dict.fromkeys(ITEM_OPTIONAL), UNREADABLE: False}
"""What the definition is told where a column is missing."""
FIELDS = {UNREADABLE: "unreadable"}


@pytest.mark.parametrize("column", [*ABSENT, "withholdings", "all of them"])
@pytest.mark.parametrize("reaches", ["collection", "training"])
def test_missing_columns(column: str, reaches: str) -> None:
    """A column that the items lack counts as NULL in every row; a register without withholdings withholds nothing."""
    without = frozenset([*ABSENT, "withholdings"] if column == "all of them" else [column])
    full = corpus(Variant(reaches, "new-content", replay=False), 1).world
    gone: dict[str, Any] = {FIELDS.get(name, name): ABSENT[name] for name in without & ABSENT.keys()}
    items = [replace(one, **gone) for one in full.items]
    acts = {} if "withholdings" in without else _dated(full)
    less = replace(
        full, items=items, register=register(dict(full.register.members), dict(full.register.objections), acts, items)
    )

    assert on_duckdb(less, without) == by_definition(less)


def _dated(full: World) -> dict[str, Any]:
    """The withholdings that are acts, and not the flag of an item."""
    flagged = {one.item_id for one in full.items if one.withheld}
    return {name: dates for name, dates in full.register.withheld.items() if name not in flagged}


def test_the_missing_columns_are_tried_where_they_matter() -> None:
    """Each optional column decides something in the corpus that the test above takes it from."""
    full = corpus(Variant("training", "new-content", replay=False), 1).world
    decided = by_definition(full)
    for name, absent in ABSENT.items():
        gone: dict[str, Any] = {FIELDS.get(name, name): absent}
        items = [replace(one, **gone) for one in full.items]
        known = register(dict(full.register.members), dict(full.register.objections), _dated(full), items)
        assert by_definition(replace(full, items=items, register=known)) != decided, name


def _with_regimes(rules: Rules, count: int) -> Rules:
    """A pack with so many regimes of one invented country each, which let the recipient have posts."""
    regimes = tuple(
        replace(
            rules.regimes[number % 2],
            name=f"r{number}",
            countries=frozenset({f"c{number}"}),
            recipient_categories=frozenset({"post"}),
        )
        for number in range(count)
    )
    return replace(rules, regimes=regimes, by_country={code: one for one in regimes for code in one.countries})


def test_a_regime_for_every_country() -> None:
    """A pack may have as many regimes as there are countries."""
    people = {f"c{number}": member(f"c{number}") for number in range(249)}
    rules = replace(_with_regimes(shipped(ARTICLE), 249), reaches="training")
    posts, articles = ([item(owner=name, category=category) for name in people] for category in ("post", "article"))

    reasons = [reason.value for reason in both(rules, "2025-10-24", posts + articles, people)]
    assert reasons[:249] == (["not-in-force", "eligible"] * 125)[:249]
    assert set(reasons[249:]) == {"recipient-not-permitted"}


def test_no_regime_at_all() -> None:
    """A pack that says nothing about a purpose covers nobody: every region is unknown."""
    assert both(_with_regimes(shipped(ARTICLE), 0), "2025-12-01", item(), member("US")) == "unknown-region"


def test_empty_tables() -> None:
    """Without items nothing is decided; without a register nobody is known."""
    nobody = World(shipped(ARTICLE), Moment(t("2025-12-01"), replay=True), Register(), [])

    assert on_duckdb(nobody) == {}
    assert [answer.reason for answer in on_duckdb(replace(nobody, items=[item()])).values()] == ["unknown-member"]


def test_a_row_of_nothing_is_invalid() -> None:
    """A row in which every value is NULL is a gap, not an eligible item."""
    assert both(shipped(ARTICLE), "2025-12-01", Item(None, None, None, None, None), member("US")) == "invalid-item"


def test_ids_are_compared_as_they_are() -> None:
    """Ids that look alike are not the same: zeros, case, blanks, and characters composed in another way."""
    names = [
        "7",
        "007",
        "7 ",
        " 7",
        "7.0",
        "é",
        "e\u0301",
        "É",
        "\u0131",
        "i",
        "İ",
        "ß",
        "ss",
        "x'y",
        'x"y',
        "日本",
        "\u202e7",
    ]
    rows = [item(owner=name, item_id=name) for name in names]
    rules = shipped(ARTICLE)
    for number, name in enumerate(names):
        known = Register({name: Member((Residence("US"),))})
        found = on_duckdb(World(rules, Moment(t("2025-12-01"), replay=True), known, rows))
        assert [row for row, answer in found.items() if answer.reason == "eligible"] == [number]


def test_columns_pass_through() -> None:
    """All columns of the items come out again, with `verdict` and `reason` after them."""
    items = unbound_items({**ITEM_REQUIRED, "text": "string", "likes": "int64"})
    as_of = ibis.literal(t("2025-12-01")).cast(INSTANT)
    table = decisions(items, unbound_register(withholdings=False), shipped(ARTICLE), as_of, replay=True)

    assert list(table.columns) == [*ITEM_REQUIRED, "text", "likes", "verdict", "reason"]

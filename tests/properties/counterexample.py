"""From a world in which an engine differs to the smallest one that still does, as code to paste into a test."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from byleave.policy.facts import Item, Member
    from byleave.policy.rules import RegimeRules, Rules
    from tests.properties.generate import World

    Fails = Callable[[World], bool]

PASTE = """\
import datetime
from byleave.policy.facts import Act, Item, Member, Moment, NoticeDelivery, Objection, Register, Residence
from byleave.policy.rules import Notice, RegimeRules, Rules
from tests.properties.engines import differences, on_duckdb
from tests.properties.generate import World

regimes = {regimes}
world = World(
    Rules(
        {rules},
        regimes=regimes,
        by_country={{country: regime for regime in regimes for country in regime.countries}},
    ),
    {moment},
    {register},
    [{items}],
)
assert differences(world, on_duckdb) == {{}}
"""


def as_code(world: World) -> str:
    """Python that builds the world and compares; the packs' own texts are not needed for it."""
    plain = [field.name for field in fields(world.rules) if field.name not in ("regimes", "by_country")]
    return PASTE.format(
        regimes=world.rules.regimes,
        rules=",\n        ".join(f"{name}={getattr(world.rules, name)!r}" for name in plain),
        moment=world.moment,
        register=world.register,
        items=",\n     ".join(map(repr, world.items)),
    )


def shrink(world: World, fails: Fails) -> World:
    """The smallest world found that still fails, going from one to a smaller one as long as there is one."""
    while (smaller := next((one for one in _smaller(world) if fails(one)), None)) is not None:
        world = smaller
    return world


def _smaller(world: World) -> Iterator[World]:
    """Worlds with less in them, the boldest cuts first."""
    register = world.register
    for items in _cuts(world.items):
        yield replace(world, items=items)
    for table in ("members", "objections", "withheld"):
        rows: list[tuple[str, Any]] = list(getattr(register, table).items())
        for kept in _cuts(rows):
            yield replace(world, register=replace(register, **{table: dict(kept)}))
    for name, member in register.members.items():
        for less in _lesser(member):
            yield replace(world, register=replace(register, members={**register.members, name: less}))
    for number, item in enumerate(world.items):
        for plainer in _plainer(item):
            yield replace(world, items=[*world.items[:number], plainer, *world.items[number + 1 :]])
    for rules in _laxer(world.rules):
        yield replace(world, rules=rules)


def _cuts(rows: Sequence[Any]) -> Iterator[list[Any]]:
    """The rows without a half of them, without a quarter, … without one."""
    size = len(rows) // 2 if len(rows) > 1 else len(rows)
    while size:
        for start in range(0, len(rows), size):
            yield [*rows[:start], *rows[start + size :]]
        size //= 2


def _lesser(member: Member) -> Iterator[Member]:
    for field in ("residences", "birth_dates", "acts", "notices"):
        for kept in _cuts(getattr(member, field)):
            if kept or field != "residences":
                yield replace(member, **{field: tuple(kept)})


def _plainer(item: Item) -> Iterator[Item]:
    for field in ("changed_at", "public_since", "withheld", "subjects", "named", "ai_written"):
        missing: dict[str, Any] = {field: None}
        if getattr(item, field) is not None:
            yield replace(item, **missing)


def _laxer(rules: Rules) -> Iterator[Rules]:
    for number, regime in enumerate(rules.regimes):
        lax = (
            replace(regime, notice=None),
            replace(regime, recipient_notice=None),
            replace(regime, recipient_categories=None),
        )
        yield from (_with_regime(rules, number, one) for one in lax if one != regime)
    yield from (
        one for one in (replace(rules, minimum_years=None), replace(rules, leaves_ai_out=False)) if one != rules
    )


def _with_regime(rules: Rules, number: int, regime: RegimeRules) -> Rules:
    regimes = (*rules.regimes[:number], regime, *rules.regimes[number + 1 :])
    return replace(rules, regimes=regimes, by_country={code: one for one in regimes for code in one.countries})

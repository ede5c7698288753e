"""What each engine answers when an input is missing: every case is run, none is looked up.

python bench/missing.py
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from engines import SETTING, Answer, Cedar, Facts, Rego
from tables import Table

import byleave
from byleave.kernel.errors import ByleaveError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOW = 1764547200  # 2025-12-01T00:00:00Z
OFF = {"setting": SETTING, "value": "off", "at": 1761955200}  # 2025-11-01, before use began in Europe
OBJECTION = {"status": "open", "received_at": 1761955200}
Change = "Callable[[World], None]"


@dataclass
class World:
    """One item, its owner, and which tables there are."""

    item: dict[str, Any]
    owner: dict[str, Any]
    absent: set[str] = field(default_factory=set)
    """Tables of the register that are not there."""


def plain() -> World:
    """A public post of a German who never did anything."""
    item = {"item_id": "i1", "member_id": "m1", "category": "post", "visibility": "public", "created_at": 1762300800}
    return World(item, {"country": "DE", "acts": [], "objections": []})


def switched_off() -> World:
    """The same, with the setting switched off in time."""
    world = plain()
    world.owner["acts"].append(dict(OFF))
    return world


def objecting() -> World:
    """The same, with an objection that stands."""
    world = plain()
    world.owner["objections"].append(dict(OBJECTION))
    return world


@dataclass(frozen=True)
class Case:
    """What is taken away from which world."""

    title: str
    world: Callable[[], World]
    change: Callable[[World], object] = lambda _: None

    def made(self) -> World:
        """The world without it."""
        world = copy.deepcopy(self.world())
        self.change(world)
        return world


def _no_owner(world: World) -> None:
    world.owner.clear()
    world.absent.add("owner")


def _no_table(name: str, facts: str) -> Callable[[World], None]:
    def change(world: World) -> None:
        world.owner.pop(facts)
        world.absent.add(name)

    return change


CASES = [
    Case("nothing; the item may be used", plain),
    Case("nothing; the owner switched off in time", switched_off),
    Case("nothing; the owner objects", objecting),
    Case("the item's category", plain, lambda world: world.item.pop("category")),
    Case("the item's visibility", plain, lambda world: world.item.pop("visibility")),
    Case("the item's creation", plain, lambda world: world.item.pop("created_at")),
    Case("the item's owner", plain, lambda world: world.item.pop("member_id")),
    Case("the owner among the members", plain, _no_owner),
    Case("the owner's country", plain, lambda world: world.owner.pop("country")),
    Case("what was chosen (on or off)", switched_off, lambda world: world.owner["acts"][0].pop("value")),
    Case("when it was chosen", switched_off, lambda world: world.owner["acts"][0].pop("at")),
    Case("which setting was chosen", switched_off, lambda world: world.owner["acts"][0].pop("setting")),
    Case("the choices, all of them", switched_off, _no_table("preferences", "acts")),
    Case("the objection's status", objecting, lambda world: world.owner["objections"][0].pop("status")),
    Case("the objections, all of them", objecting, _no_table("objections", "objections")),
]


def _facts(world: World) -> Facts:
    return Facts([world.item], {} if "owner" in world.absent else {"m1": world.owner}, NOW)


def by_rival(engine: Callable[..., Rego | Cedar], **how: bool) -> Callable[[World], str]:
    """The answer of an engine, or that it refuses the facts."""

    def answer(world: World) -> str:
        try:
            found: Answer = engine(_facts(world), **how).decide()[0]
        except ValueError:
            return "refuses the facts"
        reasons = f": {', '.join(found.reasons)}" if found.reasons and not found.allowed else ""
        return ("allows" if found.allowed else "denies") + reasons

    return answer


def by_byleave(world: World) -> str:
    """The verdict and reason of a dry run, or the table that the run is refused for."""
    items = pa.table({name: [_value(name, world.item.get(name))] for name in plain().item}, schema=_ITEM)
    try:
        result = byleave.gate(
            items,
            register=_register(world),
            pack="linkedin@2025-10-24",
            purpose="generative-ai",
            recipient="linkedin",
            as_of=datetime.fromtimestamp(NOW, UTC),
        )
    except ByleaveError as error:
        return f"refuses the run: {error.message.replace('`', '')}"
    counted = result.counts[0]
    return "eligible" if counted.reason == "eligible" else f"leaves out: {counted.reason}"


_AT = pa.timestamp("us", tz="UTC")
_ITEM = pa.schema(
    [
        ("item_id", "string"),
        ("member_id", "string"),
        ("category", "string"),
        ("visibility", "string"),
        ("created_at", _AT),
    ]
)
_TABLES = {
    "members": pa.schema([("member_id", "string"), ("country", "string")]),
    "preferences": pa.schema([("member_id", "string"), ("setting", "string"), ("value", "string"), ("at", _AT)]),
    "objections": pa.schema(
        [
            ("subject_id", "string"),
            ("purpose", "string"),
            ("received_at", _AT),
            ("status", "string"),
            ("resolved_at", _AT),
        ]
    ),
}


def _register(world: World) -> dict[str, pa.Table]:
    rows: dict[str, list[Mapping[str, Any]]] = {
        "members": [] if "owner" in world.absent else [{"member_id": "m1", **world.owner}],
        "preferences": [{"member_id": "m1", **act} for act in world.owner.get("acts", [])],
        "objections": [{"subject_id": "m1", **one} for one in world.owner.get("objections", [])],
    }
    return {
        name: pa.table({one: [_value(one, row.get(one)) for row in rows[name]] for one in schema.names}, schema=schema)
        for name, schema in _TABLES.items()
        if name not in world.absent
    }


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - any value of a cell
    is_instant = value is not None and (name == "at" or name.endswith("_at"))
    return datetime.fromtimestamp(value, UTC) if is_instant else value


def matrix() -> Table:
    """Every case by every engine."""
    engines = {
        "Rego, deny by default": by_rival(Rego, with_reasons=False),
        "Rego, allow by default": by_rival(Rego, with_reasons=True),
        "Cedar, deny by default": by_rival(Cedar, with_reasons=False),
        "Cedar, allow by default": by_rival(Cedar, with_reasons=True),
        "Cedar, the same with a schema": by_rival(Cedar, with_reasons=True, schema=True),
        "byleave": by_byleave,
    }
    result = Table(["missing", *engines], left=True)
    for case in CASES:
        result.add([case.title, *(answer(case.made()) for answer in engines.values())])
    return result


def leaks(table: Table) -> dict[str, int]:
    """Engine → in how many cases it lets the item in although something is missing."""
    missing = [row for row in table.rows if not row[0].startswith("nothing")]
    return {
        name: sum(row[column] in {"allows", "eligible"} for row in missing)
        for column, name in enumerate(table.headings[1:], start=1)
    }


def main() -> None:
    """Print the matrix."""
    table = matrix()
    print(table)
    print()
    print(leaks(table))


if __name__ == "__main__":
    main()

"""Changes of a world of which the definition promises something: refusals added, facts become unknown, rows moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.policy.facts import Act, Member, Objection, Register, Residence
from byleave.policy.semantics import decide
from tests.properties.generate import COUNTRIES, EDGES, STRANGERS, Chance, World, register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from byleave.kernel.decision import Reason
    from byleave.policy.facts import Item, Moment
    from byleave.policy.rules import Rules

    Change = Callable[[World, Chance], World]

LAST_SEQ = 1_000
"""Greater than any `seq` that a random world has."""


class Helped(NamedTuple):
    """An item that a change made eligible, with all that decides it."""

    failed: tuple[Reason, ...]
    item: Item
    rules: Rules
    moment: Moment
    was: Member | None
    now: Member | None


def helped(before: World, after: World) -> list[Helped]:
    """The items that are eligible after a change and were not before."""
    found = []
    for old, new in zip(before.items, after.items, strict=True):
        failed = decide(old, before.register, before.rules, before.moment).failed
        if failed and not decide(new, after.register, after.rules, after.moment).failed:
            owners = (side.register.members.get(new.member_id or "") for side in (before, after))
            found.append(Helped(failed, new, before.rules, before.moment, *owners))
    return found


def numbered(world: World) -> bool:
    """Whether the world's acts carry `seq`."""
    return any(act.seq is not None for member in world.register.members.values() for act in member.acts)


def for_members(world: World, change: Callable[[Member], Member]) -> World:
    """The world with every member changed."""
    members = {name: change(member) for name, member in world.register.members.items()}
    return replace(world, register=replace(world.register, members=members))


def with_act(member: Member, act: Act) -> Member:
    """The member with one act more."""
    return replace(member, acts=(*member.acts, act))


def one_more_off(world: World, chance: Chance) -> World:
    """Some members have switched off once more: at any time, recorded at any time or not, at any place of the order."""
    with_seq = numbered(world)

    def change(member: Member) -> Member:
        free = [seq for seq in range(LAST_SEQ) if seq not in {act.seq for act in member.acts}]
        recorded = chance.choice([None, *EDGES])
        actor = chance.choice(["member", "import", "platform", "desk"])
        act = Act("train", on=False, at=chance.choice(EDGES), recorded_at=recorded, actor=actor)
        numbered_act = replace(act, seq=chance.choice(free[:120])) if with_seq else act
        return with_act(member, numbered_act) if chance.maybe(0.5) else member

    return for_members(world, change)


def one_more_objection(world: World, chance: Chance) -> World:
    """Some people, with an account or without, have objected."""
    people = [*world.register.members, *STRANGERS]
    more = {
        name: (
            *world.register.objections.get(name, ()),
            Objection(chance.choice([None, "generative-ai", "anything"]), chance.choice(EDGES)),
        )
        for name in people
        if chance.maybe(0.3)
    }
    return replace(world, register=replace(world.register, objections={**world.register.objections, **more}))


def more_withheld(world: World, chance: Chance) -> World:
    """Owners have withheld some items: by the flag, or by an act at any time."""
    items = [replace(item, withheld=True) if chance.maybe(0.1) else item for item in world.items]
    ids = [item.item_id for item in items if item.item_id is not None and chance.maybe(0.2)]
    old = world.register
    acts = {name: (*old.withheld.get(name, ()), chance.choice(EDGES)) for name in ids}
    known = register(dict(old.members), dict(old.objections), {**old.withheld, **acts}, items)
    return replace(world, register=known, items=items)


def last_off(member: Member, at: datetime, *, with_seq: bool) -> Member:
    """The member has switched off after all else."""
    return with_act(member, Act("train", on=False, at=at, seq=LAST_SEQ if with_seq else None))


def add_home(member: Member, chance: Chance, recorded_at: datetime) -> Member:
    """The member has one residence more, recorded then."""
    home = Residence(chance.choice(COUNTRIES), chance.choice([None, *EDGES]), recorded_at)
    return replace(member, residences=(*member.residences, home))


def _in_items(field: str, values: Iterable[Any]) -> Change:
    options = list(values)

    def change(world: World, chance: Chance) -> World:
        return replace(world, items=[replace(item, **{field: chance.choice(options)}) for item in world.items])

    return change


def _in_objections(field: str, values: Iterable[Any]) -> Change:
    options = list(values)

    def change(world: World, chance: Chance) -> World:
        objections = {
            name: tuple(replace(one, **{field: chance.choice(options)}) for one in several)
            for name, several in world.register.objections.items()
        }
        return replace(world, register=replace(world.register, objections=objections))

    return change


def _unknown_country(world: World, chance: Chance) -> World:
    def change(member: Member) -> Member:
        homes = tuple(replace(home, country=None) if chance.maybe(0.5) else home for home in member.residences)
        return replace(member, residences=homes)

    return for_members(world, change)


def _unknown_age(world: World, _: Chance) -> World:
    return for_members(world, lambda member: replace(member, birth_dates=()))


def _unknown_actor(world: World, chance: Chance) -> World:
    def change(act: Act) -> Act:
        return replace(act, actor="?") if chance.maybe(0.5) else act

    return for_members(world, lambda member: replace(member, acts=tuple(change(act) for act in member.acts)))


def _unknown_version(world: World, _: Chance) -> World:
    def change(member: Member) -> Member:
        return replace(member, notices=tuple(replace(notice, version=None) for notice in member.notices))

    return for_members(world, change)


def _unknown_delivery(world: World, chance: Chance) -> World:
    def change(member: Member) -> Member:
        return replace(member, notices=tuple(notice for notice in member.notices if chance.maybe(0.5)))

    return for_members(world, change)


def _unknown_member(world: World, chance: Chance) -> World:
    kept = {name: member for name, member in world.register.members.items() if chance.maybe(0.5)}
    return replace(world, register=replace(world.register, members=kept))


UNKNOWN: dict[str, Change] = {
    "item_id": _in_items("item_id", [None]),
    "member_id": _in_items("member_id", [None]),
    "category": _in_items("category", [None, "draft"]),
    "visibility": _in_items("visibility", [None, "friends"]),
    "created_at": _in_items("created_at", [None]),
    "ai_written": _in_items("ai_written", [None]),
    "a value of the item": _in_items("unreadable", [True]),
    "member": _unknown_member,
    "country": _unknown_country,
    "birth date": _unknown_age,
    "actor": _unknown_actor,
    "notice": _unknown_delivery,
    "version of a notice": _unknown_version,
    "purpose of an objection": _in_objections("purpose", [None, "?"]),
    "status of an objection": _in_objections("status", [None, "?"]),
    "end of an objection": _in_objections("resolved_at", [None]),
}
"""What can be unknown, and how it becomes so."""


def shuffled(world: World, chance: Chance) -> World:
    """The register's rows in another order."""

    def mixed(rows: Iterable[Any]) -> tuple[Any, ...]:
        found = list(rows)
        chance.rng.shuffle(found)
        return tuple(found)

    def change(member: Member) -> Member:
        acts, notices = mixed(member.acts), mixed(member.notices)
        return Member(mixed(member.residences), mixed(member.birth_dates), acts, notices)

    old = for_members(world, change).register
    objections = {name: mixed(several) for name, several in mixed(old.objections.items())}
    withheld = {name: mixed(dates) for name, dates in mixed(old.withheld.items())}
    return replace(world, register=Register(dict(mixed(old.members.items())), objections, withheld))


def doubled(world: World) -> World:
    """Each row of the register twice."""

    def change(member: Member) -> Member:
        births = member.birth_dates * 2
        return Member(member.residences * 2, births, member.acts * 2, member.notices * 2)

    old = for_members(world, change).register
    objections = {name: several * 2 for name, several in old.objections.items()}
    withheld = {name: dates * 2 for name, dates in old.withheld.items()}
    return replace(world, register=Register(old.members, objections, withheld))

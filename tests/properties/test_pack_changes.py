"""A pack change turns no recorded refusal into leave: what an act covered and reached when it was recorded, it does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from byleave.kernel.decision import Reason
from byleave.kernel.instants import FIRST
from byleave.ledger.covering import Terms, chosen, farthest
from byleave.policy.semantics import acts_that_count, decide
from byleave.policy.used import used_until
from tests.properties.changes import for_members, numbered
from tests.properties.engines import by_definition
from tests.properties.generate import BOTH, Chance, World, random_rules, world

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.policy.facts import Act, Item, Member
    from byleave.policy.rules import Rules

seeds = st.integers(0, 2**32 - 1)
NAMES = ("train", "train-old", "ads")


def _governs(chance: Chance) -> frozenset[str]:
    """The settings that govern the purpose in some pack: any of those that there are."""
    return frozenset(name for name in NAMES if chance.maybe(0.6))


def _recorded_under(before: World, rules: Rules) -> World:
    """The world with every act as an entry tells it that was recorded while a pack was in force."""

    def recorded(act: Act) -> Act:
        covers = frozenset({rules.purpose}) if act.setting in rules.settings else BOTH - {rules.purpose}
        return replace(
            act, covers=covers, reaches=None if act.on else rules.reaches, frees=rules.frees if act.on else None
        )

    def change(member: Member) -> Member:
        return replace(member, acts=tuple(recorded(act) for act in member.acts))

    return replace(for_members(before, change), rules=rules)


def _is_out(told: World, item: Item) -> bool:
    return Reason.OPTED_OUT in decide(item, told.register, told.rules, told.moment).failed


def _refused_by_off(told: World) -> list[Item]:
    """The items that the preference rule leaves out, and would not if nobody had switched off."""
    never = for_members(told, lambda one: replace(one, acts=tuple(act for act in one.acts if act.on)))
    return [item for item in told.items if _is_out(told, item) and not _is_out(never, item)]


@given(seed=seeds)
def test_what_an_off_refused_is_refused_under_the_next_pack(seed: int) -> None:
    """Whatever the next pack's settings govern, reach and free; its regimes are the same (M9, M10)."""
    drawn, chance = world(seed, 15, 60), Chance(seed)
    assume(numbered(drawn))
    first = _recorded_under(drawn, replace(drawn.rules, settings=_governs(chance)))
    frees = chance.choice(["everything", "new-content"])
    reaches = chance.choice(["collection", "training", "models"])
    then = replace(first, rules=replace(first.rules, settings=_governs(chance), reaches=reaches, frees=frees))

    assert [item for item in _refused_by_off(first) if not _is_out(then, item)] == []


def _used_before(told: World) -> World:
    """The world with what each *off* says of what had been collected before it, as a service records it."""
    rules = told.rules

    def change(member: Member) -> Member:
        acts: list[Act] = []
        for act in sorted(member.acts, key=lambda one: one.seq or 0):
            counts = min(act.at, act.recorded_at or act.at, told.moment.as_of)
            until = used_until(_known_by(member, acts, counts), rules, counts)
            unused = [] if act.on or until >= counts else [(rules.purpose, rules.recipient, until)]
            acts.append(replace(act, unused_since=frozenset(unused)))
        return replace(member, acts=tuple(acts))

    return for_members(told, change)


def _known_by(member: Member, acts: list[Act], now: datetime) -> Member:
    """What was recorded of a member when an act was."""
    homes = tuple(one for one in member.residences if (one.recorded_at or FIRST) <= now)
    notices = tuple(one for one in member.notices if (one.recorded_at or FIRST) <= now)
    return replace(member, acts=tuple(acts), residences=homes, notices=notices)


def _switched_off(told: World) -> set[str]:
    """Whose last act that counts is an *off*."""
    off = set()
    for name, member in told.register.members.items():
        happened = [act for act in acts_that_count(member.acts, told.rules, told.moment) if act.at <= told.moment.as_of]
        off |= {name} if happened and not happened[-1].on else set()
    return off


@given(seed=seeds)
def test_what_was_never_collected_is_refused_under_any_pack(seed: int) -> None:
    """Whatever the next pack says, and from whenever: an *off* before any use leaves nothing to be used (M9)."""
    drawn, chance = world(seed, 15, 60), Chance(seed)
    assume(numbered(drawn))
    frees = chance.choice(["everything", "new-content"])
    reaching = replace(drawn.rules, reaches="collection", frees=frees, settings=frozenset(NAMES))
    present = replace(drawn, moment=replace(drawn.moment, replay=False))
    first = _used_before(_recorded_under(present, reaching))
    later = random_rules(chance)
    begins = tuple(replace(one, permitted=True, default_on=True, effective=FIRST) for one in later.regimes)
    countries = {country: one for one in begins for country in one.countries}
    later = replace(later, regimes=begins, by_country=countries, reaches="collection")
    then = replace(first, rules=replace(later, purpose=reaching.purpose, recipient=reaching.recipient))
    off = _switched_off(first)

    assert [one for one in _refused_by_off(first) if one.member_id in off and not _is_out(then, one)] == []


@given(seed=seeds)
def test_who_was_off_for_training_stays_off_under_any_pack(seed: int) -> None:
    """Whatever else the next pack says: other regimes, defaults, notices, reach, and what switching on frees."""
    drawn, chance = world(seed, 15, 60), Chance(seed)
    assume(numbered(drawn) and drawn.rules.reaches != "collection")
    first = _recorded_under(drawn, replace(drawn.rules, settings=_governs(chance)))
    then = replace(first, rules=replace(random_rules(chance), settings=_governs(chance)))
    off = _switched_off(first)
    owned = [item for item in then.items if item.member_id in off and item.created_at is not None]

    assert [item for item in owned if not _is_out(then, item)] == []


@given(seed=seeds)
def test_an_on_for_one_purpose_is_no_leave_for_another(seed: int) -> None:
    """An *on* that did not cover the purpose changes no decision about it, whatever governs it in the next pack."""
    drawn, chance = world(seed, 15, 60), Chance(seed)
    assume(numbered(drawn))
    told = replace(drawn, rules=replace(drawn.rules, settings=frozenset(NAMES)))
    elsewhere = BOTH - {told.rules.purpose}
    number = iter(range(1_000, 100_000))

    def switched_on(member: Member) -> Member:
        acts = [replace(act, on=True, covers=elsewhere, seq=next(number)) for act in member.acts if chance.maybe(0.7)]
        return replace(member, acts=(*member.acts, *acts))

    assert by_definition(for_members(told, switched_on)) == by_definition(told)


def test_an_entry_says_what_the_act_covered() -> None:
    """An *off* says how far it reaches, an *on* what it frees; without a pack nothing is claimed."""
    under = Terms(("generative-ai",), "training", "new-content")

    assert chosen("s", "off", under) == {
        "setting": "s", "value": "off", "covers": ["generative-ai"], "reaches": "training",
    }  # fmt: skip
    assert chosen("s", "on", under) == {
        "setting": "s", "value": "on", "covers": ["generative-ai"], "frees": "new-content",
    }  # fmt: skip
    assert chosen("s", "off", Terms((), None)) == {"setting": "s", "value": "off", "covers": []}
    assert chosen("s", "off", None) == {"setting": "s", "value": "off"}
    assert farthest(["collection", None, "models", "training"]) == "models"

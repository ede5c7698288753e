"""What the definition promises of itself, whatever the pack: refusals only refuse, unknowns never help."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from byleave.kernel.decision import Reason
from byleave.kernel.instants import FIRST
from byleave.policy.facts import Act, Register
from byleave.policy.semantics import decide
from tests.properties.changes import (
    LAST_SEQ,
    UNKNOWN,
    add_home,
    doubled,
    for_members,
    helped,
    last_off,
    more_withheld,
    numbered,
    one_more_objection,
    one_more_off,
    shuffled,
    with_act,
)
from tests.properties.engines import by_definition, on_duckdb
from tests.properties.generate import EDGES, MICRO, Chance, World, world

if TYPE_CHECKING:
    from byleave.policy.facts import Member
    from tests.properties.changes import Change

MEMBERS, ITEMS = 15, 60
seeds = st.integers(0, 2**32 - 1)


def drawn(seed: int) -> tuple[World, Chance]:
    """A small random world, and a generator to change it with."""
    return world(seed, MEMBERS, ITEMS), Chance(seed)


@pytest.mark.parametrize("refuse", [one_more_off, one_more_objection, more_withheld])
@given(seed=seeds)
def test_a_refusal_never_helps(refuse: Change, seed: int) -> None:
    """Adding an *off*, an objection or a withholding, with any date, never makes an item eligible (M9, M11, M12)."""
    before, chance = drawn(seed)

    assert helped(before, refuse(before, chance)) == []


@given(seed=seeds)
def test_last_off_excludes_under_training(seed: int) -> None:
    """Under reach training and models nothing of a member who switched off last, by now, is eligible."""
    before, chance = drawn(seed)
    assume(before.rules.reaches != "collection")
    as_of, with_seq = before.moment.as_of, numbered(before)
    dates = [at for at in EDGES if at <= as_of] if with_seq else [as_of]
    after = for_members(before, lambda member: last_off(member, chance.choice(dates), with_seq=with_seq))

    assert "eligible" not in {answer.reason for answer in by_definition(after).values()}


@given(seed=seeds)
def test_off_before_the_start_excludes(seed: int) -> None:
    """Who switched off last of all, and before use began, has nothing that is eligible, whatever the pack (M7)."""
    before, chance = drawn(seed)
    assume(numbered(before))
    start = min(regime.effective for regime in before.rules.regimes)
    after = for_members(before, lambda member: last_off(member, chance.choice([FIRST, start]), with_seq=True))

    assert "eligible" not in {answer.reason for answer in by_definition(after).values()}


@given(seed=seeds)
def test_off_at_the_present_holds_whatever_its_date(seed: int) -> None:
    """At the present an *off* that comes last stops reach training, though it is dated in the future."""
    before, chance = drawn(seed)
    assume(numbered(before))
    assume(before.rules.reaches != "collection")
    present = replace(before, moment=replace(before.moment, replay=False))
    after = for_members(present, lambda member: last_off(member, chance.choice(EDGES), with_seq=True))

    assert "eligible" not in {answer.reason for answer in by_definition(after).values()}


@given(seed=seeds)
def test_nobody_else_can_switch_on(seed: int) -> None:
    """An *on* that is not the person's own act changes no decision at all."""
    before, chance = drawn(seed)
    seq = LAST_SEQ if numbered(before) else None

    def change(member: Member) -> Member:
        return with_act(member, Act("train", on=True, at=chance.choice(EDGES), seq=seq, actor="platform"))

    assert by_definition(for_members(before, change)) == by_definition(before)


@given(seed=seeds)
def test_a_move_after_an_off_never_helps(seed: int) -> None:
    """What an *off* keeps out stays out, whatever residence is recorded later, wherever and since whenever."""
    before, chance = drawn(seed)
    assume(numbered(before))
    at = chance.choice(EDGES)
    refused = for_members(before, lambda member: last_off(member, at, with_seq=True))
    later = chance.choice([edge for edge in EDGES if edge >= at])
    moved = for_members(refused, lambda member: add_home(member, chance, later))

    assert [told for told in helped(refused, moved) if Reason.OPTED_OUT in told.failed] == []


@given(seed=seeds)
def test_a_residence_recorded_later_frees_nothing(seed: int) -> None:
    """A residence that is recorded after the as-of makes nothing collectable at it or before."""
    before, chance = drawn(seed)
    later = before.moment.as_of + MICRO
    after = for_members(before, lambda member: add_home(member, chance, later))

    assert [told for told in helped(before, after) if Reason.OPTED_OUT in told.failed] == []


@settings(max_examples=4 * settings().max_examples)
@given(fact=st.sampled_from(sorted(UNKNOWN)), seed=seeds)
def test_unknown_never_helps(fact: str, seed: int) -> None:
    """No item becomes eligible because a fact is unknown, save an age or an author that the pack lets in as unknown."""
    before, chance = drawn(seed)
    rules = replace(before.rules, unknown_age_in=False, unknown_ai_in=not before.rules.leaves_ai_out)
    before = replace(before, rules=rules)

    assert helped(before, UNKNOWN[fact](before, chance)) == []


@given(seed=seeds)
def test_order_and_repetition_do_not_matter(seed: int) -> None:
    """The register is a set of rows: their order, and a row that stands there twice, change nothing."""
    before, chance = drawn(seed)

    assert by_definition(doubled(shuffled(before, chance))) == by_definition(before)


@pytest.mark.parametrize("seed", range(6))
def test_order_and_repetition_do_not_matter_to_duckdb(seed: int) -> None:
    """The same of the compiled expression."""
    before = world(seed, 100, 300)

    assert on_duckdb(doubled(shuffled(before, Chance(seed)))) == by_definition(before)


@given(seed=seeds)
def test_nobody_depends_on_others(seed: int) -> None:
    """An item's decision rests on its owner, on the objections of the people it names, and on its own withholding."""
    before, _ = drawn(seed)
    old = before.register
    for item in before.items:
        people = {item.member_id, *(item.subjects or ()), *(item.named or ())}
        alone = Register(
            {name: member for name, member in old.members.items() if name == item.member_id},
            {name: several for name, several in old.objections.items() if name in people},
            {name: dates for name, dates in old.withheld.items() if name == item.item_id},
        )
        decision = decide(item, alone, before.rules, before.moment)
        assert decision == decide(item, old, before.rules, before.moment)


@given(seed=seeds)
def test_failed_tests_are_listed_in_order(seed: int) -> None:
    """A decision lists every failing test once, in the order of the definition, and its reason is the first."""
    before, _ = drawn(seed)
    for item in before.items:
        decision = decide(item, before.register, before.rules, before.moment)
        orders = [reason.order for reason in decision.failed]
        assert orders == sorted(set(orders))
        assert decision.reason is next(iter(decision.failed), Reason.ELIGIBLE)

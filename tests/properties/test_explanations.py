"""Explanations of random items under random packs: they say what the definition decides, and nothing else."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from functools import cache, reduce
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from byleave.gate.explanation import explain
from byleave.gate.explanation_case import Case
from byleave.gate.explanation_timeline import Timeline
from byleave.kernel.decision import Reason, Verdict
from byleave.kernel.instants import format_instant
from byleave.policy.facts import Act, Item, Objection, Register
from byleave.policy.model import Pack
from byleave.policy.rules import rules_for
from byleave.policy.semantics import acts_that_count, decide, stands
from byleave.text.catalogue import LANGUAGES
from byleave.text.layout import render
from tests.properties.generate import world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from byleave.policy.facts import Moment
    from byleave.policy.rules import Notice, Rules
    from byleave.text.explanation import Explanation
    from tests.properties.generate import World

    Facts = tuple[Item, Register]
    Change = Callable[[Item, Register, Moment], Facts]

SEEDS = range(300 if os.environ.get("BYLEAVE_DEEP") else 30)
MEMBERS, ITEMS = 25, 40


def pack_of(rules: Rules) -> Pack:
    """A pack whose rules are these, with two other readings."""

    def notice(one: Notice | None) -> dict[str, Any] | None:
        return {"id": one.id, "days": one.wait.days, "version": one.version, "source": "text"} if one else None

    regimes = {}
    for regime in rules.regimes:
        recipient = {
            "effective": format_instant(regime.recipient_effective),
            "notice": notice(regime.recipient_notice),
            "categories": sorted(regime.recipient_categories) if regime.recipient_categories is not None else None,
            "source": {"source": "text", "certainty": "?"},
        }
        regimes[regime.name] = {
            "title": regime.name, "purposes": [rules.purpose], "regions": sorted(regime.countries),
            "basis": "not-stated", "default": "on" if regime.default_on else "off",
            "effective": format_instant(regime.effective), "notice": notice(regime.notice),
            "recipients": {rules.recipient: recipient} if regime.permitted else {}, "source": "text",
        }  # fmt: skip
    categories = {
        name: {
            "title": name, "use": use, "source": "text",
            "visibility": {shown: use for (category, shown), use in rules.visibility_use.items() if category == name},
        }
        for name, use in rules.category_use.items()
    }  # fmt: skip
    unknown = {True: "in", False: "out"}
    reading = {"claimant": "somebody", "summary": {"en": "It is so."}, "source": "text"}
    return Pack.model_validate({
        "pack": "random", "version": "1", "title": "Random", "platform": "Random", "summary": "Random.",
        "sources": {"text": {"title": "Text", "publisher": "Nobody", "date": "2025-01-01", "certainty": "B"}},
        "purposes": [rules.purpose], "products": {},
        "recipients": {rules.recipient: {"title": "R", "kind": "platform", "source": "text"}},
        "settings": {
            "train": {"title": {"en": "Train"}, "governs": [rules.purpose], "aliases": ["train-old"], "source": "text"},
            "ads": {"title": {"en": "Ads"}, "governs": [], "source": "text"},
        },
        "categories": categories,
        "visibility": {"public": "in", "connections": "out", "group": "out", "private": "out", "source": "text"},
        "age": rules.minimum_years and {
            "minimum_years": rules.minimum_years, "unknown": unknown[rules.unknown_age_in], "source": "text"
        },
        "ai_written": {
            "use": unknown[not rules.leaves_ai_out], "unknown": unknown[rules.unknown_ai_in], "source": "text"
        },
        "opt_out": {"reaches": rules.reaches, "source": "text"},
        "opt_in": {"frees": rules.frees, "source": "text"},
        "readings": [
            {**reading, "kind": "company", "reaches": "collection"},
            {**reading, "kind": "regulator", "reaches": "training", "frees": "new-content"},
            {**reading, "kind": "article"},
        ],
        "regimes": regimes,
    })  # fmt: skip


@cache
def told(seed: int) -> tuple[World, Pack, list[tuple[Item, Explanation]]]:
    """A random world, its pack, and an explanation for each of its items."""
    one = world(seed, MEMBERS, ITEMS)
    pack = pack_of(one.rules)
    asked = (pack, one.rules.purpose, one.rules.recipient, one.moment)
    return one, pack, [(item, explain(item, one.register, *asked, file="a.csv", row=1)) for item in one.items]


@pytest.fixture(params=SEEDS)
def case(request: pytest.FixtureRequest) -> tuple[World, Pack, list[tuple[Item, Explanation]]]:
    """One seed's world and explanations."""
    return told(request.param)


Told = tuple["World", Pack, list[tuple[Item, "Explanation"]]]


def test_pack_stands_for_the_rules(case: Told) -> None:
    """The pack that the tests make of random rules means the same: nothing below is tried on other rules."""
    one, pack, _ = case
    made = rules_for(pack, one.rules.purpose, one.rules.recipient)
    permitted = [regime.permitted for regime in made.regimes]

    assert permitted == [regime.permitted for regime in one.rules.regimes]
    for item in one.items:
        assert decide(item, one.register, made, one.moment) == decide(item, one.register, one.rules, one.moment)


def test_says_what_the_definition_decides(case: Told) -> None:
    """Verdict, reason and every later failing test are those of the definition, in its order."""
    one, _, explanations = case
    for item, explanation in explanations:
        decision = decide(item, one.register, one.rules, one.moment)
        findings = [explanation.decided_by, *explanation.also_failed]

        assert (explanation.verdict, explanation.reason) == (decision.verdict, decision.reason)
        assert tuple(finding.reason for finding in findings) == (decision.failed or (Reason.ELIGIBLE,))


def test_timeline_agrees_with_the_definition(case: Told) -> None:
    """The causes that are told exist exactly where the definition's preference rule says no."""
    one, pack, _ = case
    for item in one.items:
        owner = one.register.members.get(item.member_id or "")
        if owner is None or item.since is None:
            continue
        line = Timeline(Case(item, one.register, pack, one.rules, one.moment), owner)
        refused = Reason.OPTED_OUT in decide(item, one.register, one.rules, one.moment).failed

        assert bool(line.offs() or line.blocked()) == refused


def test_every_word_is_filled_in(case: Told) -> None:
    """Both languages lay out every explanation with no placeholder left, within the width, and the JSON is plain."""
    _, _, explanations = case
    for _, explanation in explanations:
        for language in LANGUAGES:
            page = render(explanation, language, width=80)
            assert not [line for line in page if "{" in line or "}" in line or len(line) > 80]
        value = explanation.as_json()
        assert json.loads(json.dumps(value)) == value


def test_rules_are_in_the_pack(case: Told) -> None:
    """Every rule that an explanation names is a path in the pack, and a rule with a source stands at that path."""
    _, pack, explanations = case
    document = pack.model_dump(mode="json")
    for _, explanation in explanations:
        for finding in (explanation.decided_by, *explanation.also_failed):
            if finding.rule is not None:
                reduce(lambda part, key: part[key], finding.rule.split("."), document)


def test_refusals_are_always_told(case: Told) -> None:
    """A standing objection, a withholding or a switch that is off is told whatever else came first."""
    one, _, explanations = case
    for item, explanation in explanations:
        kinds = {refusal.reason for refusal in explanation.refusals}
        assert set(_refusals(item, one)) <= kinds
        assert kinds <= {*_refusals(item, one), Reason.OPTED_OUT}


def _refusals(item: Item, one: World) -> Iterator[Reason]:
    register, rules, moment = one.register, one.rules, one.moment
    if any(stands(made, rules, moment) for made in register.objections.get(item.member_id or "", ())):
        yield Reason.OBJECTION
    subjects = [name for name in (*(item.subjects or ()), *(item.named or ())) if name != item.member_id]
    if any(stands(made, rules, moment) for name in subjects for made in register.objections.get(name, ())):
        yield Reason.SUBJECT_OBJECTION
    if Reason.WITHHELD in decide(item, register, rules, moment).failed:
        yield Reason.WITHHELD
    owner = register.members.get(item.member_id or "")
    acts = acts_that_count(owner.acts, rules, moment) if owner else []
    happened = [act for act in acts if act.at <= moment.as_of]
    if happened and not happened[-1].on:
        yield Reason.OPTED_OUT


def test_other_readings_are_those_of_the_definition(case: Told) -> None:
    """Each reading that changes the rule is told with the definition's answer under it; the others are not told."""
    one, _, explanations = case
    for item, explanation in explanations:
        readings = explanation.other_readings
        assert [(reading.reaches, reading.frees) for reading in readings] == [
            ("collection", one.rules.frees),
            ("training", "new-content"),
        ]
        for reading in readings:
            rules = replace(one.rules, reaches=reading.reaches, frees=reading.frees)
            assert decide(item, one.register, rules, one.moment).reason == reading.reason


def _switch(item: Item, register: Register, moment: Moment, *, on: bool) -> Facts:
    owner = register.members.get(item.member_id or "")
    if owner is None:
        return item, register
    top = max((act.seq for act in owner.acts if act.seq is not None), default=None)
    act = Act("train", on, moment.as_of, None if top is None else top + 1)
    members = {**register.members, item.member_id or "": replace(owner, acts=(*owner.acts, act))}
    return item, replace(register, members=members)


def _withdraw(item: Item, register: Register, moment: Moment) -> Facts:
    name = item.member_id or ""
    ended = [
        replace(made, status="withdrawn", resolved_at=moment.as_of) if made.status not in ("withdrawn", "rejected")
        or made.resolved_at is None or not made.received_at < made.resolved_at <= moment.as_of else made
        for made in register.objections.get(name, ())
    ]  # fmt: skip
    return item, replace(register, objections={**register.objections, name: tuple(ended)})


def _object(item: Item, register: Register, moment: Moment) -> Facts:
    name = item.member_id or ""
    made = (*register.objections.get(name, ()), Objection(None, moment.as_of))
    return item, replace(register, objections={**register.objections, name: made})


def _release(item: Item, register: Register, _moment: Moment) -> Facts:
    rest = {name: dates for name, dates in register.withheld.items() if name != item.item_id}
    return replace(item, withheld=None), replace(register, withheld=rest)


def _publish(item: Item, register: Register, moment: Moment) -> Facts:
    if item.visibility == "public":
        return item, register
    return replace(item, visibility="public", public_since=moment.as_of), register


LET_IN: dict[str, Change] = {
    "switch-on": lambda *facts: _switch(*facts, on=True),
    "withdraw-objection": _withdraw,
    "stop-withholding": _release,
    "make-public": _publish,
}
TAKE_OUT: dict[str, Change] = {
    "switch-off": lambda *facts: _switch(*facts, on=False),
    "object": _object,
    "withhold": lambda item, register, _: (replace(item, withheld=True), register),
    "connections-only": lambda item, register, _: (replace(item, visibility="connections"), register),
}


def _reason(item: Item, one: World, changes: tuple[str, ...]) -> Reason:
    register = one.register
    for change in changes:
        item, register = {**LET_IN, **TAKE_OUT}[change](item, register, one.moment)
    return decide(item, register, one.rules, one.moment).reason


def test_smallest_sets_let_in(case: Told) -> None:
    """For an item left out: each set that is told makes it eligible, no smaller one does, and none is missing."""
    one, _, explanations = case
    for item, explanation in explanations:
        if explanation.verdict is Verdict.ELIGIBLE:
            continue
        sizes = ([*combinations(LET_IN, size)] for size in range(1, len(LET_IN) + 1))
        working = ([names for names in sets if _reason(item, one, names) is Reason.ELIGIBLE] for sets in sizes)
        smallest = next((sets for sets in working if sets), [])

        assert [outcome.changes for outcome in explanation.would_flip.sets] == smallest
        assert not explanation.would_flip.without_effect


def test_acts_that_take_out(case: Told) -> None:
    """For an eligible item: each act is told with the definition's answer after it, on the side where it belongs."""
    one, _, explanations = case
    for item, explanation in explanations:
        if explanation.verdict is not Verdict.ELIGIBLE:
            continue
        flip = explanation.would_flip
        for outcome in (*flip.sets, *flip.without_effect):
            assert outcome.reason == _reason(item, one, outcome.changes)
            assert (outcome.reason is Reason.ELIGIBLE) == (outcome in flip.without_effect)
        tried = {name for outcome in (*flip.sets, *flip.without_effect) for name in outcome.changes}
        possible = set(TAKE_OUT) if item.visibility == "public" else set(TAKE_OUT) - {"connections-only"}
        taking_out = {name for name in possible if _reason(item, one, (name,)) is not Reason.ELIGIBLE}
        assert {"object", "withhold"} <= taking_out <= tried <= possible


def test_named_acts_are_real(case: Told) -> None:
    """An act that a finding or a refusal names was recorded: the same owner, date, number and direction."""
    one, _, explanations = case
    for item, explanation in explanations:
        owner = one.register.members.get(item.member_id or "")
        findings = (explanation.decided_by, *explanation.also_failed)
        facts = [fact for finding in findings for fact in finding.facts]
        for fact in (*facts, *(refusal.statement for refusal in explanation.refusals)):
            if fact.code.startswith("switched-"):
                on = fact.code.startswith("switched-on")
                named = (on, fact.values["at"], fact.values.get("seq"))
                assert owner is not None
                assert named in [(act.on, act.at, act.seq) for act in owner.acts if act.setting != "ads" or act.covers]

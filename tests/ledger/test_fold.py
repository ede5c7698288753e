"""Folding a ledger: order, watermarks, and that no entry but the person's own turns a refusal back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from byleave.kernel.decision import REFUSALS, Reason
from byleave.kernel.errors import InputError
from byleave.ledger.entries import Entry, Kind
from byleave.ledger.fold import State, fold
from byleave.policy.facts import MEMBER, Item, Moment, Register
from byleave.policy.loader import parse_pack, shipped_text
from byleave.policy.rules import Rules, rules_for
from byleave.policy.semantics import acts_that_count, decide
from tests.ledger.histories import ITEMS, PEOPLE, SETTING, START, STRANGER, History

SEEDS = range(150)
STEPS = 40
PACKS = {
    name: rules_for(parse_pack(shipped_text(name), name), "generative-ai", recipient)
    for name, recipient in (("linkedin@2025-10-24", "linkedin"), ("linkedin@2025-11-03", "linkedin"))
}
CREATED = START - timedelta(days=400)


def _items() -> list[Item]:
    """One old and one new post of everybody, and one that names the stranger."""
    old = [Item(f"old-{name}", name, "post", "public", CREATED, subjects=(STRANGER,)) for name in PEOPLE[:2]]
    return old + [Item(item, name, "post", "public", CREATED) for item in ITEMS for name in PEOPLE]


def _refused(item: Item, register: Register, rules: Rules, moment: Moment) -> bool:
    """Whether a recorded refusal stands against the item: by its owner, for the item itself, or by a subject."""
    failed = set(decide(item, register, rules, moment).failed)
    if failed & (REFUSALS - {Reason.OPTED_OUT}):
        return True
    member = register.members.get(item.member_id or "")
    acts = acts_that_count(member.acts, rules, moment) if member else []
    happened = [act for act in acts if act.at <= moment.as_of]
    return Reason.OPTED_OUT in failed and bool(happened) and not happened[-1].on


def _ends_refusals(entry: Entry) -> bool:
    """Whether an entry may end a refusal: the person's own *on*, withdrawal or release, or a recorded rejection."""
    own = entry.actor == MEMBER and (
        entry.kind in (Kind.OBJECTION_WITHDRAWN, Kind.ITEM_RELEASED)
        or (entry.kind is Kind.PREFERENCE_SET and entry.data["value"] == "on")
    )
    imported = entry.kind is Kind.PREFERENCE_SET and entry.actor == "import" and entry.data["value"] == "on"
    return own or imported or entry.kind is Kind.OBJECTION_REJECTED


@pytest.mark.parametrize("name", PACKS)
def test_nothing_but_the_person_turns_a_refusal_into_leave(name: str) -> None:
    """No registration, move, merge, closing, notice or platform's act makes a refused item eligible (M10, M11)."""
    rules = PACKS[name]
    refused_before = 0
    for seed in SEEDS:
        history = History(seed)
        for _ in range(STEPS):
            before = history.state.register()
            # the same moment for both, so that nothing but the entry makes a difference
            moment = Moment(history.now() + timedelta(hours=1), replay=False)
            refused = [item for item in _items() if _refused(item, before, rules, moment)]
            entry = history.step()
            if entry is None or _ends_refusals(entry):
                continue
            refused_before += len(refused)
            after = history.state.register()
            freed = [item.item_id for item in refused if not decide(item, after, rules, moment).failed]

            assert freed == [], f"seed {seed}, entry {entry}"
    assert refused_before > 1000


def test_a_refusal_that_arrives_is_obeyed_at_once() -> None:
    """After a member's own off, objection or withholding, the item is out, whatever was recorded before (M9, M11)."""
    rules = PACKS["linkedin@2025-11-03"]
    for seed in SEEDS:
        history = History(seed)
        for _ in range(STEPS):
            history.step()
        for kind, data in (
            (Kind.PREFERENCE_SET, {"setting": SETTING, "value": "off"}),
            (Kind.OBJECTION_RECEIVED, {"objection": "late", "purpose": None}),
            (Kind.ITEM_WITHHELD, {"item": ITEMS[0]}),
        ):
            history.add(kind, PEOPLE[0], MEMBER, dict(data))
        register, moment = history.state.register(), Moment(history.now(), replay=False)
        failed = decide(Item(ITEMS[0], PEOPLE[0], "post", "public", CREATED), register, rules, moment).failed

        assert {Reason.OPTED_OUT, Reason.OBJECTION, Reason.WITHHELD} <= set(failed)


def test_folding_in_pieces_is_folding_at_once() -> None:
    """A reader that goes on from a watermark reaches the state of one that reads everything."""
    for seed in SEEDS:
        history = History(seed)
        for _ in range(STEPS):
            history.step()
        middle = len(history.entries) // 2
        pieces = State()
        pieces.apply(history.entries[:middle])
        pieces.apply(history.entries[middle:])

        assert pieces.register() == fold(history.entries).register()
        assert pieces.watermark == len(history.entries)


def test_a_watermark_sees_nothing_later() -> None:
    """The state at W is that of the entries up to W, whatever follows."""
    history = History(7)
    for _ in range(STEPS):
        history.step()
    for watermark in range(len(history.entries) + 1):
        assert fold(history.entries, watermark).register() == fold(history.entries[:watermark]).register()


def test_a_gap_a_double_and_a_step_back_in_time_are_refused() -> None:
    """A reader never goes on over a missing entry, one that stands twice, or a recording that runs backwards."""
    history = History(3)
    first, second, third = history.entries

    for broken in ([first, third], [first, first], [first, replace(second, recorded_at=first.recorded_at)], [second]):
        with pytest.raises(InputError):
            fold(broken)


TAKEN_BACK = {"objection": "o-1", "grounds": "as they wrote", "withdrawn_on": "2026-02-03"}
READDRESSED = {"objection": "o-1", "by": "petra", "came": "letter", "grounds": "signed as before"}


@pytest.mark.parametrize(
    ("kind", "actor", "data", "words"),
    [
        (Kind.OBJECTION_WITHDRAWN, "platform", {"objection": "o-1"}, "only the person may do that"),
        (Kind.OBJECTION_WITHDRAWN, "import", {"objection": "o-1"}, "only the person may do that"),
        (Kind.ITEM_RELEASED, "platform", {"item": "item-1"}, "only the person may do that"),
        (Kind.OBJECTION_REJECTED, "platform", {"objection": "o-1"}, "lacks `grounds`"),
        (Kind.OBJECTION_REJECTED, "platform", {"objection": "o-1", "grounds": ""}, "`grounds` is blank"),
        (Kind.OBJECTION_REJECTED, "platform", TAKEN_BACK, "lacks `by`"),
        (Kind.OBJECTION_REJECTED, "member", {**TAKEN_BACK, "by": "petra"}, "expected `platform`"),
        (Kind.OBJECTION_REJECTED, "platform", {**TAKEN_BACK, "by": "petra", "withdrawn_on": "3 May"}, "expected a day"),
        (Kind.OBJECTION_READDRESSED, "member", READDRESSED, "expected `platform`"),
        (Kind.OBJECTION_READDRESSED, "platform", {**READDRESSED, "came": "pigeon"}, "expected one of letter"),
        (Kind.OBJECTION_READDRESSED, "platform", {**READDRESSED, "grounds": ""}, "`grounds` is blank"),
        (Kind.PREFERENCE_SET, "member", {"setting": "s", "value": "maybe"}, "expected `on` or `off`, got `maybe`"),
        (Kind.PREFERENCE_SET, "robot", {"setting": "s", "value": "on"}, "got `robot`"),
        (Kind.MEMBER_CLOSED, "member", {"why": "x"}, "has no field `why`"),
    ],
)
def test_an_entry_that_may_not_be_is_refused(kind: Kind, actor: str, data: dict[str, str], words: str) -> None:
    """Only the person ends a refusal, a rejection has grounds, and every field is there."""
    entry = Entry(1, START, kind, "ana", actor, START, data)

    with pytest.raises(InputError) as error:
        fold([entry])
    assert words in error.value.message


def test_an_objection_never_takes_the_place_of_another() -> None:
    """A second objection under a used id is refused, so that a narrower one cannot hide one that stands."""
    history = History(1)
    first = history.add(Kind.OBJECTION_RECEIVED, STRANGER, MEMBER, {"objection": "o-1", "purpose": None})
    second = history.add(Kind.OBJECTION_RECEIVED, STRANGER, MEMBER, {"objection": "o-1", "purpose": "other-ai"})

    assert first is not None
    assert second is None
    assert history.state.register().objections[STRANGER][0].purpose is None


def test_a_closed_account_that_comes_back_is_still_off() -> None:
    """Who switched off, closed the account and opened it again is still out (M9)."""
    history = History(1)
    history.add(Kind.PREFERENCE_SET, "ana", MEMBER, {"setting": SETTING, "value": "off"})
    history.add(Kind.MEMBER_CLOSED, "ana", MEMBER, {})
    history.add(Kind.MEMBER_REOPENED, "ana", MEMBER, {})
    item = Item("i", "ana", "post", "public", CREATED)
    decision = decide(item, history.state.register(), PACKS["linkedin@2025-11-03"], Moment(history.now(), replay=False))

    assert decision.reason is Reason.OPTED_OUT

"""What another record adds to a ledger: everything that refuses, and nothing that ends a refusal."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from byleave.kernel.errors import InputError, RefusedError
from byleave.ledger.covering import chosen, terms_of, unused_by
from byleave.ledger.entries import Entry, Kind
from byleave.ledger.fold import State, fold
from byleave.ledger.importing import (
    NOTHING_KNOWN,
    Aside,
    Given,
    GivenAct,
    GivenHome,
    GivenNotice,
    GivenObjection,
    GivenWithholding,
    Known,
    Place,
    plan_person,
)
from byleave.ledger.suppression import Refusal
from byleave.policy.facts import IMPORT, MEMBER, Moment
from byleave.policy.loader import parse_pack, shipped_text
from byleave.policy.rules import rules_for
from byleave.policy.semantics import acts_that_count, stands
from tests.ledger.histories import ITEMS, PEOPLE, SETTING, START, STRANGER, History

if TYPE_CHECKING:
    from datetime import date, datetime

    from byleave.ledger.admission import Proposal

RULES = rules_for(parse_pack(shipped_text("linkedin@2025-11-03"), "pack"), "generative-ai", "linkedin")
HERE = Place("members.csv", 1)
LATER = START + timedelta(days=400)


def home(country: str | None = "DE", since: int | None = None, born: date | None = None) -> GivenHome:
    """A row of members, `since` in days after the start."""
    return GivenHome(HERE, country, born, None if since is None else START + timedelta(days=since))


def act(value: str, days: int = 0, actor: str | None = MEMBER, seq: int | None = None) -> GivenAct:
    """A row of preferences."""
    return GivenAct(HERE, SETTING, value == "on", START + timedelta(days=days), seq, None, actor)


def told(acts: list[Proposal]) -> list[tuple[str, ...]]:
    """Kind, actor and what was chosen."""
    return [
        (one.kind.value, one.actor, *[str(one.data.get(name)) for name in ("value",) if name in one.data])
        for one in acts
    ]


def applied(history: History, acts: list[Proposal]) -> list[Entry]:
    """Record a plan; the ledger must take every act of it."""
    made = []
    for one in acts:
        entry = history.add(one.kind, one.subject, one.actor, dict(one.data), one.at)
        assert entry is not None, one
        made.append(entry)
    return made


def test_a_new_person_comes_with_all_that_they_refused() -> None:
    """M9: registered, with the earliest unknown, moved, off and on by their own act, told, and withholding."""
    given = Given(
        "eve",
        [home("FR", 10), home("US", 5)],
        [act("on", 3), act("off", 2)],
        [GivenObjection(HERE, None, START, "upheld", None)],
        [GivenNotice(HERE, "ai-training", "2", START)],
        [GivenWithholding(HERE, "item-1", None)],
    )
    plan = plan_person(given, NOTHING_KNOWN, LATER)

    assert told(plan.acts) == [
        ("item-withheld", IMPORT),
        ("objection-received", IMPORT),
        ("objection-upheld", IMPORT),
        ("member-registered", IMPORT),
        ("member-moved", IMPORT),
        ("member-moved", IMPORT),
        ("preference-set", IMPORT, "off"),
        ("preference-set", IMPORT, "on"),
        ("notice-delivered", IMPORT),
    ]
    assert [one.data["country"] for one in plan.acts if "country" in one.data] == [None, "US", "FR"]


@pytest.mark.parametrize(
    ("given", "aside"),
    [
        (act("on", 3, None), Aside.ON_OF_NOBODY),
        (act("on", 3, "platform"), Aside.ON_OF_NOBODY),
        (act("on", 3, IMPORT), Aside.ON_OF_NOBODY),
        (GivenObjection(HERE, None, START, "withdrawn", START + timedelta(1)), Aside.ENDED),
        (GivenObjection(HERE, None, START, "rejected", START + timedelta(1)), Aside.ENDED),
    ],
)
def test_what_would_loosen_is_left_aside(given: GivenAct | GivenObjection, aside: Aside) -> None:
    """An `on` that nobody says the person did, and an objection that another record has ended, are not recorded."""
    one = Given("eve", [home()])
    if isinstance(given, GivenAct):
        one.acts.append(given)
    else:
        one.objections.append(given)
    plan = plan_person(one, NOTHING_KNOWN, LATER)

    assert told(plan.acts) == [("member-registered", IMPORT)]
    assert plan.aside == {aside: 1}


def test_an_objection_that_ends_later_stands() -> None:
    """Without an end that has come, after the receipt, an objection stands, whatever its status says."""
    for ends in (None, START - timedelta(1), LATER + timedelta(1)):
        given = Given("eve", objections=[GivenObjection(HERE, None, START, "withdrawn", ends)])
        assert told(plan_person(given, NOTHING_KNOWN, LATER).acts) == [("objection-received", IMPORT)]


def test_what_cannot_be_recorded_names_its_row() -> None:
    """A preference of nobody, a birth date that would be lost, and text that no database keeps are refused."""
    known = Known(
        [Entry(1, START, Kind.MEMBER_REGISTERED, "eve", "platform", START, {"country": "DE", "birth_date": None})], ()
    )
    with pytest.raises(RefusedError, match=r"`members.csv`, row 1: a preference of `eve`, who is neither"):
        plan_person(Given("eve", acts=[act("off")]), NOTHING_KNOWN, LATER)
    with pytest.raises(RefusedError, match=r"row 1: `eve` is registered without a birth date"):
        plan_person(Given("eve", [home(born=START.date())]), known, LATER)
    with pytest.raises(InputError, match="row 1: `subject` is too long"):
        plan_person(Given("e" * 2000, [home()]), NOTHING_KNOWN, LATER)


def test_who_was_erased_and_had_refused_is_off_until_they_act_themselves() -> None:
    """Neither the import that brings somebody back nor a later one takes an `on` from before they came back."""
    kept = [Refusal(SETTING, None, START - timedelta(days=9), 4)]
    first = plan_person(Given("eve", [home()], [act("on", 3)]), Known((), kept), LATER)
    assert (told(first.acts), first.aside) == ([("member-registered", IMPORT)], {Aside.ON_OF_ERASED: 1})

    back = Entry(9, LATER, Kind.MEMBER_REGISTERED, "eve", IMPORT, LATER, {"country": "DE", "birth_date": None})
    for days, recorded in ((3, []), (401, [("preference-set", IMPORT, "on")])):
        again = plan_person(Given("eve", acts=[act("on", days)]), Known([back], kept), LATER)
        assert told(again.acts) == recorded


def random_given(chance: random.Random, name: str) -> Given:
    """Rows of one person, as another record may have them: wrong dates, other actors, ended objections."""
    given, place, numbers = Given(name), HERE, count(1)

    def day() -> int:
        return chance.randint(-10, 10)

    if chance.random() < 0.8:
        given.homes += [
            home(chance.choice(["DE", "US", None]), chance.choice([None, day()])) for _ in range(chance.randint(1, 2))
        ]
    for _ in range(chance.randint(0, 4)):
        given.acts.append(
            act(chance.choice(["on", "off"]), day(), chance.choice([MEMBER, MEMBER, None, "x"]), next(numbers))
        )
    for _ in range(chance.randint(0, 2)):
        received = START + timedelta(days=day())
        status = chance.choice(["open", "upheld", "rejected", "withdrawn"])
        given.objections.append(GivenObjection(place, None, received, status, received + timedelta(days=day())))
    given.withholdings += [GivenWithholding(place, chance.choice(ITEMS), None) for _ in range(chance.randint(0, 1))]
    return given


def known_of(history: History, name: str) -> Known:
    """Everything that the ledger has about somebody, under every id."""
    people, pairs = (
        {name},
        [(one.subject, one.data["into"]) for one in history.entries if one.kind is Kind.MEMBERS_MERGED],
    )
    for _ in PEOPLE:
        people |= {one for pair in pairs for one in pair if people & set(pair)}
    return Known([one for one in history.entries if one.subject in people], ())


def refused(state: State, now: Moment) -> set[tuple[str, str]]:
    """Who refuses what: the setting, by objection, or an item."""
    register, found = state.register(), set[tuple[str, str]]()
    for name, member in register.members.items():
        acts = [one for one in acts_that_count(member.acts, RULES, now) if one.at <= now.as_of]
        if acts and not acts[-1].on:
            found.add((name, "setting"))
    for name, several in register.objections.items():
        if any(stands(one, RULES, now) for one in several):
            found.add((name, "objection"))
    return found | {(item, "item") for item in register.withheld}


@pytest.mark.parametrize("seed", range(300))
def test_no_import_ends_a_refusal(seed: int) -> None:
    """M9 M11: over random ledgers and random input, what was refused is refused after an import of anything.

    The one exception is a setting of which a row says that the person themselves switched it on, after every *off*.
    Imported again, nothing is recorded.
    """
    chance, history = random.Random(seed), History(seed)
    for _ in range(chance.randint(0, 25)):
        history.step()
    now = Moment(START + timedelta(days=200), replay=False)
    before = refused(history.state, now)
    given = [random_given(chance, name) for name in (*PEOPLE, STRANGER)]
    offs = {
        (one.subject, one.at)
        for one in history.entries
        if one.kind is Kind.PREFERENCE_SET and one.data["value"] == "off"
    }
    for one in given:
        try:
            applied(history, plan_person(one, known_of(history, one.name), history.now()).acts)
        except RefusedError:
            continue
        assert applied(history, plan_person(one, known_of(history, one.name), history.now()).acts) == []
    allowed = {(name, "setting") for name in PEOPLE if _switched_on_later(history, name, given, offs)}

    assert before - refused(fold(history.entries), now) <= allowed


def _switched_on_later(history: History, name: str, given: list[Given], offs: set[tuple[str, datetime]]) -> bool:
    """Whether a row of somebody, under any id of theirs, is their own *on* after every *off* that was recorded."""
    ids = {one.subject for one in known_of(history, name).history} | {name}
    switched = [row.at for one in given if one.name in ids for row in one.acts if row.on and row.actor == MEMBER]
    return any(all(at < on for who, at in offs if who in ids) for on in switched)


@pytest.mark.parametrize("registered", [False, True])
def test_an_imported_off_keeps_for_whom_nothing_had_been_collected(*, registered: bool) -> None:
    """M9: as a member's own act does; a later pack that claims an earlier beginning reaches back before neither."""
    pack = parse_pack(shipped_text("linkedin@2025-10-24"), "pack")
    given = Given("eve", [home("DE")], [act("off", 200)])
    history = History(1)
    if registered:
        applied(history, plan_person(Given("eve", [home("DE")]), NOTHING_KNOWN, START).acts)
    plan = plan_person(given, Known(history.entries, ()), START + timedelta(days=201), terms_of(pack))
    (off,) = (one for one in plan.acts if one.kind is Kind.PREFERENCE_SET)

    assert "generative-ai microsoft 1900-01-01T00:00:00Z" in off.data["unused_since"]
    assert not any("linkedin" in one for one in off.data["unused_since"])
    under = terms_of(pack)(SETTING)
    member = fold([*history.entries, *applied(history, plan.acts)]).register().members["eve"]
    before = replace(member, acts=(), residences=tuple(replace(one, recorded_at=None) for one in member.residences))
    assert off.data == chosen(SETTING, "off", under, unused_by(under, before, START + timedelta(days=200)))

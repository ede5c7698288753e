"""What each part of the compiled expression makes of a register, by example."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from byleave.compile.acts import acts_that_count, matured_notices, residences, standing_objections
from byleave.compile.regimes import countries, notices_of
from byleave.compile.timeline import Folded, good_intervals, timeline
from byleave.kernel.instants import FIRST
from byleave.policy.facts import Member, Moment, NoticeDelivery, Objection, Register
from byleave.policy.rules import Notice
from tests.compile.run import REGISTER, at, fetch
from tests.policy.both import ARTICLE, OURS, home, member, objection, off, on, shipped, t
from tests.properties.generate import World

ALWAYS = FIRST.date().isoformat()
FOR_EVER = "2200-01-01"
RULES = shipped(ARTICLE)


def of(*members: Member, **objections: Objection) -> World:
    """A world without items; members are called `m0`, `m1` and so on."""
    people = {f"m{number}": one for number, one in enumerate(members)}
    objecting = {name: (one,) for name, one in objections.items()}
    return World(RULES, Moment(t("2025-12-01"), replay=True), Register(people, objecting), [])


def test_acts_are_ranked_by_seq() -> None:
    """Acts keep the order of `seq`; each counts from its own instant."""
    acts = acts_that_count(REGISTER.preferences, RULES, at("2025-12-01"), replay=True)
    world = of(member("DE", acts=[on("2025-11-20", seq=1), off("2025-11-10", seq=2)]))

    assert fetch(acts, world) == [("m0", "2025-11-10", 1, False), ("m0", "2025-11-20", 0, True)]


def test_acts_without_seq_are_ranked_by_the_clock() -> None:
    """Without `seq` the clock ranks, and an *off* comes after an *on* of the same instant."""
    acts = acts_that_count(REGISTER.preferences, RULES, at("2025-12-01"), replay=True)
    world = of(member("DE", acts=[off("2025-11-10"), on("2025-11-10"), on("2025-11-09")]))

    assert [(rank, is_on) for _, _, rank, is_on in fetch(acts, world)] == [(0, True), (1, True), (2, False)]


def test_an_off_is_brought_to_the_present() -> None:
    """At the present an *off* dated later counts from the as-of; in a replay, from its date."""
    world = of(member("DE", acts=[off("2026-05-01", seq=1)]))
    present, past = (
        acts_that_count(REGISTER.preferences, RULES, at("2025-12-01"), replay=replay) for replay in (False, True)
    )

    assert fetch(present, world) == [("m0", "2025-12-01", 0, False)]
    assert fetch(past, world) == [("m0", "2026-05-01", 0, False)]


def test_acts_of_others_are_dropped() -> None:
    """An *on* by the platform, an imported one that an *off* beats, and other settings are not there at all."""
    acts = [
        off("2025-11-10", seq=1),
        on("2025-11-20", seq=2, actor="platform"),
        on("2025-11-10", seq=3, actor="import"),
        replace(off("2025-11-11", seq=4), setting="advertising"),
    ]
    counted = acts_that_count(REGISTER.preferences, RULES, at("2025-12-01"), replay=True)

    assert fetch(counted, of(member("DE", acts=acts))) == [("m0", "2025-11-10", 0, False)]


def test_residences_fold_to_one_row_for_each_start() -> None:
    """Two countries with one `since` leave NULL; the same one twice is recorded when it was first."""
    twice = (home("US", "2025-06-01", recorded="2025-09-01"), home("US", "2025-06-01", recorded="2025-07-01"))
    world = of(member("DE", home("US", "2025-06-01"), home("FR", "2025-06-01")), member(*twice))

    assert fetch(residences(REGISTER.members), world) == [
        ("m0", ALWAYS, ALWAYS, "DE"),
        ("m0", "2025-06-01", ALWAYS, None),
        ("m1", "2025-06-01", "2025-07-01", "US"),
    ]


def test_notices_mature_once() -> None:
    """The first delivery to mature counts, of the right version, and not before it was recorded."""
    given = (
        NoticeDelivery("terms", t("2025-10-01"), "1"),
        NoticeDelivery("terms", t("2025-10-02"), "2", recorded_at=t("2025-12-01")),
        NoticeDelivery("terms", t("2025-10-20"), "2"),
        NoticeDelivery("other", t("2025-01-01"), "2"),
    )
    world = of(member("DE", notices=given))
    any_version, second = Notice("terms", timedelta(days=30)), Notice("terms", timedelta(days=30), "2")

    assert fetch(matured_notices(REGISTER.notices, any_version), world) == [("m0", "2025-10-31")]
    assert fetch(matured_notices(REGISTER.notices, second), world) == [("m0", "2025-11-19")]


def test_objections_that_stand() -> None:
    """Everyone with a standing objection, once each, members or not."""
    world = of(
        member("DE"),
        m0=objection("2025-11-01"),
        erika=objection("2025-11-01", purpose="research"),
        karl=objection("2025-11-01", status="withdrawn", resolved="2025-11-02"),
        paul=objection("2025-12-02"),
    )
    past, present = (
        standing_objections(REGISTER.objections, RULES, at("2025-12-01"), replay=replay) for replay in (True, False)
    )

    assert fetch(past, world) == [("erika",), ("m0",)]
    assert fetch(present, world) == [("erika",), ("m0",), ("paul",)]


def test_countries_carry_their_regime() -> None:
    """Each country stands once, with its regime; a recipient that is not permitted begins at the end of time."""
    rows = {row[0]: row[1:] for row in fetch(countries(shipped(ARTICLE, recipient="microsoft")), of())}

    assert len(rows) == 249
    assert rows["RE"] == (0, True, "2025-11-03", FOR_EVER, -1, -1)
    assert rows["US"] == (1, True, "2024-09-18", ALWAYS, -1, -1)


def test_notices_are_listed_once() -> None:
    """A notice that two regimes ask for is computed once."""
    ours = shipped(OURS, recipient="affiliate")
    regime = ours.regimes[0]

    assert [notice.id for notice in notices_of(ours)] == ["ai-training", "ai-training-affiliate"]
    assert notices_of(replace(ours, regimes=(regime, replace(regime, name="again")))) == notices_of(ours)


def test_timeline_turns_where_something_changes() -> None:
    """A life is cut at its moves, its acts and the starts of the regimes; each piece says what holds in it."""
    world = of(member("DE", home("US", "2025-12-01"), acts=[off("2025-11-10", seq=1), on("2025-11-20", seq=2)]))
    acts = acts_that_count(REGISTER.preferences, RULES, at("2026-01-01"), replay=True)
    table = timeline(Folded(REGISTER.members.select("member_id").distinct(), acts, REGISTER), RULES, at("2026-01-01"))
    told = fetch(table.select("start", "end", "country", "in_force", "is_on"), world)

    assert told == [
        (ALWAYS, "2024-09-18", "DE", False, True),
        ("2024-09-18", "2025-11-03", "DE", False, True),
        ("2025-11-03", "2025-11-10", "DE", True, True),
        ("2025-11-10", "2025-11-20", "DE", True, False),
        ("2025-11-20", "2025-12-01", "DE", True, True),
        ("2025-12-01", FOR_EVER, "US", True, True),
    ]
    assert fetch(good_intervals(table, at("2026-01-01")).select("start", "end"), world) == [
        (ALWAYS, "2024-09-18"),
        ("2024-09-18", "2025-11-03"),
        ("2025-11-03", "2025-11-10"),
        ("2025-11-20", "2025-12-01"),
        ("2025-12-01", FOR_EVER),
    ]

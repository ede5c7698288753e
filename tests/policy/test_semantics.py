"""The definition by example, with answers written by hand; each example is decided by DuckDB as well."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from byleave.kernel.decision import Reason
from byleave.policy.facts import Item, Moment, NoticeDelivery, Register
from byleave.policy.semantics import decide
from tests.policy.both import ARTICLE, OURS, adult, both, home, item, member, objection, off, on, present, shipped, t

if TYPE_CHECKING:
    from byleave.policy.facts import Act, Objection
    from byleave.policy.rules import Rules

ELIGIBLE, OUT = Reason.ELIGIBLE, Reason.OPTED_OUT
START = "2025-11-03T00:00:00Z"
"""When use begins in Germany."""
CELLS = [
    (reaches, frees) for reaches in ("collection", "training", "models") for frees in ("everything", "new-content")
]
# what a German member did, when the item came to be, and in which cells it is eligible on 1 December 2025:
# CA and CN: reach collection, freeing all and only new content; TA and TN: the same for training and models
PREFERENCES: dict[str, tuple[list[Act], str, str]] = {
    "never acted": ([], "2025-01-10", "CA CN TA TN"),
    "never acted, written today": ([], "2025-12-01", "CA CN TA TN"),
    "switched on": ([on("2025-10-01")], "2025-01-10", "CA CN TA TN"),
    "off before the start": ([off("2025-10-20")], "2025-01-10", ""),
    "off at the start": ([off(START)], "2025-01-10", ""),
    "off a microsecond after the start": ([off("2025-11-03T00:00:00.000001Z")], "2025-01-10", "CA CN"),
    "off after the start": ([off("2025-11-20")], "2025-01-10", "CA CN"),
    "off after the start, written later": ([off("2025-11-20")], "2025-11-21", ""),
    "off now": ([off("2025-12-01")], "2025-01-10", "CA CN"),
    "off and on before the start": ([off("2025-10-20"), on("2025-11-01")], "2025-01-10", "CA TA"),
    "off and on before it was written": ([off("2025-10-20"), on("2025-11-01")], "2025-11-02", "CA CN TA TN"),
    "off before the start, on after it": ([off("2025-10-20"), on("2025-11-20")], "2025-01-10", "CA TA"),
    "off and on after the start": ([off("2025-11-20"), on("2025-11-25")], "2025-01-10", "CA CN TA"),
    "off and on after the start, written between": ([off("2025-11-20"), on("2025-11-25")], "2025-11-22", "CA TA"),
    "off and on, then off again": (
        [off("2025-10-20"), on("2025-11-20"), off("2025-11-25")],
        "2025-01-10",
        "CA",
    ),
    "on again tomorrow": ([off("2025-10-20"), on("2025-12-02")], "2025-01-10", ""),
}


def pack(reaches: str, frees: str) -> Rules:
    """The article's rules with another cell of the preference table."""
    return replace(shipped(ARTICLE), reaches=reaches, frees=frees)


@pytest.mark.parametrize(("reaches", "frees"), CELLS)
def test_preference_table(reaches: str, frees: str) -> None:
    """Each cell of the preference table says what design section 2 says, story by story (M7, M10)."""
    rows = [item(created, owner=story) for story, (_, created, _) in PREFERENCES.items()]
    people = {story: member("DE", acts=_numbered(acts)) for story, (acts, _, _) in PREFERENCES.items()}
    cell = f"{'C' if reaches == 'collection' else 'T'}{'A' if frees == 'everything' else 'N'}"
    expected = {story: ELIGIBLE if cell in cells.split() else OUT for story, (_, _, cells) in PREFERENCES.items()}

    assert dict(zip(PREFERENCES, both(pack(reaches, frees), "2025-12-01", rows, people), strict=True)) == expected


def _numbered(acts: list[Act]) -> list[Act]:
    return [replace(act, seq=seq) for seq, act in enumerate(acts, start=1)]


def test_off_dated_later_holds_at_the_present() -> None:
    """An *off* in the register holds whatever its date; in a replay, what is dated later has not happened."""
    person = member("DE", acts=[off("2026-01-01")])
    rules = pack("training", "everything")

    assert both(rules, present("2025-12-01"), item(), person) is OUT
    assert both(rules, "2025-12-01", item(), person) is ELIGIBLE


def test_acts_follow_their_order_not_the_clock() -> None:
    """The act with the greater `seq` is the later one, whatever the clocks said."""
    rules = pack("training", "everything")
    off_last = [on("2025-11-20", seq=1), off("2025-11-10", seq=2)]
    on_last = [off("2025-11-20", seq=1), on("2025-11-10", seq=2)]

    assert both(rules, "2025-12-01", item(), member("DE", acts=off_last)) is OUT
    assert both(rules, "2025-12-01", item(), member("DE", acts=on_last)) is ELIGIBLE


def test_without_seq_the_clock_orders_and_off_wins_a_tie() -> None:
    """A folder without `seq` is ordered by `at`; of two acts at one instant the *off* is the later."""
    rules = pack("training", "everything")
    tie = member("DE", acts=[off("2025-11-10"), on("2025-11-10")])
    later = member("DE", acts=[on("2025-11-11"), off("2025-11-10")])

    assert both(rules, "2025-12-01", item(), tie) is OUT
    assert both(rules, "2025-12-01", item(), later) is ELIGIBLE


def test_an_off_counts_from_the_earlier_of_its_dates() -> None:
    """An *off* counts from the person's own instant or its recording, whichever is first; an *on* from the later."""
    rules = pack("collection", "everything")
    early = member("DE", acts=[off("2025-11-20", seq=1, recorded_at=t("2025-10-20"))])
    late = member("DE", acts=[off("2025-10-20", seq=1, recorded_at=t("2025-11-20"))])
    back = member("DE", acts=[off("2025-10-20", seq=1), on("2025-10-25", seq=2, recorded_at=t("2025-12-02"))])

    assert both(rules, "2025-12-01", item(), early) is OUT
    assert both(rules, "2025-12-01", item(), late) is OUT
    assert both(rules, "2025-12-01", item(), back) is OUT


def test_only_the_person_switches_on() -> None:
    """An *on* by the platform never counts, an imported one not against an *off* that is dated no earlier."""
    rules = pack("training", "everything")
    first = off("2025-11-10", seq=1)
    platform = member("DE", acts=[first, on("2025-11-20", seq=2, actor="platform")])
    same_day = member("DE", acts=[first, on("2025-11-10", seq=2, actor="import")])
    newer = member("DE", acts=[first, on("2025-11-20", seq=2, actor="import")])

    assert both(rules, "2025-12-01", item(), platform) is OUT
    assert both(rules, "2025-12-01", item(), same_day) is OUT
    assert both(rules, "2025-12-01", item(), newer) is ELIGIBLE


def test_a_default_is_not_a_preference() -> None:
    """Where the default is off, silence keeps everything out, and switching on frees what the pack says."""
    silent, willing = member("DE"), member("DE", acts=[on("2025-11-10")])
    people, rows = {"silent": silent, "willing": willing}, [item(owner="silent"), item(owner="willing")]
    off_by_default = {
        frees: _europe(pack("training", frees), default_on=False) for frees in ("everything", "new-content")
    }

    assert both(off_by_default["everything"], "2025-12-01", rows, people) == [OUT, ELIGIBLE]
    assert both(off_by_default["new-content"], "2025-12-01", rows, people) == [OUT, OUT]


def _europe(rules: Rules, **changes: Any) -> Rules:
    """The rules with another European regime."""
    regimes = tuple(replace(one, **changes) if one.name == "europe" else one for one in rules.regimes)
    return replace(rules, regimes=regimes, by_country={code: one for one in regimes for code in one.countries})


def test_residence_is_a_history() -> None:
    """The regime is that of the residence at the instant: before the first dated row it is unknown."""
    rules = shipped(ARTICLE)
    moved = member(home("US", "2024-01-01"), home("DE", "2025-06-01"))
    unknown_yet, disputed = member(home("DE", "2026-01-01")), member(home("US", "2025-06-01"), home("DE", "2025-06-01"))

    assert both(rules, "2025-10-24", item(), moved) is Reason.NOT_IN_FORCE
    assert both(rules, "2025-05-01", item(), moved) is ELIGIBLE
    assert both(rules, "2025-12-01", item(), unknown_yet) is Reason.UNKNOWN_REGION
    assert both(rules, "2025-12-01", item(), disputed) is Reason.UNKNOWN_REGION
    assert both(rules, "2025-12-01", item(), member(home(None))) is Reason.UNKNOWN_REGION


def test_collected_elsewhere_stays_collected() -> None:
    """Under reach collection, what was collected in the United States before an *off* stays, also after a move."""
    person = member(home("US", "2024-01-01"), home("DE", "2025-06-01"), acts=[off("2025-10-20")])

    assert both(shipped(ARTICLE), "2025-12-01", item("2025-01-10"), person) is ELIGIBLE
    assert both(shipped(ARTICLE), "2025-12-01", item("2025-07-01"), person) is OUT
    assert both(pack("training", "everything"), "2025-12-01", item("2025-01-10"), person) is OUT


OBJECTIONS: dict[str, tuple[Objection, Reason]] = {
    "open": (objection("2025-11-01"), Reason.OBJECTION),
    "upheld": (objection("2025-11-01", status="upheld", resolved="2025-11-10"), Reason.OBJECTION),
    "without status": (objection("2025-11-01", status=None), Reason.OBJECTION),
    "for this purpose": (objection("2025-11-01", purpose="generative-ai"), Reason.OBJECTION),
    "for another purpose": (objection("2025-11-01", purpose="other-ai"), ELIGIBLE),
    "for a purpose unheard of": (objection("2025-11-01", purpose="research"), Reason.OBJECTION),
    "rejected": (objection("2025-11-01", status="rejected", resolved="2025-11-10"), ELIGIBLE),
    "rejected now": (objection("2025-11-01", status="rejected", resolved="2025-12-01"), ELIGIBLE),
    "rejected tomorrow": (objection("2025-11-01", status="rejected", resolved="2025-12-02"), Reason.OBJECTION),
    "rejected on receipt": (objection("2025-11-01", status="rejected", resolved="2025-11-01"), Reason.OBJECTION),
    "rejected, nobody knows when": (objection("2025-11-01", status="rejected"), Reason.OBJECTION),
    "withdrawn": (objection("2025-11-01", status="withdrawn", resolved="2025-11-02"), ELIGIBLE),
    "open, with an end": (objection("2025-11-01", resolved="2025-11-02"), Reason.OBJECTION),
    "received tomorrow": (objection("2025-12-02"), ELIGIBLE),
}


def test_objections() -> None:
    """An objection stands from receipt until withdrawn or rejected later, whatever its reason (M11)."""
    rows = [item(owner=name) for name in OBJECTIONS]
    found = both(
        shipped(ARTICLE),
        "2025-12-01",
        rows,
        {name: member("DE") for name in OBJECTIONS},
        objections={name: [one] for name, (one, _) in OBJECTIONS.items()},
    )

    assert dict(zip(OBJECTIONS, found, strict=True)) == {name: reason for name, (_, reason) in OBJECTIONS.items()}


def test_objection_received_holds_at_the_present() -> None:
    """An objection in the register holds at the present whatever its date says."""
    tomorrow = {"me": [objection("2025-12-02")]}

    found = both(shipped(ARTICLE), present("2025-12-01"), item(), member("DE"), objections=tomorrow)
    assert found is Reason.OBJECTION


def _given(at: str, notice: str = "ai-training", recorded: str | None = None) -> NoticeDelivery:
    return NoticeDelivery(notice, t(at), recorded_at=t(recorded) if recorded else None)


def test_notices() -> None:
    """Where the pack asks for a notice, use begins 30 times 24 hours after this member got it, and was known to."""
    rules = shipped(OURS, recipient="platform")
    people = {
        "none": adult("DE"),
        "another": adult("DE", notices=(_given("2025-01-01", "terms"),)),
        "in time": adult("DE", notices=(_given("2025-11-01"),)),
        "too late": adult("DE", notices=(_given("2025-11-01T00:00:00.000001Z"),)),
        "recorded later": adult("DE", notices=(_given("2025-11-01", recorded="2025-12-02"),)),
        "given twice": adult("DE", notices=(_given("2025-11-20"), _given("2025-10-01"))),
    }
    found = dict(zip(people, both(rules, "2025-12-01", [item(owner=name) for name in people], people), strict=True))

    assert {name for name, reason in found.items() if reason is ELIGIBLE} == {"in time", "given twice"}
    assert set(found.values()) == {ELIGIBLE, Reason.NOTICE_PENDING}


def test_another_recipient_needs_its_own_notice() -> None:
    """The notice about the platform does not stand for one that names its affiliates (M8)."""
    rules = shipped(OURS, recipient="affiliate")
    told = (_given("2025-01-01"),)
    told_of_both = (*told, _given("2025-10-01", "ai-training-affiliate"))

    assert both(rules, "2025-12-01", item(), adult("DE", notices=told)) is Reason.RECIPIENT_NOT_PERMITTED
    assert both(rules, "2025-12-01", item(), adult("DE", notices=told_of_both)) is ELIGIBLE


def test_ages() -> None:
    """Who was under 18 when writing stays out; a birthday has come once it is that day everywhere on Earth."""
    rules = replace(shipped(ARTICLE), minimum_years=18, unknown_age_in=False)
    born = {
        "leap day": (date(2008, 2, 29), "2026-03-01T12:00:00Z"),
        "leap day, a moment before": (date(2008, 2, 29), "2026-03-01T11:59:59.999999Z"),
        "leap day, on 28 February": (date(2008, 2, 29), "2026-02-28T12:00:00Z"),
        "birthday at midnight": (date(2008, 5, 1), "2026-05-01T00:00:00Z"),
        "birthday at noon": (date(2008, 5, 1), "2026-05-01T12:00:00Z"),
        "of age now, not then": (date(2008, 5, 1), "2025-01-10"),
    }
    people = {name: member("US", birth_dates=(birth,)) for name, (birth, _) in born.items()}
    rows = [item(created, owner=name) for name, (_, created) in born.items()]
    found = dict(zip(born, both(rules, "2026-12-01", rows, people), strict=True))

    assert {name for name, reason in found.items() if reason is ELIGIBLE} == {"leap day", "birthday at noon"}
    assert set(found.values()) == {ELIGIBLE, Reason.MINOR}


def test_the_latest_birth_date_counts_and_unknown_is_as_the_pack_says() -> None:
    """Of two birth dates the younger counts; without any, the pack decides."""
    strict = replace(shipped(ARTICLE), minimum_years=18, unknown_age_in=False)
    doubtful = member("US", "US", birth_dates=(date(1990, 7, 1), date(2010, 7, 1)))

    assert both(strict, "2025-12-01", item(), doubtful) is Reason.MINOR
    assert both(strict, "2025-12-01", item(), member("US")) is Reason.MINOR
    assert both(replace(strict, unknown_age_in=True), "2025-12-01", item(), member("US")) is ELIGIBLE


def test_withholding_holds_for_every_row_with_the_id() -> None:
    """An owner's act on an item id, or the flag on one row, withholds each row that carries it."""
    rows = [
        item(item_id="a"),
        item(item_id="a", withheld=True),
        item(item_id="b"),
        item(item_id="c"),
        item(item_id="d"),
    ]
    withheld = {"b": [t("2025-12-01")], "c": [t("2025-12-02")]}
    found = both(shipped(ARTICLE), "2025-12-01", rows, member("US"), withheld=withheld)

    assert found == [Reason.WITHHELD, Reason.WITHHELD, Reason.WITHHELD, ELIGIBLE, ELIGIBLE]


def test_ai_written_is_left_out_where_the_pack_says_so() -> None:
    """What AI wrote can be left out, and the pack says what an unknown author means (M16)."""
    rows = [item(ai_written=True), item(ai_written=False), item(ai_written=None)]
    lax = replace(shipped(ARTICLE), leaves_ai_out=True)
    strict = replace(lax, unknown_ai_in=False)
    out = Reason.AI_WRITTEN

    assert both(shipped(ARTICLE), "2025-12-01", rows, member("US")) == [ELIGIBLE] * 3
    assert both(lax, "2025-12-01", rows, member("US")) == [out, ELIGIBLE, ELIGIBLE]
    assert both(strict, "2025-12-01", rows, member("US")) == [out, ELIGIBLE, out]


def test_every_failing_test_is_listed_in_order() -> None:
    """A decision lists all that fails, in the order of design section 2; what cannot be judged is not listed."""
    rules = replace(_europe(shipped(ARTICLE), permitted=False), minimum_years=18, leaves_ai_out=True)
    created, changed = t("2025-10-01"), t("2025-10-25")
    worst = Item(
        "i",
        "me",
        "video",
        "friends",
        created,
        changed,
        withheld=True,
        subjects=("other",),
        ai_written=True,
        unreadable=True,
    )
    person = member("DE", acts=[off("2025-10-20")], birth_dates=(date(2010, 1, 1),))
    register = Register({"me": person}, {name: (objection("2025-10-01"),) for name in ("me", "other")})

    decision = decide(worst, register, rules, Moment(t("2025-10-24"), replay=True))
    assert [reason.value for reason in decision.failed] == [
        "invalid-item", "not-yet-created", "unknown-category", "unknown-visibility", "minor", "recipient-not-permitted",
        "not-in-force", "objection", "opted-out", "withheld", "subject-objection", "ai-written",
    ]  # fmt: skip
    assert (decision.reason, decision.verdict) == ("invalid-item", "gap")
    stranger = decide(replace(worst, unreadable=False), Register(), rules, Moment(t("2025-12-01"), replay=True))
    assert [reason.value for reason in stranger.failed] == [
        "unknown-category", "unknown-visibility", "unknown-member", "withheld", "ai-written",
    ]  # fmt: skip


def test_a_notice_waits_for_whole_days() -> None:
    """A day of waiting is 24 hours; nothing is rounded to midnights."""
    rules = shipped(OURS, recipient="platform")
    notice = rules.regimes[0].notice

    assert notice is not None
    assert notice.wait == timedelta(hours=24 * 30)

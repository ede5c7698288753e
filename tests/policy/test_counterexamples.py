"""What must never be eligible, each as it was first put; decided by the definition and by DuckDB.

What concerns the reading of files (unreadable values, misspelt settings, orphans, truncated files) is tried there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from byleave.kernel.decision import Reason
from byleave.policy.facts import NoticeDelivery
from tests.policy.both import (
    ARTICLE,
    OURS,
    PRESENT_PACK,
    adult,
    both,
    home,
    item,
    member,
    objection,
    off,
    on,
    present,
    shipped,
    t,
)

if TYPE_CHECKING:
    from byleave.policy.rules import Rules

ELIGIBLE, OUT = Reason.ELIGIBLE, Reason.OPTED_OUT
PACKS = [ARTICLE, PRESENT_PACK, OURS]
in_each_pack = pytest.mark.parametrize("pack_id", PACKS)


def rules_of(pack_id: str) -> Rules:
    """The pack's rules for generative AI and the platform itself."""
    return shipped(pack_id, recipient="platform" if pack_id == OURS else "linkedin")


TOLD = (NoticeDelivery("ai-training", t("2024-01-01")),)
"""What `byleave@1` asks for before anything may be used."""


@in_each_pack
def test_profile_rewritten_after_opt_out(pack_id: str) -> None:
    """A profile from 2012 that its owner rewrote after opting out is not eligible."""
    owner = adult("US", acts=[off("2025-10-01", seq=1)], notices=TOLD)
    profile = item("2012-05-01", category="profile", changed_at=t("2025-10-15"))

    assert both(rules_of(pack_id), "2025-12-01", profile, owner) is OUT


def test_profile_as_it_was_before_the_opt_out() -> None:
    """The same profile unchanged was collected before, and under the article stays (M10)."""
    owner = member("US", acts=[off("2025-10-01", seq=1)])

    assert both(shipped(ARTICLE), "2025-12-01", item("2012-05-01", category="profile"), owner) is ELIGIBLE


@in_each_pack
def test_post_made_public_after_opt_out(pack_id: str) -> None:
    """A post that became public only after its owner opted out is not eligible, however old it is."""
    owner = adult("US", acts=[off("2025-10-01", seq=1)], notices=TOLD)
    post = item("2025-01-10", public_since=t("2025-10-15"))

    assert both(rules_of(pack_id), "2025-12-01", post, owner) is OUT


@in_each_pack
def test_german_off_moves_to_the_united_states(pack_id: str) -> None:
    """A German who switched off on 20 October 2025 and later moves to the United States stays out."""
    moved = home("US", "2026-02-01", recorded="2026-02-01")
    owner = adult(home("DE", recorded="2020-01-01"), moved, acts=[off("2025-10-20", seq=1)], notices=TOLD)

    assert both(rules_of(pack_id), "2026-03-01", item("2025-01-10"), owner) is OUT


def test_off_inside_the_notice_window() -> None:
    """Who switches off inside the 30 days after the notice stays out, for good."""
    told = (NoticeDelivery("ai-training", t("2025-11-01")),)
    within, at_the_end = (
        adult("DE", acts=[off("2025-11-20")], notices=told),
        adult("DE", acts=[off("2025-12-01")], notices=told),
    )
    collecting = replace(rules_of(OURS), reaches="collection", frees="everything")
    people, rows = {"within": within, "at the end": at_the_end}, [item(owner="within"), item(owner="at the end")]

    assert both(rules_of(OURS), "2026-03-01", rows, people) == [OUT, OUT]
    assert both(collecting, "2026-03-01", rows, people) == [OUT, OUT]


@in_each_pack
def test_on_with_a_fast_clock_recorded_before_off(pack_id: str) -> None:
    """*On* recorded first, with a clock that ran fast, and *off* recorded after it means off."""
    acts = [on("2025-11-25", seq=1, recorded_at=t("2025-10-01")), off("2025-10-02", seq=2, recorded_at=t("2025-10-02"))]
    owner = adult("DE", acts=acts, notices=TOLD)

    assert both(rules_of(pack_id), "2025-12-01", item(), owner) is OUT
    assert both(rules_of(pack_id), present("2025-12-01"), item(), owner) is OUT


def test_alias_of_a_renamed_setting() -> None:
    """An *off* recorded under a former name of the setting counts, and never falls back to the default."""
    refused = off("2025-10-20")
    former = replace(refused, setting="ai-training")
    rules = rules_of(OURS)

    assert rules.settings == {"ai-training", "data-for-ai-improvement"}
    for act in (refused, former):
        assert both(rules, "2025-12-01", item(), adult("DE", acts=[act], notices=TOLD)) is OUT


def test_another_setting_does_not_free() -> None:
    """A switch that governs something else neither refuses nor frees."""
    advertising = replace(on("2025-10-25", seq=2), setting="share-data-with-select-partners")
    owner = member("DE", acts=[off("2025-10-20", seq=1), advertising])

    assert both(shipped(PRESENT_PACK), "2025-12-01", item(), owner) is OUT


def test_refused_in_europe_is_not_handed_to_microsoft_after_a_move() -> None:
    """What a European refused is not handed to Microsoft after a move to where Microsoft may train (M8)."""
    microsoft = shipped(ARTICLE, recipient="microsoft")
    homes = home("DE"), home("US", "2026-02-01", recorded="2026-02-01")
    refused, silent = member(*homes, acts=[off("2025-10-20")]), member(*homes)
    people, rows = {"refused": refused, "silent": silent}, [item(owner="refused"), item(owner="silent")]

    assert both(microsoft, "2026-01-01", rows, people) == [Reason.RECIPIENT_NOT_PERMITTED] * 2
    assert both(microsoft, "2026-03-01", rows, people) == [OUT, ELIGIBLE]


@pytest.mark.parametrize("frees", ["everything", "new-content"])
@pytest.mark.parametrize("reaches", ["collection", "training", "models"])
def test_residence_row_added_later_frees_nothing(reaches: str, frees: str) -> None:
    """A residence row that is added later, with an early `since`, makes nothing collectable before it was recorded."""
    rules = replace(shipped(ARTICLE), reaches=reaches, frees=frees)
    german = home("DE", recorded="2020-01-01")
    backdated = home("US", "2024-10-01", recorded="2025-12-15")
    owner = member(german, backdated, acts=[off("2025-10-20", seq=1)])

    assert both(rules, "2025-12-01", item(), member(german, acts=[off("2025-10-20", seq=1)])) is OUT
    assert both(rules, "2025-12-01", item(), owner) is OUT
    assert both(rules, "2026-03-01", item(), owner) is OUT


def test_default_of_a_residence_recorded_later() -> None:
    """Where somebody lived long ago, said only after use began, does not make old content fit under new content."""
    rules = replace(shipped(ARTICLE), reaches="collection", frees="new-content")
    since_june = home("DE", "2025-06-01", recorded="2025-06-01")
    before = home("US", "2024-01-01", recorded="2025-12-15")
    told_in_time = home("US", "2024-01-01", recorded="2025-07-01")
    people = {
        "nothing known": member(since_june),
        "told late": member(since_june, before),
        "told": member(since_june, told_in_time),
    }
    effective_later = _world_begins(rules, "2026-06-01")
    rows = [item("2025-01-10", owner=name) for name in people]

    assert both(effective_later, "2026-03-01", rows, people) == [OUT, OUT, ELIGIBLE]


def _world_begins(rules: Rules, at: str) -> Rules:
    regimes = tuple(
        replace(one, effective=t(at), recipient_effective=t(at)) if one.name == "world" else one
        for one in rules.regimes
    )
    return replace(rules, regimes=regimes, by_country={code: one for one in regimes for code in one.countries})


@in_each_pack
def test_objection_of_a_non_member(pack_id: str) -> None:
    """An objection of somebody without an account leaves out the items that name them, and only those (M12)."""
    rows = [item(subjects=("erika",)), item(subjects=("somebody", "erika")), item(subjects=("somebody",)), item()]
    found = both(
        rules_of(pack_id),
        "2025-12-01",
        rows,
        adult("US", notices=TOLD),
        objections={"erika": [objection("2025-10-01")]},
    )

    assert found == [Reason.SUBJECT_OBJECTION, Reason.SUBJECT_OBJECTION, ELIGIBLE, ELIGIBLE]


def test_off_on_and_posting_between_frees_nothing_old() -> None:
    """Switching off and on again, and posting between, frees nothing old under `new-content`."""
    acts = [off("2025-11-10", seq=1), on("2025-11-20", seq=2)]
    owner = adult("DE", acts=acts, notices=TOLD)
    rows = [item("2025-01-10"), item("2025-11-15"), item("2025-11-25")]

    assert both(rules_of(OURS), "2026-03-01", rows, owner) == [OUT, OUT, ELIGIBLE]
    assert both(shipped(PRESENT_PACK), "2026-03-01", rows, owner) == [OUT, OUT, ELIGIBLE]


def test_two_residence_rows_with_one_instant() -> None:
    """Two countries since one instant leave the region unknown from then on, until a later row says it."""
    disputed = (home("US", "2025-06-01"), home("CA", "2025-06-01"))
    settled = (*disputed, home("US", "2025-09-01"))

    assert both(shipped(ARTICLE), "2025-12-01", item(), member(*disputed)) is Reason.UNKNOWN_REGION
    assert both(shipped(ARTICLE), "2025-12-01", item(), member(*settled)) is ELIGIBLE
    assert both(shipped(ARTICLE), "2025-05-01", item(), member(home("US"), *disputed)) is ELIGIBLE


def test_reunion_and_aland_follow_the_eu() -> None:
    """Réunion, Åland and the other territories inside the GDPR with a code of their own go with the EU (M5)."""
    territories = ["RE", "AX", "GF", "GP", "MQ", "YT", "MF"]
    rows, people = [item(owner=code) for code in territories], {code: member(code) for code in territories}

    for pack_id in (ARTICLE, PRESENT_PACK):
        assert both(shipped(pack_id), "2025-11-02", rows, people) == [Reason.NOT_IN_FORCE] * 7
        assert both(shipped(pack_id), "2025-11-03", rows, people) == [ELIGIBLE] * 7
    microsoft = shipped(ARTICLE, recipient="microsoft")
    assert both(microsoft, "2025-12-01", rows, people) == [Reason.RECIPIENT_NOT_PERMITTED] * 7


def test_off_while_living_elsewhere_and_silence_since() -> None:
    """An *off* from years ago still stands: no default, no new regime and no move turns it into leave."""
    homes = home("US", "2020-01-01"), home("GB", "2023-01-01"), home("CA", "2024-12-01")
    owner = member(*homes, acts=[off("2024-09-01", seq=1)])

    for pack_id in (ARTICLE, PRESENT_PACK):
        assert both(shipped(pack_id), "2026-03-01", [item("2019-01-01"), item("2026-01-01")], owner) == [OUT, OUT]

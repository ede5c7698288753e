"""The article's claims about what is used, with its dates and regions, under `linkedin@2025-10-24`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from byleave.kernel.decision import Reason
from byleave.policy.loader import parse_pack, shipped_text
from tests.policy.both import ARTICLE, SETTING, both, item, member, objection, off, on, shipped

if TYPE_CHECKING:
    from byleave.policy.facts import Act

ELIGIBLE, OUT = Reason.ELIGIBLE, Reason.OPTED_OUT
EUROPE = ["DE", "FR", "IT", "IS", "LI", "NO", "CH", "GB"]
ELSEWHERE = ["US", "CA", "IN", "BR", "AU", "JP", "ZA"]
RULES = shipped(ARTICLE)


def in_each(countries: list[str], at: str, *acts: Act) -> set[Reason]:
    """The reasons for a post of 10 January 2025 by one member in each country."""
    people = {code: member(code, acts=acts) for code in countries}
    return set(both(RULES, at, [item(owner=code) for code in countries], people))


def test_m1_both_products_train_on_members_data() -> None:
    """M1: models that rewrite texts and models that help hirers are trained on what members share."""
    pack = parse_pack(shipped_text(ARTICLE), ARTICLE)

    assert {name: product.purpose for name, product in pack.products.items()} == {
        "rewrite": "generative-ai",
        "talent": "generative-ai",
    }
    assert in_each(ELSEWHERE, "2025-10-24") == {ELIGIBLE}


def test_m2_what_is_public_is_used() -> None:
    """M2: public profile information, public posts and public activity are in scope."""
    public = ["profile", "post", "article", "comment", "reaction", "repost", "poll-response"]

    assert both(RULES, "2025-10-24", [item(category=name) for name in public], member("US")) == [ELIGIBLE] * 7


def test_m3_what_is_private_is_not() -> None:
    """M3: private messages and private posts are out of scope, also if a private message were marked public."""
    rows = [
        item(category="private-message", visibility="private"),
        item(category="private-message"),
        item(visibility="private"),
        item(visibility="connections"),
        item(visibility="group"),
    ]
    expected = [Reason.EXCLUDED_CATEGORY] * 2 + [Reason.NOT_PUBLIC] * 3

    assert both(RULES, "2025-10-24", rows, member("US")) == expected


def test_m4_on_by_default_everywhere() -> None:
    """M4: unless a member switches it off, data is used, in every region."""
    assert in_each(EUROPE + ELSEWHERE, "2025-12-01") == {ELIGIBLE}
    assert in_each(EUROPE + ELSEWHERE, "2025-12-01", on("2025-10-01")) == {ELIGIBLE}
    assert in_each(EUROPE + ELSEWHERE, "2025-12-01", off("2024-01-01")) == {OUT}


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2025-10-24", Reason.NOT_IN_FORCE),
        ("2025-11-02T23:59:59.999999Z", Reason.NOT_IN_FORCE),
        ("2025-11-03T00:00:00Z", ELIGIBLE),
        ("2025-11-03T01:00:00+01:00", ELIGIBLE),
        ("2025-11-03T00:59:59+01:00", Reason.NOT_IN_FORCE),
    ],
)
def test_m5_europe_starts_on_3_november_2025(at: str, expected: Reason) -> None:
    """M5: in the EU, the EEA, Switzerland and the United Kingdom use starts on 3 November 2025, at midnight UTC."""
    assert in_each(EUROPE, at) == {expected}


def test_m6_elsewhere_it_is_in_force() -> None:
    """M6: in all other regions, the United States included, use was already in force on 24 October 2025."""
    assert in_each(ELSEWHERE, "2025-10-24") == {ELIGIBLE}


def test_m7_shared_up_to_the_date_is_used_even_after_an_opt_out() -> None:
    """M7: opting out in Europe after 3 November 2025 leaves what was shared before in use; before it, nothing."""
    shared = [item("2012-05-01"), item("2025-11-02"), item("2025-11-20")]
    before, late = member("DE", acts=[off("2025-11-02")]), member("DE", acts=[off("2025-11-10")])

    assert both(RULES, "2025-12-01", shared, late) == [ELIGIBLE, ELIGIBLE, OUT]
    assert both(RULES, "2025-12-01", shared, before) == [OUT, OUT, OUT]


def test_m8_europe_is_not_made_available_to_microsoft() -> None:
    """M8: no data of Europeans goes to Microsoft for this training; elsewhere nothing protects from it."""
    microsoft = shipped(ARTICLE, recipient="microsoft")
    people = {code: member(code) for code in EUROPE + ELSEWHERE}
    found = both(microsoft, "2025-12-01", [item(owner=code) for code in people], people)

    assert dict(zip(people, found, strict=True)) == {
        **dict.fromkeys(EUROPE, Reason.RECIPIENT_NOT_PERMITTED),
        **dict.fromkeys(ELSEWHERE, ELIGIBLE),
    }


def test_m9_the_setting_is_the_one_the_article_names() -> None:
    """M9: the switch is "Data for Generative AI Improvement", and its link ends as the article says."""
    setting = parse_pack(shipped_text(ARTICLE), ARTICLE).settings[SETTING]

    assert setting.title["en"] == "Data for Generative AI Improvement"
    assert setting.path == ("profile picture", "Settings & Privacy", "Data privacy", setting.title["en"])
    assert str(setting.link).endswith("/mypreferences/d/settings/data-for-ai-improvement")


def test_m10_switching_off_prevents_future_collection_only() -> None:
    """M10: what was collected before an opt-out stays in; what comes after it never gets in."""
    owner = member("US", acts=[off("2025-10-01")])
    shared = [item("2025-01-10"), item("2025-09-30T23:59:59Z"), item("2025-10-01"), item("2025-10-02")]

    assert both(RULES, "2025-12-01", shared, owner) == [ELIGIBLE, ELIGIBLE, OUT, OUT]


def test_m10_once_collected_stays_collected() -> None:
    """M10: under the article no passing of time takes back what an earlier snapshot could hold."""
    owner = member("DE", acts=[off("2025-11-10")])

    assert [both(RULES, at, item(), owner) for at in ("2025-11-09", "2025-12-01", "2026-12-01")] == [ELIGIBLE] * 3


def test_m11_an_objection_also_covers_what_is_collected() -> None:
    """M11: a formal objection leaves out everything of the person, collected before or not."""
    objecting = {"me": [objection("2025-11-10")]}
    shared = [item("2012-05-01"), item("2025-11-20")]

    assert both(RULES, "2025-12-01", shared, member("DE"), objections=objecting) == [Reason.OBJECTION] * 2
    assert both(RULES, "2025-11-09", shared[:1], member("DE"), objections=objecting) == [ELIGIBLE]


def test_m12_non_members_can_object() -> None:
    """M12: who has no account can object, if a member shared something about them."""
    objecting = {"no-account": [objection("2025-11-10")]}
    rows = [item(subjects=("no-account",)), item(subjects=("another",)), item()]

    assert both(RULES, "2025-12-01", rows, member("US"), objections=objecting) == [
        Reason.SUBJECT_OBJECTION,
        ELIGIBLE,
        ELIGIBLE,
    ]

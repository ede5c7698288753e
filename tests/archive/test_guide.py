"""What a guide says to people in different countries, before and after the start, under each pack on LinkedIn."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from byleave.archive import guide_decisions
from byleave.archive.guide import latest_on, newest_in_force
from byleave.archive.guide_layout import lines
from byleave.archive.guide_model import Fact, Remark
from byleave.archive.guide_words import tell
from byleave.kernel.decision import Decision
from tests.archive.guides import ARTICLE, BEFORE, COUNTRIES, NEWEST, NOW, PACKS, START, codes, load_pack, reasons, told

if TYPE_CHECKING:
    from byleave.archive.guide_document import Document

WINTER = date(2025, 12, 1)
EUROPE = ("DE", "GB", "CH", "RE", "NO")
USED, OUT = "eligible", "opted-out"


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("country", EUROPE)
def test_europe_starts_on_the_third_of_november(country: str, pack: str) -> None:
    """M5: in the EU with its territories, the EEA, Switzerland and the UK use starts on 3 November 2025."""
    after, before = told(country, pack=pack), told(country, pack=pack, today=BEFORE)

    assert after.begins is not None
    assert after.begins.date() == START
    assert (after.in_force, before.in_force) == (True, False)
    announced = [
        line.statement.values["on"]
        for line in after.applies
        if isinstance(line, Fact) and line.statement.code == "announced"
    ]
    assert announced == [date(2025, 9, 18)]
    assert "in-force" in codes(after, "applies")
    assert "begins-later" in codes(before, "applies")


@pytest.mark.parametrize(("country", "pack", "begins"), [
    ("US", ARTICLE, date(2024, 9, 18)), ("US", NEWEST, date(2024, 9, 18)),
    ("CA", ARTICLE, date(2024, 9, 18)), ("CA", NEWEST, START),
    ("HK", ARTICLE, date(2024, 9, 18)), ("HK", NEWEST, START),
])  # fmt: skip
def test_elsewhere(country: str, pack: str, begins: date) -> None:
    """M6: elsewhere use had begun; LinkedIn's own texts put Canada and Hong Kong with Europe, the article does not."""
    guide = told(country, pack=pack)

    assert guide.begins is not None
    assert guide.begins.date() == begins
    assert guide.in_force is True


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("country", [country for country in COUNTRIES if country not in {"CN", None}])
def test_on_by_default_everywhere(country: str, pack: str) -> None:
    """M4: whoever never acted is in, in every region, and everything public may be used."""
    guide = told(country, pack=pack)

    assert "default-on" in codes(guide, "applies")
    assert {one.reason.value for one in guide.outcomes if one.scenario == "as-you-are"} == {USED}


def test_late_opt_out_by_claimant() -> None:
    """M7, M10: after the start the claimants disagree on what is older, and agree on what is newer."""
    guide = told("DE", off=WINTER)

    older = {kind: reasons(guide, "as-you-are", kind)["before-start"] for kind in ("company", "regulator", "article")}
    newer = {kind: reasons(guide, "as-you-are", kind)["from-now-on"] for kind in ("company", "regulator", "article")}
    assert older == {"company": OUT, "regulator": USED, "article": USED}
    assert newer == {"company": OUT, "regulator": OUT, "article": OUT}


def test_late_opt_out_by_the_article_s_pack() -> None:
    """M7: under the article's pack what was shared up to the date stays in after a later opt-out."""
    guide = told("DE", pack=ARTICLE, off=WINTER)

    assert reasons(guide, "as-you-are", "pack") == {"before-start": USED, "since-start": USED, "from-now-on": OUT}
    assert reasons(guide, "off-in-time", "pack") == {"before-start": OUT, "since-start": OUT, "from-now-on": OUT}


@pytest.mark.parametrize("pack", PACKS)
def test_opt_out_before_the_date_keeps_everything_out(pack: str) -> None:
    """M7: opting out before the date keeps all of it out, whoever reads the rule, and no better case is then told."""
    guide = told("DE", pack=pack, off=date(2025, 10, 1))

    assert {one.reason.value for one in guide.outcomes} == {OUT}
    assert {one.scenario for one in guide.outcomes} == {"as-you-are"}


def test_before_the_date_there_is_still_time() -> None:
    """M7: on 25 October 2025 switching off keeps all of it out, and not switching off lets all of it in."""
    guide = told("DE", pack=ARTICLE, today=BEFORE)

    assert set(reasons(guide, "off-today", "pack").values()) == {OUT}
    assert set(reasons(guide, "as-you-are", "pack").values()) == {USED}
    assert {one.scenario for one in guide.outcomes} == {"as-you-are", "off-today"}


def test_opt_out_on_the_very_day_is_not_told_to_be_in_time() -> None:
    """M7: a day without a time counts at its end, so that 3 November itself is not sold as early enough."""
    guide = told("DE", pack=ARTICLE, off=START)

    assert reasons(guide, "as-you-are", "pack")["before-start"] == USED
    assert latest_on(START, NOW) == datetime(2025, 11, 4, 12, tzinfo=UTC)
    assert latest_on(NOW.date(), NOW) == NOW


@pytest.mark.parametrize(("country", "pack", "some"), [
    ("DE", NEWEST, False), ("CH", NEWEST, False), ("GB", ARTICLE, False), ("GB", NEWEST, True),
    ("US", ARTICLE, True), ("US", NEWEST, True), ("CA", NEWEST, True), ("HK", NEWEST, True),
])  # fmt: skip
def test_affiliates(country: str, pack: str, some: bool) -> None:  # noqa: FBT001 - an expected value
    """M8: Microsoft gets nothing in the EU, EEA and Switzerland; on the UK article and notice differ."""
    microsoft = told(country, pack=pack).affiliates[0]

    assert bool(microsoft.categories) is some
    assert microsoft.after_off == ()


def test_affiliate_in_the_united_kingdom() -> None:
    """M8: the notice's row for the UK names posts and comments, and not the profile."""
    titles = told("GB").affiliates[0].categories

    assert {"Posts", "Comments"} <= set(titles)
    assert "Profile" not in titles


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("country", COUNTRIES)
def test_steps(country: str | None, pack: str) -> None:
    """M9: everybody gets the way to the switch on computer and phone, and the direct link."""
    guide = told(country, pack=pack)

    assert [one.device for one in guide.steps] == ["desktop", "mobile"]
    assert {one.path[-1] for one in guide.steps} == {"Data for Generative AI Improvement"}
    assert all((one.link or "").endswith("/mypreferences/d/settings/data-for-ai-improvement") for one in guide.steps)
    assert "verified" in codes(guide, "switch")


@pytest.mark.parametrize(("pack", "reach"), [(ARTICLE, "reaches-collection"), (NEWEST, "reaches-training")])
def test_past_training_is_told(pack: str, reach: str) -> None:
    """M10: the guide says what switching off does and does not do, whether or not somebody has switched off."""
    for off in (None, WINTER):
        assert reach in codes(told("DE", pack=pack, off=off), "reach")


@pytest.mark.parametrize("pack", PACKS)
def test_objection_form(pack: str) -> None:
    """M11, M12: the form with its link, open to members and to people without an account."""
    assert codes(told("DE", pack=pack), "objection")[:2] == ["form", "form-everybody"]


def test_limits_of_the_switch() -> None:
    """M1, M9: other AI and the advertisements are told apart from what the switch does."""
    assert codes(told("DE"), "limits") == ["other-purpose-no-switch", "other-product", "separate-switch"]


def test_scope() -> None:
    """M2, M3: what is public is used, private messages are not, and what no source settles is told as open."""
    article = {one.category: one for one in told("DE", pack=ARTICLE).scope}
    newest = {one.category: one for one in told("DE").scope}

    assert (article["post"].used, article["post"].left_out) == (("public",), ("connections", "group", "private"))
    assert article["private-message"].use == newest["private-message"].use == "out"
    assert (newest["post"].used, newest["post"].open) == (("public",), ("connections", "group", "private"))
    assert "private" in newest["resume"].used
    assert newest["reaction"].use == "not-established"


def test_country_without_a_rule() -> None:
    """M6: for mainland China the guide claims nothing: no regime, no outcome, and the source that is known."""
    guide = told("CN")

    assert (guide.regime, guide.begins, guide.in_force, guide.outcomes) == (None, None, None, ())
    assert codes(guide, "applies") == ["no-rule"]
    assert [line.source.certainty for line in guide.applies if not isinstance(line, Remark)] == ["C"]


def test_without_a_country() -> None:
    """M5, M6: without a country every group of countries is told in one line, and nothing personal."""
    guide = told(None)

    assert [(one.regime, len(one.countries)) for one in guide.groups] == [
        ("europe", 38), ("united-kingdom", 1), ("canada", 1), ("hong-kong", 1), ("world", 207), (None, 1),
    ]  # fmt: skip
    assert sum(len(one.countries) for one in guide.groups) == 249
    assert guide.outcomes == ()
    assert codes(guide, "applies") == ["ask-country"]


def test_minor() -> None:
    """M5: somebody under 18 is out whatever the switch says; the article's pack states no age and says so."""
    guide, article = told("DE", born=date(2010, 5, 1)), told("DE", pack=ARTICLE, born=date(2010, 5, 1))

    assert {one.reason.value for one in guide.outcomes} == {"minor"}
    assert "minor" in codes(guide, "applies")
    assert "no-age-rule" in codes(article, "applies")


def test_turning_eighteen_frees_nothing_old() -> None:
    """M7: who has come of age since is in with what is new, and out with what was shared before."""
    guide = told("DE", born=date(2008, 1, 1))

    assert reasons(guide, "as-you-are", "pack")["before-start"] == "minor"
    assert reasons(guide, "as-you-are", "pack")["from-now-on"] == USED
    assert "of-age" in codes(guide, "applies")


@pytest.mark.parametrize(
    ("day", "version"),
    [
        ("2024-01-01", "2025-10-24"),
        ("2025-10-28", "2025-10-24"),
        ("2025-11-03", "2025-11-03"),
        ("2026-08-20", "2025-11-03"),
        ("2026-08-21", "2026-08-21"),
        ("2026-11-23", "2026-08-21"),
    ],
)
def test_newest_pack_in_force(day: str, version: str) -> None:
    """M19: the rules are those of the newest version whose date has come."""
    packs = [load_pack(name) for name in reversed(PACKS)]

    assert newest_in_force(packs, datetime.fromisoformat(f"{day}T12:00:00+00:00")).version == version


def test_the_definition_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """M19: every outcome comes from the one definition; with another in its place every outcome follows."""
    monkeypatch.setattr(guide_decisions, "decide", lambda *_: Decision(()))
    guide = told.__wrapped__("DE", off=WINTER)

    assert {one.reason.value for one in guide.outcomes} == {USED}
    assert guide.affiliates[0].categories != ()


def test_the_recommended_pack_says_what_the_switch_does() -> None:
    """M10: whoever tells no age and waits for the notice reads what their switch decides, and no beginning of ever."""
    guide, minor = told("DE", pack="byleave@1"), told("DE", pack="byleave@1", born=date(2010, 5, 1))
    found = {(one.scenario, one.reason.value) for one in guide.outcomes}

    assert found == {("as-you-are", USED), ("off-today", OUT)}
    assert "in-force" not in codes(guide, "applies")
    assert "taken-of-age" in codes(guide, "applies")
    assert {one.reason.value for one in minor.outcomes} == {"minor"}
    assert "taken-of-age" not in codes(minor, "applies")


def _text(document: Document) -> str:
    return " ".join(" ".join(lines(document)).split())


def test_a_rule_without_a_beginning_has_no_date() -> None:
    """Where a pack names no beginning, no instant that stands for it is told as a day, to whomever, in any language."""
    grown = told("DE", pack="byleave@1", born=date(1980, 1, 1), off=WINTER)

    assert grown.begins is None
    assert {one.period for one in grown.outcomes} == {"since-start", "from-now-on"}
    asked: list[dict[str, Any]] = [{}, {"country": "DE"}, {"country": "DE", "off": WINTER, "born": date(1980, 1, 1)}]
    for language in ("en", "de", "fr"):
        pages = [told(one.pop("country", None), pack="byleave@1", **one) for one in map(dict, asked)]
        written = "".join(_text(tell(page, language)) for page in pages)
        assert not set(re.findall(r"19[67]\d", written))
    assert "Every country: on by default." in _text(tell(told(None, pack="byleave@1"), "en"))


def test_one_reading_is_not_told_as_several() -> None:
    """Where a pack records no other reading, no sentence speaks of every reading; where it does, one does."""
    alone, several = (_text(tell(told("DE", pack=one), "en")) for one in ("byleave@1", "linkedin@2025-11-03"))

    assert "All of it is left out." in alone
    for words in ("by every reading", "each reading", "Who reads"):
        assert words not in alone
    assert "by every reading" in several

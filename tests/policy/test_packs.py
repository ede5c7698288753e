from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from byleave.kernel.instants import parse_instant
from byleave.policy.cases import CaseResult, run_cases
from byleave.policy.checks import countries_of
from byleave.policy.loader import parse_pack, shipped_cases, shipped_ids, shipped_text
from byleave.policy.model import Cite, Part
from byleave.policy.regions import regions
from byleave.policy.rules import rules_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.policy.model import Pack

EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK AX GF GP MF MQ RE YT"
ELSEWHERE = """
AD AE AF AG AI AL AM AO AQ AR AS AU AW AZ BA BB BD BF BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CC CD CF CG
CI CK CL CM CO CR CU CV CW CX DJ DM DO DZ EC EG EH ER ET FJ FK FM FO GA GD GE GG GH GI GL GM GN GQ GS GT GU GW
GY HM HN HT ID IL IM IN IO IQ IR JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LK LR LS LY MA MC MD ME
MG MH MK ML MM MN MO MP MR MS MU MV MW MX MY MZ NA NC NE NF NG NI NP NR NU NZ OM PA PE PF PG PH PK PM PN PR PS
PW PY QA RS RU RW SA SB SC SD SG SH SJ SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT
TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE ZA ZM ZW
"""

LINKEDIN_SINCE_2025_11 = {
    "generative-ai": {
        "europe": EU + " IS LI NO CH",
        "united-kingdom": "GB",
        "canada": "CA",
        "hong-kong": "HK",
        "world": ELSEWHERE,
    },
    "other-ai": {
        "europe-other-ai": EU + " IS LI NO CH",
        "united-kingdom-other-ai": "GB",
        "world-other-ai": ELSEWHERE + " CA HK",
    },
}
EXPECTED: dict[str, dict[str, dict[str, str]]] = {
    "byleave@1": {
        purpose: {"everywhere": EU + ELSEWHERE + " IS LI NO CH GB CA HK CN"}
        for purpose in ("generative-ai", "other-ai")
    },
    "linkedin@2025-10-24": {
        "generative-ai": {"europe": EU + " IS LI NO CH GB", "world": ELSEWHERE + " CA HK CN"},
    },
    "linkedin@2025-11-03": LINKEDIN_SINCE_2025_11,
    "linkedin@2026-08-21": LINKEDIN_SINCE_2025_11,
}
"""Pack → purpose → regime → the countries that it covers, written out here from the sources and not from the packs."""

DATED = ["linkedin@2025-11-03", "linkedin@2026-08-21"]
PROVED = {"M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M10"}


@cache
def pack(pack_id: str) -> Pack:
    """A shipped pack, read once."""
    return parse_pack(shipped_text(pack_id), f"{pack_id}.yaml")


@cache
def results(pack_id: str) -> list[CaseResult]:
    """What comes out of the cases of a shipped pack."""
    text = shipped_cases(pack_id)
    assert text is not None
    return run_cases(pack(pack_id), text, f"{pack_id}.cases.yaml")


def citations(part: Any) -> Iterator[tuple[Any, Cite]]:
    """Every rule of a pack with its citation."""
    if isinstance(part, Part):
        source = getattr(part, "source", None)
        if isinstance(source, Cite):
            yield part, source
        for name in type(part).model_fields:
            yield from citations(getattr(part, name))
    elif isinstance(part, dict | tuple):
        for value in part.values() if isinstance(part, dict) else part:
            yield from citations(value)


def test_table_names_every_country_once() -> None:
    """The table of this file covers the 249 countries, each once, with mainland China for itself."""
    for purposes in EXPECTED.values():
        for regimes in purposes.values():
            named = [code for codes in regimes.values() for code in codes.split()]
            assert len(named) == len(set(named))
            assert regions().countries - set(named) <= {"CN"}


@pytest.mark.parametrize("pack_id", shipped_ids())
def test_every_country_has_its_regime(pack_id: str) -> None:
    """`M5` `M6`: country by country, each of the 249 stands in the regime that the sources name, or in none."""
    for purpose, regimes in EXPECTED[pack_id].items():
        rules = rules_for(pack(pack_id), purpose, next(iter(pack(pack_id).recipients)))
        expected = {code: name for name, codes in regimes.items() for code in codes.split()}
        actual = {code: regime.name for code, regime in rules.by_country.items()}
        assert {code: actual.get(code) for code in regions().countries} == {
            code: expected.get(code) for code in regions().countries
        }


@pytest.mark.parametrize("pack_id", shipped_ids())
def test_table_has_every_purpose_and_regime(pack_id: str) -> None:
    """No purpose and no regime of a shipped pack is missing from the table."""
    purposes = {
        purpose: {name for name, regime in pack(pack_id).regimes.items() if purpose in regime.purposes}
        for purpose in pack(pack_id).purposes
    }

    assert purposes == {purpose: set(regimes) for purpose, regimes in EXPECTED[pack_id].items()}


@pytest.mark.parametrize(
    ("pack_id", "result"),
    [
        pytest.param(pack_id, result, id=f"{pack_id}: {result.name}")
        for pack_id in shipped_ids()
        for result in results(pack_id)
    ],
)
def test_case_holds(pack_id: str, result: CaseResult) -> None:
    """Each case comes out as the file beside the pack says.

    `M1` `M2` `M3` `M4` `M5` `M6` `M7` `M8` `M10` `M11` `M12` `M14` `M15` `M16` `M18`
    """
    assert result.passed, f"{pack_id}: {result.message}"


@pytest.mark.parametrize("pack_id", [name for name in shipped_ids() if name.startswith("linkedin")])
def test_every_claim_about_the_platform_has_a_case(pack_id: str) -> None:
    """`M1` `M2` `M3` `M4` `M5` `M6` `M7` `M8` `M10`: each has at least one case in every version of LinkedIn's pack."""
    claims = {result.claim for result in results(pack_id)}

    assert claims >= PROVED


@pytest.mark.parametrize("pack_id", shipped_ids())
def test_every_rule_has_a_source_with_date_and_certainty(pack_id: str) -> None:
    """Each rule cites a source that is listed, dated and certain to a stated degree; no source is listed in vain."""
    cited = [cite for _, cite in citations(pack(pack_id))]

    assert len(cited) > 20
    assert {cite.source for cite in cited} <= set(pack(pack_id).sources)
    assert {source.certainty for source in pack(pack_id).sources.values()} <= set("ABC?")
    mentioned = {cite.source for cite in cited} | set(in_notes(pack(pack_id)))
    assert set(pack(pack_id).sources) <= mentioned


def in_notes(read: Pack) -> Iterator[str]:
    """The sources that notes name beside the one that the rule cites."""
    notes = " ".join(f"{getattr(rule, 'note', '')} {cite.note}" for rule, cite in citations(read))
    yield from (name for name in read.sources if re.search(rf"\b{name}\b", notes))


@pytest.mark.parametrize("pack_id", shipped_ids())
def test_what_is_open_is_said(pack_id: str) -> None:
    """Each open question is a sentence, and so is the note of every rule that is not established."""
    assert pack(pack_id).not_established
    assert all(one.note and one.note.endswith(".") for one in pack(pack_id).not_established)
    doubtful = [(rule, cite) for rule, cite in citations(pack(pack_id)) if cite.certainty == "?"]
    assert all(rule.note or cite.note for rule, cite in doubtful)


@pytest.mark.parametrize("pack_id", shipped_ids())
def test_what_is_not_established_is_never_used(pack_id: str) -> None:
    """A category or visibility that the sources leave open says so with certainty `?` or C, never A or B."""
    read = pack(pack_id)
    for category in read.categories.values():
        if category.use == "not-established":
            assert category.source.certainty in ("?", "C")


def test_article_is_told_as_it_stands() -> None:
    """`M1` `M2` `M3` `M4` `M5` `M7` `M10`: the article's pack holds exactly the article's rules."""
    read = pack("linkedin@2025-10-24")

    assert {name for name, category in read.categories.items() if category.use == "in"} == {
        *("profile", "post", "article", "comment", "reaction", "repost", "poll-response")
    }
    assert {name for name, category in read.categories.items() if category.use != "in"} == {"private-message"}
    assert all(not category.visibility for category in read.categories.values())
    assert (read.visibility.public, read.visibility.connections) == ("in", "out")
    assert (read.visibility.group, read.visibility.private) == ("out", "out")
    assert read.purposes == ("generative-ai",)
    assert {product.purpose for product in read.products.values()} == {"generative-ai"}
    assert (read.opt_out.reaches, read.opt_in.frees) == ("collection", "everything")
    assert (read.age, read.ai_written) == (None, None)
    assert list(read.settings) == ["data-for-ai-improvement"]


@pytest.mark.parametrize(
    ("regime", "effective", "recipients"),
    [
        ("europe", "2025-11-03T00:00:00Z", ["linkedin"]),
        ("world", "2024-09-18T00:00:00Z", ["linkedin", "microsoft"]),
    ],
)
def test_article_has_two_regimes(regime: str, effective: str, recipients: list[str]) -> None:
    """`M4` `M5` `M6` `M8`: dates, default and recipients of the article's two regimes; nobody is asked for a notice."""
    rule = pack("linkedin@2025-10-24").regimes[regime]

    assert (rule.effective, rule.default) == (parse_instant(effective), "on")
    assert list(rule.recipients) == recipients
    assert rule.notice is None
    assert all(one.notice is None for one in rule.recipients.values())


def test_date_that_the_article_does_not_give_has_a_source_of_its_own() -> None:
    """`M6`: the day on which use began elsewhere comes from the dated policy."""
    read = pack("linkedin@2025-10-24")
    source = read.sources[read.regimes["world"].source.source]

    assert (source.certainty, source.date.isoformat()) == ("A", "2024-09-19")


@pytest.mark.parametrize("pack_id", [name for name in shipped_ids() if name.startswith("linkedin")])
def test_way_to_the_setting_is_told(pack_id: str) -> None:
    """`M9`: the steps to the setting and the direct link."""
    setting = pack(pack_id).settings["data-for-ai-improvement"]

    assert setting.link == "https://www.linkedin.com/mypreferences/d/settings/data-for-ai-improvement"
    assert setting.path[-1] == setting.title["en"] == "Data for Generative AI Improvement"
    assert setting.path[1:3] == ("Settings & Privacy", "Data privacy")


@pytest.mark.parametrize("pack_id", [name for name in shipped_ids() if name.startswith("linkedin")])
def test_way_to_the_objection_is_told(pack_id: str) -> None:
    """`M11` `M12`: the objection form, open to members and to people without an account."""
    form = pack(pack_id).objection_form

    assert form is not None
    assert form.link == "https://www.linkedin.com/help/linkedin/ask/TS-DPRO"
    assert form.open_to == ("member", "non-member")


@pytest.mark.parametrize("pack_id", DATED)
def test_dated_packs_follow_linkedin(pack_id: str) -> None:
    """`M1` `M10`: the setting covers generative AI only; an opt-out reaches training; other readings stand beside."""
    read = pack(pack_id)

    assert read.settings["data-for-ai-improvement"].governs == ("generative-ai",)
    assert read.products["talent"].purpose == "other-ai"
    assert read.opt_out.reaches == "training"
    assert {(one.kind, one.reaches) for one in read.readings} == {
        ("company", "training"),
        ("regulator", "collection"),
        ("article", "collection"),
    }


@pytest.mark.parametrize("pack_id", DATED)
def test_stricter_reading_where_nothing_is_established(pack_id: str) -> None:
    """What switching on again frees is not established, so the pack takes the stricter reading and says so."""
    rule = pack(pack_id).opt_in

    assert (rule.frees, rule.source.certainty) == ("new-content", "?")


@pytest.mark.parametrize("pack_id", DATED)
@pytest.mark.parametrize(
    ("regime", "categories"),
    [
        ("europe", None),
        ("united-kingdom", {"post", "comment", "article", "contribution"}),
        ("canada", {"post", "comment", "article", "contribution", "poll-response"}),
        ("hong-kong", {"post", "comment", "article", "contribution", "poll-response"}),
        ("world", {"post", "comment", "article", "contribution", "poll-response"}),
        ("europe-other-ai", None),
        ("united-kingdom-other-ai", None),
        ("world-other-ai", None),
    ],
)
def test_what_microsoft_gets(pack_id: str, regime: str, categories: set[str] | None) -> None:
    """`M8`: nothing from the EU, the EEA and Switzerland; some categories elsewhere, the United Kingdom included."""
    rule = pack(pack_id).regimes[regime].recipients.get("microsoft")

    assert (rule and set(rule.categories or ())) == categories


@pytest.mark.parametrize("pack_id", DATED)
def test_mainland_china_is_left_uncovered(pack_id: str) -> None:
    """`M6`: sources do not establish what holds in mainland China, so no regime covers it."""
    read = pack(pack_id)

    assert all(
        "CN" not in countries_of(read, regime, purpose)
        for regime in read.regimes.values()
        for purpose in regime.purposes
    )


def test_version_of_2026_changes_what_the_texts_changed() -> None:
    """Between the two dated packs only sources, the switch for advertisements, and notes differ."""
    before, after = pack(DATED[0]), pack(DATED[1])

    assert [name for name, one in before.categories.items() if one.use != after.categories[name].use] == []
    assert before.regimes.keys() == after.regimes.keys()
    assert all(before.regimes[name].effective == after.regimes[name].effective for name in before.regimes)
    assert after.settings["share-data-with-trusted-partners"].aliases == ("share-data-with-select-partners",)
    assert before.age is not None
    assert after.age is not None
    assert (before.age.minimum_years, before.age.unknown) == (after.age.minimum_years, after.age.unknown) == (18, "in")


def test_recommended_pack_protects() -> None:
    """`M4` `M8` `M15` `M16` `M18`: notice first, one switch for every purpose, a refusal that reaches the models."""
    read = pack("byleave@1")
    regime = read.regimes["everywhere"]

    assert (read.opt_out.reaches, read.opt_in.frees) == ("models", "new-content")
    assert read.settings["ai-training"].governs == read.purposes == regime.purposes
    assert (regime.default, regime.notice and (regime.notice.id, regime.notice.days)) == ("on", ("ai-training", 30))
    affiliate = regime.recipients["affiliate"].notice
    assert affiliate is not None
    assert (affiliate.id, affiliate.days) == ("ai-training-affiliate", 30)
    assert read.age is not None
    assert (read.age.minimum_years, read.age.unknown) == (18, "out")
    assert read.ai_written is not None
    assert (read.ai_written.use, read.ai_written.unknown) == ("out", "in")
    assert {one.use for one in read.categories.values()} == {"in", "out"}

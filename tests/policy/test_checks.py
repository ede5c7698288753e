from __future__ import annotations

import pytest

from byleave.policy.checks import check_pack, countries_of
from byleave.policy.regions import regions
from tests.policy.small_pack import FILE, changed, complaint, small_pack

NO_CODE = "is neither a country code (ISO 3166-1, two letters) nor `EU` nor `EEA`"
ONLY_OTHER_AI = ("purposes: [generative-ai, other-ai]\n    regions", "purposes: [other-ai]\n    regions")

CONTRADICTIONS = [
    (
        "citation",
        "age: {minimum_years: 18, unknown: out, source: text}",
        "age: {minimum_years: 18, unknown: out, source: txt}",
        "37:48: `txt` is not a source of this pack, did you mean `text`?",
    ),
    (
        "long citation",
        "{source: text, certainty: C}",
        "{source: other, certainty: C}",
        "40:46: `other` is not a source of this pack",
    ),
    (
        "citation in a reading",
        "{en: Otherwise.}, source: text}",
        "{en: Otherwise.}, source: nobody}",
        "43:100: `nobody` is not a source of this pack",
    ),
    (
        "citation in a notice of a recipient",
        'version: "2", source: text',
        'version: "2", source: texts',
        "59:62: `texts` is not a source of this pack, did you mean `text`?",
    ),
    (
        "recipient",
        "      parent:\n",
        "      parents:\n",
        "56:7: `parents` is not a recipient of this pack, did you mean `parent`?",
    ),
    (
        "category of a recipient",
        "categories: [post]",
        "categories: [post, pots]",
        "57:28: `pots` is not a category of this pack, did you mean `post`?",
    ),
    (
        "limited recipient",
        "reaches: training",
        "reaches: collection",
        "57:21: a recipient limited to some categories needs `opt_out.reaches` to be `training` or `models`",
    ),
    (
        "setting named twice",
        "{title: {en: Advertising}, governs: []",
        "{title: {en: Advertising}, governs: [], aliases: [training]",
        "20:16: `training` names two settings, `training` and `advertising`",
    ),
    (
        "alias of itself",
        "aliases: [old-training]",
        "aliases: [old-training, training]",
        "18:14: `training` names the setting `training` twice",
    ),
    ("country", "regions: [EU, NO]", "regions: [EU, XX]", f"48:19: `XX` {NO_CODE} nor `rest`"),
    (
        "country in small letters",
        "regions: [EU, NO]",
        "regions: [EU, no]",
        f"48:19: `no` {NO_CODE} nor `rest`, did you mean `NO`?",
    ),
    ("excluded rest", "exclude: [CN]", "exclude: [rest]", f"66:15: `rest` {NO_CODE}"),
    (
        "country in two regimes",
        "purposes: [generative-ai, other-ai]\n    regions: [rest]",
        "purposes: [generative-ai, other-ai]\n    regions: [NO]",
        "65:14: `NO` stands in two regimes for generative-ai, `union` and `world`",
    ),
    (
        "countries in two regimes",
        "purposes: [generative-ai, other-ai]\n    regions: [rest]",
        "purposes: [generative-ai, other-ai]\n    regions: [EEA]",
        "65:14: `AT` (and 34 more) stands in two regimes for generative-ai, `union` and `world`",
    ),
    (
        "rest in two regimes",
        "regions: [EU, NO]",
        "regions: [rest]",
        "65:14: `AD` (and 247 more) stands in two regimes for generative-ai, `union` and `world`",
    ),
]

WITHOUT_OTHER_AI = ("purposes: [generative-ai, other-ai]\nproducts", "purposes: [generative-ai]\nproducts")


def test_correct_pack_has_no_problem() -> None:
    """Nothing is found in a pack that does not contradict itself."""
    assert check_pack(small_pack()) == []


@pytest.mark.parametrize(("old", "new", "expected"), [pytest.param(*one[1:], id=one[0]) for one in CONTRADICTIONS])
def test_contradiction_is_placed(old: str, new: str, expected: str) -> None:
    """A name that the pack does not have, or a rule against another, is reported where it stands."""
    assert complaint(changed((old, new))) == f"{FILE}:{expected}"


def test_purpose_that_the_pack_does_not_speak_of() -> None:
    """A product, a setting or a regime for a purpose that the pack does not list is reported."""
    text = changed(
        WITHOUT_OTHER_AI,
        ("{title: Rewrite, purpose: generative-ai", "{title: Rewrite, purpose: other-ai"),
        ("governs: []", "governs: [other-ai]"),
    )

    assert complaint(text).splitlines() == [
        f"{FILE}:10:38: `other-ai` is not a purpose of this pack",
        f"{FILE}:20:53: `other-ai` is not a purpose of this pack",
        f"{FILE}:64:31: `other-ai` is not a purpose of this pack",
    ]


def test_countries_of_a_regime_are_resolved() -> None:
    """Sets are opened, synonyms replaced and exclusions taken out."""
    pack = small_pack(("regions: [EU, NO]", "regions: [EU, UK, EL]\n    exclude: [FR, RE]"))

    covered = countries_of(pack, pack.regimes["union"], "generative-ai")

    assert covered == regions().sets["EU"] - {"FR", "RE"} | {"GB"}


def test_rest_is_what_no_other_regime_names() -> None:
    """`rest` is every country that the other regimes for the purpose leave, without what is excluded."""
    pack = small_pack()
    world = pack.regimes["world"]

    assert countries_of(pack, world, "generative-ai") == regions().countries - regions().sets["EU"] - {"NO", "CN"}
    assert countries_of(pack, world, "other-ai") == regions().countries - {"CN"}


def test_what_a_regime_excludes_falls_to_the_rest() -> None:
    """A country that one regime takes out of its set is covered by the regime of the rest."""
    pack = small_pack(("regions: [EU, NO]", "regions: [EU, NO]\n    exclude: [FR]"))

    assert "FR" in countries_of(pack, pack.regimes["world"], "generative-ai")


def test_excluded_country_is_covered_by_no_rule() -> None:
    """What the regime of the rest excludes is in no regime."""
    pack = small_pack()

    assert all("CN" not in countries_of(pack, regime, "generative-ai") for regime in pack.regimes.values())


def test_one_country_may_stand_in_regimes_for_different_purposes() -> None:
    """Two regimes for one country are an error only for the same purpose."""
    assert check_pack(small_pack(ONLY_OTHER_AI, ("regions: [rest]", "regions: [EEA]"))) == []

from __future__ import annotations

import pytest
from babel import Locale

from byleave.policy.regions import normalise_country, regions

# Codes in CLDR that ISO 3166-1 has not officially assigned: groups of countries, private use, exceptional reservations.
# Source: Unicode CLDR, `en` territories; ISO 3166/MA, decoding table (exceptionally reserved and user-assigned codes).
NOT_ASSIGNED = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}

EU_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_TERRITORIES = "AX GF GP MQ MF RE YT"


def test_every_country_is_known() -> None:
    """The list has the 249 officially assigned codes, as CLDR has them too."""
    territories = {code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()}

    assert regions().countries == territories - NOT_ASSIGNED
    assert len(regions().countries) == 249


def test_union_has_its_members_and_territories() -> None:
    """`EU` is the 27 members, and the territories inside the Union that have a code of their own."""
    assert regions().sets["EU"] == set(EU_MEMBERS.split()) | set(EU_TERRITORIES.split())
    assert len(EU_MEMBERS.split()) == 27


def test_economic_area_adds_three() -> None:
    """`EEA` is `EU` with Iceland, Liechtenstein and Norway."""
    assert regions().sets["EEA"] == regions().sets["EU"] | {"IS", "LI", "NO"}


@pytest.mark.parametrize("name", sorted(regions().sets))
def test_sets_hold_countries(name: str) -> None:
    """No set names a country that the list does not have, and no set is called like a country."""
    assert regions().sets[name] <= regions().countries
    assert name not in regions().countries


@pytest.mark.parametrize(("code", "country"), [("UK", "GB"), ("EL", "GR"), ("NO", "NO"), ("AX", "AX"), ("CH", "CH")])
def test_country_is_normalised(code: str, country: str) -> None:
    """`UK` and `EL` mean Great Britain and Greece; a country's own code is kept, `NO` for Norway among them."""
    assert normalise_country(code) == country


@pytest.mark.parametrize("code", ["", "de", "XX", "EU", "rest", "DEU", "XK"])
def test_what_is_no_country_is_none(code: str) -> None:
    """Anything but an officially assigned code or one of the two synonyms is no country."""
    assert normalise_country(code) is None

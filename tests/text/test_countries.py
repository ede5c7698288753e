"""Every country has its name in every language, as Unicode has it."""

from __future__ import annotations

import pytest
from babel import Locale

from byleave.policy.regions import regions
from byleave.text.catalogue import LANGUAGES
from byleave.text.countries import country_names


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_those_of_unicode(language: str) -> None:
    """The file has each country that a pack can name, as CLDR calls it."""
    names = Locale(language).territories

    assert country_names(language) == {code: names[code] for code in regions().countries}


def test_names_stand_where_readers_look() -> None:
    """An accent does not move a country to the end of the list."""
    german = list(country_names("de").values())

    assert german.index("Österreich") < german.index("Pakistan")
    assert list(country_names("fr").values()).index("États-Unis") < list(country_names("fr").values()).index("Fidji")

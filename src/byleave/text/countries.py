"""What countries are called, by language: the names of Unicode's CLDR in `countries.yaml`."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources

import yaml

from byleave.text.catalogue import SOURCE_LANGUAGE


@cache
def country_names(language: str) -> dict[str, str]:
    """Code (ISO 3166-1 alpha-2) → name, in the order in which readers of the language look for them; else in English.

    Source: CLDR, `territories`, as Babel carries it; `make catalogue` writes the file (docs/adr/0117).
    """
    text = resources.files("byleave.text").joinpath("countries.yaml").read_text(encoding="utf-8")
    names: dict[str, dict[str, str]] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds nothing but text
    return dict(sorted(names.get(language, names[SOURCE_LANGUAGE]).items(), key=lambda one: _plain(one[1])))


def country_name(language: str, code: str) -> str:
    """What a country is called; its code where no name is known."""
    return country_names(language).get(code, code)


def _plain(name: str) -> str:
    """A name without its accents, so that Österreich stands under O."""
    return "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))

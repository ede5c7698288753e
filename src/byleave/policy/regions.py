"""Countries and the named sets of countries; the lists themselves are data (`regions.yaml`)."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml

REST = "rest"
"""In a regime's `regions`: every country that no other regime for the same purpose names."""


class Regions(NamedTuple):
    """The country codes, their synonyms and the named sets."""

    countries: frozenset[str]
    synonyms: dict[str, str]
    sets: dict[str, frozenset[str]]


@cache
def regions() -> Regions:
    """Read the shipped lists. Codes are text: YAML 1.1 would turn `NO` into a boolean."""
    text = resources.files("byleave.policy").joinpath("regions.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader builds nothing but text
    return Regions(
        countries=frozenset(data["countries"].split()),
        synonyms=dict(data["synonyms"]),
        sets={name: frozenset(codes.split()) for name, codes in data["sets"].items()},
    )


def normalise_country(code: str) -> str | None:
    """The ISO 3166-1 alpha-2 code for a code or a known synonym (`UK`, `EL`); None if it is neither."""
    known = regions()
    code = known.synonyms.get(code, code)
    return code if code in known.countries else None

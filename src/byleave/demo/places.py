"""Where the members live, which languages they write there, and where they move."""

from __future__ import annotations

from typing import NamedTuple

from byleave.policy.regions import regions


class Place(NamedTuple):
    """A country: how many of its people are members, in what they write, and their hours ahead of UTC."""

    country: str | None
    weight: int
    languages: tuple[str, ...]
    hours: int


PLACES = (
    Place("US", 170, ("en",) * 9 + ("es",), -6),
    Place("IN", 90, ("en",), 5),
    Place("GB", 80, ("en",), 0),
    Place("DE", 110, ("de",) * 19 + ("en",), 1),
    Place("FR", 75, ("fr",), 1),
    Place("BR", 55, ("pt",), -3),
    Place("IT", 50, ("it",), 1),
    Place("ES", 50, ("es",), 1),
    Place("NL", 42, ("nl",) * 9 + ("en",), 1),
    Place("CA", 40, ("en",) * 3 + ("fr",), -5),
    Place("AU", 30, ("en",), 10),
    Place("CH", 26, ("de",) * 6 + ("fr",) * 3 + ("it",), 1),
    Place("BE", 22, ("nl",) * 5 + ("fr",) * 4, 1),
    Place("AT", 20, ("de",), 1),
    Place("PT", 20, ("pt",), 0),
    Place("JP", 20, ("ja",), 9),
    Place("IE", 16, ("en",), 0),
    Place("PL", 16, ("en",), 1),
    Place("SE", 14, ("en",), 1),
    Place("MX", 14, ("es",), -6),
    Place("HK", 11, ("en",), 8),
    Place("NO", 10, ("en",), 1),
    Place("DK", 9, ("en",), 1),
    Place("FI", 8, ("en",), 2),
    Place("AR", 8, ("es",), -3),
    Place("ZA", 8, ("en",), 2),
    Place("CZ", 6, ("en",), 1),
    Place("GR", 6, ("en",), 2),
    Place("SG", 6, ("en",), 8),
    Place("RE", 5, ("fr",), 4),
    Place("LU", 5, ("fr", "fr", "de"), 1),
    Place("NZ", 5, ("en",), 12),
    Place("CN", 4, ("en",), 8),
    Place("AX", 3, ("en",), 2),
    Place("IS", 3, ("en",), 0),
    Place("LI", 2, ("de",), 1),
    Place(None, 6, ("en",), 0),
)
ELSEWHERE = Place(None, 0, ("en",), 0)
BY_COUNTRY = {place.country: place for place in PLACES}

MOVES = (
    ("DE", "US"),
    ("US", "FR"),
    ("GB", "DE"),
    ("GB", "IE"),
    ("FR", "CA"),
    ("IN", "CA"),
    ("IN", "DE"),
    ("BR", "PT"),
    ("PT", "CH"),
    ("US", "GB"),
    ("DE", "CH"),
    ("IT", "US"),
    ("NL", "AU"),
    ("ES", "MX"),
    ("CA", "US"),
    ("AU", "GB"),
    ("FR", "RE"),
    ("HK", "GB"),
)

OTHER_CODES = {"GB": "UK", "GR": "EL"}
"""Codes that some systems write for the ISO ones; a few rows of the register have them."""

LATER = regions().sets["EEA"] | {"CH", "GB", "CA", "HK"}
"""Where training begins in November 2025, and where most people therefore hear of it in that autumn."""

"""Whole numbers as people write them, by language."""

from __future__ import annotations

from byleave.text.catalogue import N_, Catalogue

THOUSANDS = N_(",")
"""What stands between thousands."""


def number_text(catalogue: Catalogue, value: int) -> str:
    """A number, such as `20,000`."""
    return f"{value:,}".replace(THOUSANDS, catalogue.say(THOUSANDS))

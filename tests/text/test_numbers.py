"""Whole numbers in each language."""

from __future__ import annotations

import pytest

from byleave.text.catalogue import Catalogue
from byleave.text.numbers import number_text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "1,234,567"),
        ("de", "1.234.567"),
        ("fr", "1\u202f234\u202f567"),
    ],
)
def test_thousands(language: str, text: str) -> None:
    """Thousands are set apart by the language's own mark; small numbers have none."""
    assert number_text(Catalogue(language), 1_234_567) == text
    assert number_text(Catalogue(language), 12) == "12"

"""Equal values have equal bytes, as RFC 8785 defines them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from rfc8785 import CanonicalizationError

from byleave.kernel.canonical import canonical_json, digest_bytes, digest_value

# I-JSON (RFC 7493 section 2.2): integers are exact up to 2^53 - 1
EXACT = 2**53 - 1
scalars = st.none() | st.booleans() | st.integers(-EXACT, EXACT) | st.text(st.characters(codec="utf-8"))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


def test_example_of_the_standard() -> None:
    """The serialisation of RFC 8785 section 3.2.2 comes out as printed there."""
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )

    assert canonical_json(value).decode() == expected


def test_keys_are_sorted_by_utf_16() -> None:
    """Keys are ordered as UTF-16 code units (RFC 8785 section 3.2.3), in which 😀 comes before ﬁ."""
    assert canonical_json({"\ufb01": 1, "\U0001f600": 2, "a": 3}).decode() == '{"a":3,"\U0001f600":2,"\ufb01":1}'


@given(values | st.floats(allow_nan=False, allow_infinity=False) | st.dictionaries(st.text(), st.floats(0, 1)))
def test_quick_way_writes_the_same(value: Any) -> None:
    """What the standard library writes for common values is what the reference implementation of RFC 8785 writes."""
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", ["\ud800", {"\ud800": 1}, ["a", "\udfff"]])
def test_half_a_character_is_refused(value: object) -> None:
    """Text that no encoding can hold is refused as the reference implementation refuses it."""
    with pytest.raises((CanonicalizationError, UnicodeEncodeError)):
        canonical_json(value)


@given(values)
def test_canonical_form_is_stable(value: object) -> None:
    """It is JSON of the same value, and its own canonical form."""
    written = canonical_json(value)

    assert json.loads(written) == value
    assert canonical_json(json.loads(written)) == written


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), scalars))
def test_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    """A mapping written in another order has the same digest."""
    assert digest_value(dict(reversed(value.items()))) == digest_value(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, {1: 2}])
def test_what_json_cannot_say_exactly_is_refused(value: object) -> None:
    """Not a number, infinity, inexact integers and keys that are no text have no canonical form."""
    with pytest.raises(CanonicalizationError):
        canonical_json(value)


def test_digest_names_its_algorithm() -> None:
    """A digest is SHA-256 in hexadecimal, with its name in front."""
    assert digest_bytes(b"abc") == f"sha256:{hashlib.sha256(b'abc').hexdigest()}"
    assert digest_value({}) == digest_bytes(b"{}")

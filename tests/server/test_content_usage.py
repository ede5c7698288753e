"""`Content-Usage` is read as the draft and RFC 9651 say; what does not parse states nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.server.content_usage import read_content_usage

CASES = {
    "train-ai=n": {"train-ai": "n"},
    "search=y, train-ai=n": {"search": "y", "train-ai": "n"},
    "train-ai=y,train-ai=n": {"train-ai": "n"},
    "train-ai=n;has;parameters": {"train-ai": "n"},
    'train-ai=n;has;parameters="?"': {"train-ai": "n"},
    'train-ai=n;has;parameters="?";': {},
    "train-ai=N": {},
    "train-ai": {},
    "train-ai=?0": {},
    'train-ai="n"': {},
    "Train-AI=n": {},
    "train-ai=n,": {},
    "train-ai=n other=y": {},
    "bots=n, other=(a b;c 1), train-ai=n": {"train-ai": "n"},
    "": {},
}


@pytest.mark.parametrize("text", CASES)
def test_header_is_read(text: str) -> None:
    """Each header states what it should: of a name that stands twice the last, of another type or spelling nothing."""
    assert read_content_usage(text) == CASES[text]


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    """No header is an error, and none states anything but `y` or `n`."""
    assert set(read_content_usage(text).values()) <= {"y", "n"}


@given(
    st.sampled_from("yn"), st.sampled_from(["search", "train-ai"]), st.sampled_from(["", "a=1, ", "b=(x y);p=?1,\t"])
)
def test_what_stands_before_does_not_matter(value: str, name: str, before: str) -> None:
    """A preference is found after members that nobody knows."""
    assert read_content_usage(f"{before}{name}={value}")[name] == value

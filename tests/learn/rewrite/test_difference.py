"""What a rewrite changes is told whole: both texts can be read from it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from byleave.learn.rewrite.difference import GONE, NEW, Piece, difference

TEXT = st.text(alphabet="ab \n.", max_size=40)


@given(TEXT, TEXT)
def test_both_texts_are_in_it(draft: str, rewrite: str) -> None:
    """Without what is new it is the draft, and without what is gone the rewrite, to the last blank."""
    pieces = difference(draft, rewrite)

    assert "".join(one.text for one in pieces if one.kind != NEW) == draft
    assert "".join(one.text for one in pieces if one.kind != GONE) == rewrite


def test_only_what_changes_is_marked() -> None:
    """A word that stays is not marked."""
    assert difference("we met", "We met") == [Piece(GONE, "we"), Piece(NEW, "We"), Piece("same", " met")]

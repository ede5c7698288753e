"""The chain: any change to any row is found, and what is hashed is what the documentation says."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError
from byleave.ledger.chain import NOTHING, Row, link, payload_digest, verify
from byleave.ledger.entries import Kind

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
LENGTH = 6


def chain_of(length: int) -> list[Row]:
    """Rows that follow from each other."""
    rows: list[Row] = []
    for number in range(length):
        before = rows[-1].chain if rows else NOTHING
        digest = hashlib.sha256(bytes([number])).hexdigest()
        rows.append(link(before, number + 1, 1 + number // 4, 1000 + number, Kind.PREFERENCE_SET.value, digest))
    return rows


def test_the_chain_is_what_is_documented() -> None:
    """Each hash can be made again with RFC 8785 and SHA-256 alone."""
    before = NOTHING
    for row in chain_of(LENGTH):
        text = canonical_json([before, row.seq, row.epoch, row.recorded_at, row.kind, row.digest])
        assert row.chain == hashlib.sha256(text).hexdigest()
        before = row.chain


@given(st.binary(min_size=32, max_size=32), WORDS, WORDS, st.integers(-(2**50), 2**50), st.dictionaries(WORDS, WORDS))
def test_the_digest_is_what_is_documented(salt: bytes, subject: str, actor: str, at: int, data: dict[str, str]) -> None:
    """The digest of the personal part is that of its canonical JSON after the salt, whatever the texts are."""
    value = {"subject": subject, "actor": actor, "at": at, "data": data}
    expected = hashlib.sha256(salt + canonical_json(value)).hexdigest()

    assert payload_digest(salt.hex(), subject, actor, at, canonical_json(data).decode()) == expected


def test_a_whole_chain_is_accepted_in_pieces() -> None:
    """Verified at once or from any row on, the end is the same."""
    rows = chain_of(LENGTH)

    assert verify([]) is None
    assert verify(rows) == rows[-1]
    for cut in range(1, LENGTH):
        assert verify(rows[cut:], verify(rows[:cut])) == rows[-1]


@pytest.mark.parametrize("field", Row._fields)
@pytest.mark.parametrize("number", range(LENGTH))
def test_any_change_is_found(field: str, number: int) -> None:
    """A change of any field of any row is found, also when the later rows are linked anew but one is known."""
    rows = chain_of(LENGTH)
    old = getattr(rows[number], field)
    changed = rows[number]._asdict() | {field: old + 1 if isinstance(old, int) else old[::-1] + "0"}
    rows[number] = Row(**changed)

    with pytest.raises(InputError):
        verify(rows)


@pytest.mark.parametrize("number", range(LENGTH - 1))
def test_a_row_that_is_taken_out_doubled_or_moved_is_found(number: int) -> None:
    """The last row alone can be cut off unseen; whoever kept the head sees that too."""
    rows = chain_of(LENGTH)
    moved = [*rows]
    moved[number], moved[number + 1] = moved[number + 1], moved[number]
    for broken in (rows[:number] + rows[number + 1 :], [*rows[: number + 1], *rows[number:]], moved):
        with pytest.raises(InputError):
            verify(broken)


def test_a_row_holds_nothing_personal() -> None:
    """Two equal acts of two people give rows that tell nothing of either: only salted digests differ."""
    one, other = (payload_digest(salt * 32, "ana", "member", 1, json.dumps({})) for salt in ("00", "01"))

    assert one != other
    assert set(Row._fields) == {"seq", "epoch", "recorded_at", "kind", "digest", "chain"}

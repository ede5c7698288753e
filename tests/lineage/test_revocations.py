"""Lists of revocations: signed, for one holder, growing, and about nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.kernel.errors import ByleaveError, InputError, RefusedError, VerificationError
from byleave.ledger.artefacts import Artefacts
from byleave.ledger.entries import Entry
from byleave.lineage.revocations import (
    Revocations,
    acknowledged,
    called_back,
    handed_over,
    holder_key,
    item_mark,
    key_mark,
    published,
    read_signed,
    signed,
)
from byleave.proof.key_ring import KeyRing, RingKey
from byleave.proof.keys import SignerKey

if TYPE_CHECKING:
    from byleave.ledger.admission import Proposal

AT = datetime(2026, 5, 1, tzinfo=UTC)
SIGNER = SignerKey.from_seed("example.com/byleave", b"s" * 32)
OTHER = SignerKey.from_seed("example.com/byleave", b"o" * 32)
RING = KeyRing((RingKey(SIGNER.verifier, datetime(2026, 1, 1, tzinfo=UTC), None),))
MANIFEST = f"sha256:{1:064x}"
KEY = holder_key(b"k" * 32, MANIFEST, "trainer")


def made(*items: str, watermark: int = 7, key: bytes = KEY) -> Revocations:
    """A list that calls these items back."""
    marks = tuple(sorted(item_mark(key, one) for one in items))
    return Revocations(MANIFEST, "trainer", AT, watermark, "epoch-1", key_mark(key), marks)


@given(st.sets(st.text(min_size=1), max_size=20), st.sets(st.text(min_size=1), max_size=20))
def test_holder_finds_its_own_items(mine: set[str], revoked: set[str]) -> None:
    """A holder finds exactly those of its items that are called back; under another holder's key nobody finds any."""
    found = read_signed(signed(made(*revoked), SIGNER), RING, "list")
    other = holder_key(b"k" * 32, MANIFEST, "affiliate")

    assert set(called_back(found, KEY, sorted(mine))) == mine & revoked
    with pytest.raises(VerificationError, match="not the one that came"):
        called_back(found, other, sorted(mine | revoked))
    assert not any(one in json.dumps(found.as_json()) for one in revoked if len(one) > 40)


@given(st.integers(0, 500), st.integers(1, 255))
def test_any_changed_byte_is_found(place: int, change: int) -> None:
    """A list in which one byte was changed is never taken for the one that was signed."""
    data = bytearray(signed(made("i1", "i2"), SIGNER))
    data[place % len(data)] ^= change
    try:
        found = read_signed(bytes(data), RING, "list")
    except ByleaveError:
        return
    assert found == made("i1", "i2")  # only a signature's unused part may differ


def test_other_key_and_other_time_show_nothing() -> None:
    """A list that another key signed, or a key that was not valid yet, does not hold."""
    with pytest.raises(ByleaveError, match="not signed by a key of the ring"):
        read_signed(signed(made("i1"), OTHER), RING, "list")
    early = replace(made("i1"), as_of=datetime(2025, 1, 1, tzinfo=UTC))
    with pytest.raises(ByleaveError, match="not valid then"):
        read_signed(signed(early, SIGNER), RING, "list")
    with pytest.raises(InputError, match="no list of revocations"):
        read_signed(b"{}", RING, "list")


def test_list_only_grows_and_never_goes_back() -> None:
    """What was called back stays called back, an older list never replaces a newer, nor one of another holder."""
    first, second = made("i1", "i2"), made("i2", "i3", watermark=9)

    assert second.after(first).items == made("i1", "i2", "i3").items
    assert first.after(None) == first
    with pytest.raises(RefusedError, match="knows of entry 9"):
        first.after(second)
    with pytest.raises(RefusedError, match="another holder"):
        replace(first, holder="affiliate").after(second)


def test_acknowledgements_are_tracked() -> None:
    """M18: it is known who holds a copy, what was called back, and who has not done it yet; only the newest counts."""
    state, seq = Artefacts(snapshots={MANIFEST}), 0

    def record(proposal: Proposal) -> None:
        nonlocal seq
        seq += 1
        state.apply(Entry(seq, AT, proposal.kind, "", "platform", AT, proposal.data))

    with pytest.raises(InputError, match="was never given"):
        record(published(made("i1")))
    record(handed_over(MANIFEST, "trainer"))
    assert not state.held[MANIFEST, "trainer"].waits
    record(published(made("i1")))
    record(acknowledged(made("i1")))
    assert not state.held[MANIFEST, "trainer"].waits
    record(published(made("i1", "i2")))
    assert state.held[MANIFEST, "trainer"].waits
    with pytest.raises(InputError, match="not the newest"):
        record(acknowledged(made("i1")))
    with pytest.raises(InputError, match="only grows"):
        record(published(made("i3")))
    with pytest.raises(InputError, match="already"):
        record(handed_over(MANIFEST, "trainer"))
    with pytest.raises(InputError, match="not recorded"):
        record(handed_over(f"sha256:{2:064x}", "trainer"))

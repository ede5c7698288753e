"""A receipt is written out in one way, and that way is canonical, whatever the entry says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.adapters.packs import load_pack
from byleave.kernel.errors import InputError
from byleave.proof.receipt import parse_receipt, signed_text
from byleave.receipts.draft import form_of
from byleave.receipts.form import Drawing
from tests.receipts.acts import CASES, NOTICE

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)
INSTANTS = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - its bounds
DRAWINGS = {
    name: Drawing(form_of(entry.kind, entry.actor, entry.data, pack=load_pack(pack), country=country, notice=NOTICE))
    for name, (entry, pack, country) in CASES.items()
}


@given(st.sampled_from(sorted(CASES)), TEXTS, TEXTS, TEXTS, INSTANTS, INSTANTS, st.integers(1, 2**53 - 1))
def test_text_is_canonical(  # noqa: PLR0913, PLR0917 - what an entry says
    name: str, subject: str, item: str, epoch: str, at: datetime, recorded_at: datetime, seq: int
) -> None:
    """M3: the text that is signed is the canonical form of the receipt that is read from it, and says what was done."""
    entry = CASES[name][0]
    data = {**entry.data, **({"item": item} if "item" in entry.data else {})}
    entry = replace(entry, seq=seq, subject=subject, at=at, recorded_at=recorded_at, data=data)

    text = DRAWINGS[name].text(entry, epoch)
    receipt = parse_receipt(json.loads(text))

    assert text == signed_text(receipt.as_json())
    assert (receipt.seq, receipt.subject, receipt.epoch) == (seq, subject, epoch)
    assert (receipt.at, receipt.recorded_at, receipt.notice) == (at, recorded_at, NOTICE)
    assert all(told == data[field] for field, told in receipt.act.model_dump().items() if field in data)


def test_entry_without_a_person_has_no_receipt() -> None:
    """An entry of which no receipt can speak is refused when it is read."""
    entry = replace(CASES["off-recommended"][0], subject="")
    with pytest.raises(InputError, match="subject"):
        DRAWINGS["off-recommended"].receipt(entry, "e")

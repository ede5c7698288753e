"""What an act covered, reached and freed when it was recorded, the gate and `explain` still obey."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

import byleave
from byleave.kernel.errors import InputError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from tests.gate.scene import DECIDE, decisions, gate
from tests.server.db.ledgers import switched

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.server.db.store import Store

TRAINING = "linkedin@2025-11-03"
"""A pack whose opt-outs reach every later training, old content included."""


@pytest.mark.parametrize(
    ("covers", "reaches", "options"),
    [
        pytest.param(["generative-ai"], "training", DECIDE, id="reached farther"),
        pytest.param(
            ["generative-ai", "other-ai"],
            "models",
            {**DECIDE, "pack": TRAINING, "purpose": "other-ai"},
            id="covered more",
        ),
    ],
)
def test_a_pack_change_turns_no_refusal_into_leave(  # noqa: PLR0913, PLR0917 - what an act says, and where it is told
    tmp_path: Path, store: Store, url: str, items: Path, covers: list[str], reaches: str, options: dict[str, Any]
) -> None:
    """M10: what an *off* covered and reached then it does under a pack that says less, and `explain` says so."""
    off = switched("m1")
    told = Proposal(off.kind, "m1", off.actor, {**off.data, "covers": covers, "reaches": reaches})
    store.append([switched("m2")])
    store.append([told])
    gate(items, url, out=tmp_path / "s", decisions_only=True, **options)
    (found,) = byleave.explain("i1", items, register=url, **options)
    codes = str(found.as_json())

    assert decisions(tmp_path / "s") == {"i1": "opted-out", "i2": "eligible", "i3": "eligible"}
    assert ("reached-then" in codes, "covered-then" in codes) == (options is DECIDE, options is not DECIDE)


@pytest.mark.parametrize("again", ["", "everything"])
def test_an_on_frees_no_more_than_it_did(tmp_path: Path, store: Store, url: str, items: Path, again: str) -> None:
    """M10: an *on* that freed new content alone frees nothing old under a pack that frees all; a later one does."""
    off, reason = switched("m1"), "eligible" if again else "opted-out"
    # before anything could be used: an off of today would come too late
    store.append([Proposal(off.kind, "m1", off.actor, off.data, datetime(2024, 1, 1, tzinfo=UTC))])
    for frees in ["new-content", *([again] if again else [])]:
        store.append([Proposal(off.kind, "m1", off.actor, {**off.data, "value": "on", "frees": frees})])
    gate(items, url, out=tmp_path / "s", decisions_only=True, **DECIDE)
    (found,) = byleave.explain("i1", items, register=url, **DECIDE)

    assert decisions(tmp_path / "s")["i1"] == found.as_json()["reason"] == reason


@pytest.mark.parametrize("merged", [False, True])
def test_an_off_before_any_use_covers_what_is_old(
    tmp_path: Path, store: Store, url: str, items: Path, *, merged: bool
) -> None:
    """M10: nothing had been collected for the recipient before they switched off, and nothing old is used."""
    off = switched("m1")
    unused = {"unused_since": ["generative-ai linkedin 1900-01-01T00:00:00Z"]}
    elsewhere = {"unused_since": ["generative-ai microsoft 1900-01-01T00:00:00Z"]}
    store.append([Proposal(off.kind, "m3", off.actor, {**off.data, **elsewhere})])
    store.append([Proposal(off.kind, "m1", off.actor, {**off.data, **unused})])
    if merged:
        store.append([Proposal(Kind.MEMBERS_MERGED, "m1", "platform", {"into": "m2"})])
    gate(items, url, out=tmp_path / "s", decisions_only=True, **DECIDE)
    (found,) = byleave.explain("i1", items, register=url, **DECIDE)

    out = "opted-out" if merged else "eligible"
    assert decisions(tmp_path / "s") == {"i1": "opted-out", "i2": out, "i3": "eligible"}
    assert found.as_json()["reason"] == "opted-out"


def test_merged_accounts_keep_what_each_covered(tmp_path: Path, store: Store, url: str, items: Path) -> None:
    """An *off* of one account that covered more stops both of them for it."""
    off = switched("m1")
    store.append([Proposal(off.kind, "m1", off.actor, {**off.data, "covers": ["other-ai"], "reaches": "models"})])
    store.append([Proposal(Kind.MEMBERS_MERGED, "m1", "platform", {"into": "m2"})])
    gate(items, url, out=tmp_path / "s", decisions_only=True, **{**DECIDE, "pack": TRAINING, "purpose": "other-ai"})

    assert decisions(tmp_path / "s") == {"i1": "opted-out", "i2": "opted-out", "i3": "eligible"}


@pytest.mark.parametrize("said", ['["other-ai"', '{"a": 1}'])
def test_what_cannot_be_read_of_an_act_refuses_the_run(store: Store, said: str) -> None:
    """An act that covers or reaches what nobody knows is not recorded."""
    off = switched("m1")
    for more in ({"covers": said}, {"covers": [said]}, {"reaches": said}, {"unused_since": [said]}):
        with pytest.raises(InputError, match=r"expected|of a kind"):
            store.append([Proposal(off.kind, "m1", off.actor, {**off.data, **more})])

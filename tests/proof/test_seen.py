"""Whether a snapshot has seen a choice is told by numbers of one epoch, and by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.kernel.errors import InputError
from byleave.proof.receipt import LARGEST
from byleave.proof.seen import Outcome, compare
from tests.receipts.acts import receipt

if TYPE_CHECKING:
    from byleave.proof.receipt import Receipt


def manifest(watermark: Any = 50, epoch: str = "e-1", **changes: Any) -> dict[str, Any]:
    """The manifest of a snapshot that was made from a ledger, as far as it is read."""
    return {
        "format": "byleave-snapshot/1",
        "mode": "training",
        "purpose": "generative-ai",
        "register": {"kind": "ledger", "epoch": epoch},
        "watermark": "1",
        "recheck": {"watermark": watermark},
        **changes,
    }


def numbered(seq: int) -> Receipt:
    """A receipt with this number."""
    return receipt().model_copy(update={"seq": seq})


@given(seq=st.integers(1, LARGEST), watermark=st.integers(0, LARGEST), text=st.booleans())
def test_seen(seq: int, watermark: int, *, text: bool) -> None:
    """`receipt.seq ≤ manifest.W'` in the same epoch means that the choice was seen, and nothing else does."""
    found = compare(numbered(seq), manifest(str(watermark) if text else watermark))

    assert found.seen == (seq <= watermark)
    assert found.outcome == (Outcome.SEEN if seq <= watermark else Outcome.LATER)
    assert (found.watermark, found.epoch, found.covers_purpose) == (watermark, "e-1", True)


@given(seq=st.integers(1, 100), watermark=st.integers(0, 100))
def test_other_epoch(seq: int, watermark: int) -> None:
    """Numbers of two epochs are never compared: a restored ledger counts anew."""
    found = compare(numbered(seq), manifest(watermark, "e-2"))

    assert (found.outcome, found.seen, found.epoch) == (Outcome.OTHER_EPOCH, False, "e-2")


def test_the_second_watermark_counts() -> None:
    """A snapshot decides again before it is published: `W'` counts, and not `W`."""
    assert compare(numbered(42), manifest(42)).seen


def test_folder_has_no_watermark() -> None:
    """A snapshot made from a folder carries a digest in place of a number; from it nothing can be told."""
    folder = manifest("sha256:" + "0" * 64, register={"kind": "folder", "digest": "sha256:" + "0" * 64})

    assert compare(numbered(1), folder).outcome is Outcome.NO_WATERMARK
    assert not compare(numbered(1), folder).seen


def test_replay() -> None:
    """A replay shows nothing about what was seen, whatever its numbers."""
    assert compare(numbered(1), manifest(mode="replay")).outcome is Outcome.REPLAY


def test_other_purpose() -> None:
    """A snapshot for a purpose that the act does not cover says so beside the outcome."""
    ranking = receipt("off-at-linkedin")

    assert compare(ranking, manifest()).covers_purpose
    assert not compare(ranking, manifest(purpose="other-ai")).covers_purpose
    assert compare(ranking, manifest(purpose="other-ai")).seen


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({}, "is not the manifest of a snapshot"),
        (manifest(format="byleave-snapshot/2"), "is not the manifest of a snapshot"),
        (manifest(mode=None), "`mode` is not text"),
        (manifest(purpose=1), "`purpose` is not text"),
        (manifest(register=None), "lacks `register.kind`"),
        (manifest(register={"kind": "ledger"}), "lacks `register.epoch`"),
        (manifest(recheck={}), "lacks `recheck.watermark`"),
        (manifest("sha256:00"), "is not the number of an entry: `sha256:00`"),
        (manifest(-1), "is not the number"),
        (manifest(True), "is not the number"),  # noqa: FBT003 - a value of the wrong type
        (manifest(None), "is not the number"),
        (manifest("4²"), "is not the number"),
        (manifest("9" * 5000), "is not the number"),
    ],
)
def test_wrong_manifests(value: dict[str, Any], told: str) -> None:
    """A manifest that does not say what is needed is an error that names the key, and never a yes."""
    with pytest.raises(InputError, match=told):
        compare(numbered(1), value)

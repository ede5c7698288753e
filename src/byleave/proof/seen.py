"""Was a choice seen by a snapshot? The receipt's number beside the watermark in the snapshot's manifest.

A snapshot that has read the ledger up to `W'` has seen every entry whose number is at most `W'`, as long as both count
in the same epoch. Clocks play no part in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.proof.receipt import Receipt

SNAPSHOT = "byleave-snapshot/1"


class Outcome(StrEnum):
    """What the comparison says."""

    SEEN = "seen"
    LATER = "later"
    """The choice came after the snapshot had read the ledger."""
    OTHER_EPOCH = "other-epoch"
    """The numbers count in different lives of the ledger."""
    NO_WATERMARK = "no-watermark"
    """The snapshot was made from a folder, which has no numbers."""
    REPLAY = "replay"
    """The snapshot answers what would have been; it is not for training."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a manifest says about one receipt."""

    outcome: Outcome
    seq: int
    watermark: int | None = None
    """`W'` of the manifest."""
    epoch: str | None = None
    """That of the manifest."""
    covers_purpose: bool = True
    """Whether the choice is about the purpose that the snapshot is for."""

    @property
    def seen(self) -> bool:
        """Whether the snapshot was made with the choice in sight."""
        return self.outcome is Outcome.SEEN

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "seen": self.seen,
            "outcome": self.outcome.value,
            "seq": self.seq,
            "watermark": self.watermark,
            "epoch": self.epoch,
            "covers_purpose": self.covers_purpose,
        }


def compare(receipt: Receipt, manifest: Mapping[str, Any], file: str = "manifest.json") -> Comparison:
    """Compare a receipt, which has been verified, with the manifest of a snapshot.

    Reads `format`, `mode`, `purpose`, `register.kind`, and of a ledger's manifest `register.epoch` and
    `recheck.watermark`, which is then a whole number or its digits.

    Raises: InputError when the manifest does not say one of these.
    """
    if manifest.get("format") != SNAPSHOT:
        raise InputError(f"`{file}` is not the manifest of a snapshot", hint=f"its `format` is `{SNAPSHOT}`")
    about = _text(manifest, file, "purpose") in receipt.covers.purposes
    seq = receipt.seq
    if _text(manifest, file, "mode") == "replay":
        return Comparison(Outcome.REPLAY, seq, covers_purpose=about)
    if _text(manifest, file, "register", "kind") == "folder":
        return Comparison(Outcome.NO_WATERMARK, seq, covers_purpose=about)
    epoch = _text(manifest, file, "register", "epoch")
    watermark = _number(_value(manifest, file, "recheck", "watermark"), file)
    if epoch != receipt.epoch:
        return Comparison(Outcome.OTHER_EPOCH, seq, watermark, epoch, about)
    return Comparison(Outcome.SEEN if seq <= watermark else Outcome.LATER, seq, watermark, epoch, about)


def _value(manifest: Mapping[str, Any], file: str, *path: str) -> object:
    value: Any = manifest
    for name in path:
        if not isinstance(value, dict) or name not in value:
            raise InputError(f"the manifest `{file}` lacks `{'.'.join(path)}`")
        value = value[name]
    return value


def _text(manifest: Mapping[str, Any], file: str, *path: str) -> str:
    value = _value(manifest, file, *path)
    if not isinstance(value, str):
        raise InputError(f"the manifest `{file}`: `{'.'.join(path)}` is not text")
    return value


def _number(value: object, file: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:  # noqa: PLR2004 - fits 64 bits
        return int(value)
    raise InputError(f"the manifest `{file}`: `recheck.watermark` is not the number of an entry: `{value}`")

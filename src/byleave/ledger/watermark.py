"""How far a ledger was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watermark:
    """The last entry that a reader has applied. Numbers of two epochs do not compare."""

    epoch: str
    seq: int

    def covers(self, other: Watermark) -> bool:
        """Whether everything up to `other` was read, too."""
        return self.epoch == other.epoch and self.seq >= other.seq

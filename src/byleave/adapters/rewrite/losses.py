"""How a base with some adapter on it likes texts: what an attacker sees, and what quality is measured by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.adapters.rewrite.parts import load
from byleave.adapters.rewrite.trainer import exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from byleave.adapters.rewrite.trainer import Trainer
    from byleave.learn.rewrite.pairs import Pair

_BATCH, _HUNDRED = 16, 100


class Reader:
    """Reads losses on the base of a trainer, whose adapters are changed."""

    def __init__(self, trainer: Trainer) -> None:
        """Use a trainer that trains nothing meanwhile."""
        self.trainer = trainer

    def use(self, part: Path | None, strength_percent: int = _HUNDRED) -> None:
        """Put an adapter or a mean on the base; None for the base alone. Raises: InputError."""
        self.trainer.adapters.share = strength_percent / _HUNDRED
        if part is None:
            self.trainer.adapters.clear()
        else:
            self.trainer.adapters.set(load(part))

    def read(self, pairs: Sequence[Pair]) -> dict[int, tuple[float, int]]:
        """Key of the item → the loss of its post, in nats, and how many tokens it has."""
        import torch

        found = dict[int, tuple[float, int]]()
        with torch.no_grad(), exact():
            for batch in batches(pairs):
                total, count = self.totals(batch)
                found |= zip((one.item for one in batch), zip(total, count, strict=True), strict=True)
        return found

    def totals(self, batch: Sequence[Pair]) -> tuple[list[float], list[int]]:
        """The losses and tokens of one batch."""
        total, count = self.trainer.loss(batch)
        return total.tolist(), count.tolist()

    def means(self, pairs: Sequence[Pair]) -> dict[int, float]:
        """Key of the item → the mean loss of its post's tokens."""
        return {item: loss / count for item, (loss, count) in self.read(pairs).items()}


def batches(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Pairs of about one length together, so that little is computed for nothing: the same for the same pairs."""
    ordered = sorted(pairs, key=lambda one: (len(one.post), one.item))
    return [ordered[start : start + _BATCH] for start in range(0, len(ordered), _BATCH)]

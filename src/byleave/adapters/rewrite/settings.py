"""Everything that is chosen before a rewriter is trained; all of it stands in the model's manifest."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from byleave.kernel.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

DTYPES = ("float32", "bfloat16")
MILLION = 1_000_000
_OF_SHARDS, _OF_ONE = 150, 100
"""Strengths in percent. That of shards was the best of four on public texts (docs/reference/benchmarks.md). One adapter
alone answers as it was trained."""


def usual_strength(shards: int) -> int:
    """The strength of a rewriter of so many shards for which nobody chose one, in percent."""
    return _OF_SHARDS if shards > 1 else _OF_ONE


@dataclass(frozen=True, slots=True)
class Settings:
    """Whole numbers and words, so that their digest is one on every machine."""

    shards: int
    """How many adapters: a power of two."""
    seed: int = 20_251_103
    rank: int = 8
    """Rank of each adapter."""
    targets: tuple[str, ...] = ("q_proj", "v_proj")
    """Ends of the names of the layers that get one."""
    layers: int = 15
    """How many of the last blocks get adapters: what lies below is never learned, and half of it is half the work."""
    epochs: int = 2
    batch: int = 4
    """Pairs in one step."""
    rate_millionths: int = 10_000
    """Learning rate, in millionths."""
    longest: int = 512
    """Tokens of draft and post together; a pair that is longer is passed over."""
    strength_percent: int = _OF_SHARDS
    """By how much the mean is multiplied when it is served. Chosen on public texts, never on members'."""
    dtype: str = "float32"
    """Of the base; adapters are float32 always."""

    def __post_init__(self) -> None:
        """Refuse what cannot be trained. Raises: UsageError."""
        for name in ("shards", "rank", "layers", "epochs", "batch", "rate_millionths", "longest", "strength_percent"):
            if getattr(self, name) < 1:
                raise UsageError(f"`{getattr(self, name)}` is too small for {name.replace('_', ' ')}")
        if self.shards & (self.shards - 1):
            raise UsageError(f"`{self.shards}` shards are no power of two", hint="give 1, 2, 4, 8, 16, 32 or 64")
        if self.dtype not in DTYPES:
            raise UsageError(f"`{self.dtype}` is no kind of number for the base", hint=f"one of {', '.join(DTYPES)}")

    def as_json(self) -> dict[str, Any]:
        """The settings as they stand in a manifest."""
        return {**asdict(self), "targets": list(self.targets)}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Settings from a manifest. Raises: InputError."""
        try:
            names = {name: told[name] for name in cls.__slots__}
            return replace(cls(**names), targets=tuple(told["targets"]))
        except (KeyError, TypeError, UsageError) as error:
            raise InputError(
                "the manifest's configuration is none of a rewriter", hint="train the model again"
            ) from error

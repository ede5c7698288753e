"""Adapters as files in the form `safetensors`, and their mean. Needs no torch: who left is set aside in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def can_mean() -> bool:
    """Whether what computes means is installed."""
    from importlib.util import find_spec

    return all(map(find_spec, ("numpy", "safetensors")))


def save(tensors: Mapping[str, Any]) -> bytes:
    """Tensors as the bytes of a file: the same for the same numbers, in whatever order they are named."""
    import numpy as np
    from safetensors.numpy import save as written

    return bytes(written({name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)}))


def load(path: Path) -> dict[str, Any]:
    """The tensors of a file. Raises: InputError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise InputError(f"`{path}` is no file of an adapter", hint="train the model again") from error


def mean_of(paths: Sequence[Path]) -> bytes:
    """The mean of the adapters in some files, as a file: added in the order given, divided once, and then rounded.

    The numbers are those of `byleave.learn.rewrite.plan.mean`, which is its definition, rounded to 32 bits.

    Raises: InputError for files that are missing or do not fit together.
    """
    import numpy as np

    total: dict[str, Any] = {}
    for path in paths:
        mine = load(path)
        if total and {name: one.shape for name, one in mine.items()} != {
            name: one.shape for name, one in total.items()
        }:
            raise InputError(f"the adapter `{path}` has another shape than the others", hint="train the model again")
        for name, one in mine.items():
            wide = one.astype(np.float64)
            total[name] = total[name] + wide if name in total else wide
    return save({name: (one / len(paths)).astype(np.float32) for name, one in total.items()})

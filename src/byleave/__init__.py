"""byleave: train on what members share only by their leave, and prove it.

The doors: `gate` (a snapshot from items and a register), `explain` (one decision in plain words), `load_pack`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from byleave.api import explain, gate, load_pack

__all__ = ["explain", "gate", "load_pack"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a door of any kind
    """Open a door only when it is used, so that importing byleave costs nothing."""
    if name in __all__:
        from byleave import api

        return getattr(api, name)
    message = f"module `byleave` has no attribute `{name}`"
    raise AttributeError(message)

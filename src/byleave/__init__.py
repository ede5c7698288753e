"""byleave: train on what members share only by their leave, and prove it.

The doors: `gate` (a snapshot from items and a register), `explain` (one decision in plain words),
`snapshot_status` (may it still be trained on?), `verify` (a receipt, offline), `load_pack`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from byleave.api import explain, gate, load_pack, snapshot_status, verify  # noqa: TC004 - `_Doors` opens them

__all__ = ["explain", "gate", "load_pack", "snapshot_status", "verify"]


class _Doors(ModuleType):
    """Opens a door only when it is used, so that importing byleave costs nothing.

    `gate` is also the name of a package inside: as an attribute of byleave it is always the door.
    """

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - a door of any kind
        if name in {"explain", "gate", "load_pack", "snapshot_status", "verify"}:
            from byleave import api  # noqa: PLC0415 - only when a door is used

            return getattr(api, name)
        return super().__getattribute__(name)


sys.modules[__name__].__class__ = _Doors

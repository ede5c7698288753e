"""A rewriter forgets: the port of `learn.forgetting` over its folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from byleave.adapters.rewrite.base import require_base, require_torch
from byleave.adapters.rewrite.jobs import Pool
from byleave.adapters.rewrite.leaving import enqueue, set_aside, settle
from byleave.adapters.rewrite.model_file import opened
from byleave.adapters.rewrite.training import Learning

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from byleave.learn.forgetting import Certified, KindOfModel, Means, Profile


class Rewrite:
    """A shard is trained anew for one member as for several, so people are collected for a while."""

    waits = True

    def stop(self, folder: Path, members: Collection[int], now: datetime) -> None:
        """Into the model's own queue, durably, and out of what is served."""
        enqueue(folder, members, now)
        set_aside(folder)

    def renew(self, folder: Path, means: Means) -> list[Certified]:
        """Train the shards anew that saw somebody in the queue, each in a process of its own, which then ends."""
        require_torch()
        with opened(folder) as model:
            manifest, settings, place = model.manifest(), model.settings(), model.base_place()
        configuration = manifest["configuration"]
        with tempfile.TemporaryDirectory() as spill:
            learning = Learning(
                means.secret,
                require_base(configuration["base"], place=place),
                settings,
                Path(spill),
                tuple(configuration["languages"]),
                manifest["environment"]["device"],
                Pool(os.cpu_count() or 1),
            )
            return settle(folder, learning, means.signers, means.record, means.clock, again=means.again)

    def holds(self, folder: Path, members: Collection[int]) -> set[int]:
        """Those with a post, in the model's folder or in an adapter."""
        with opened(folder) as model:
            return {one for one in members if model.has(one)}

    def owners(self, folder: Path, items: Collection[int]) -> Mapping[int, int]:
        """Those with a post."""
        with opened(folder) as model:
            return model.owners(items)

    def show(self, folder: Path, profiles: Collection[Profile], hidden: Collection[str], secret: bytes) -> None:
        """Nobody is found in it."""

    def erase(self, folder: Path, members: Collection[int], secret: bytes) -> None:
        """Nothing but the model shows members."""


KIND: KindOfModel = Rewrite()

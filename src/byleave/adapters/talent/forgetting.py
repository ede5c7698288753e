"""Talent search forgets: the port of `learn.forgetting` over its two files.

Somebody who is in the model's queue is out of what is served: whoever searches asks for the queue first (`serving.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.adapters.talent.leaving import enqueue, settle
from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.opening import tokenizer
from byleave.adapters.talent.training import MODEL, VISIBLE, item_keys
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.learn.talent.profile import read_profile
from byleave.lineage.keys import keyed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from byleave.learn.forgetting import Certified, KindOfModel, Means, Profile


class Talent:
    """Milliseconds a member, so that nobody waits for others."""

    waits = False

    def stop(self, folder: Path, members: Collection[int], now: datetime) -> None:
        """Into the model's own queue, durably."""
        enqueue(folder, members, now)

    def renew(self, folder: Path, means: Means) -> list[Certified]:
        """Take everybody in the queue out of rows and sums."""
        return settle(folder, means.signers, means.record, means.clock)

    def holds(self, folder: Path, members: Collection[int]) -> set[int]:
        """Those with a row."""
        model = ModelFile.open(folder / MODEL)
        try:
            return {one for one in members if model.has(one)}
        finally:
            model.close()

    def owners(self, folder: Path, items: Collection[int]) -> Mapping[int, int]:
        """Those with a row of their own."""
        model = ModelFile.open(folder / MODEL)
        try:
            return model.owners(items)
        finally:
            model.close()

    def show(self, folder: Path, profiles: Collection[Profile], hidden: Collection[str], secret: bytes) -> None:
        """Take out who hides, and put who came back into the index again."""
        visible, item_of = VisibleFile.open(folder / VISIBLE), item_keys(secret)
        try:
            tokenize = tokenizer(visible.connection)
            for name in hidden:
                visible.hide(name)
            for name in {one.member for one in profiles}:
                visible.show(name)
                visible.remove(name)
            visible.add(
                (item_of(one.item), one.member, one.item, one.text, read_profile(one.text, tokenize))
                for one in profiles
            )
        finally:
            visible.close()

    def erase(self, folder: Path, members: Collection[int], secret: bytes) -> None:
        """Take accounts that are gone out of the index of those who can be found."""
        key_of, gone = keyed(secret), set(members)
        visible = VisibleFile.open(folder / VISIBLE)
        try:
            for name in visible.members():
                if key_of(name) in gone:
                    visible.remove(name)
        finally:
            visible.close()


KIND: KindOfModel = Talent()

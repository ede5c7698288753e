"""The whole machine: beside acts, clocks, crashes and builds, the other records of choices, and trainers."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from byleave.ledger.entries import Kind
from tests.machine import records
from tests.machine.rules import IMPORT, RESTORE, TRAINER, Rules, items, members, people, purposes, values
from tests.machine.scenery import SETTING, policies
from tests.machine.world import COUNTS

_said = st.tuples(
    members, values, st.integers(1, 60), st.sampled_from(("member", "member", "import", "platform", None))
)
STRANGER = "eve"
"""Owns an item, and is known to the settings store alone."""


class Machine(Rules):
    """Everything that can happen."""

    def __init__(self) -> None:
        """Begin without a backup, an import or a training."""
        super().__init__()
        self.backup: records.Backup | None = None
        self.restores = self.trainings = 0
        self.imports = 0
        self.unfinished: tuple[dict[str, Any], list[records.Said]] | None = None

    # a settings store

    @precondition(lambda self: self.story == IMPORT and self.imports < 2 and self.unfinished is None)
    @rule(
        told=st.lists(_said, min_size=1, max_size=4),
        objects=st.none() | st.tuples(people, purposes, st.integers(1, 60)),
        withheld=st.none() | items,
        stranger=st.sampled_from((None, None, None, "registered", "unknown")),
        crashes_after=st.sampled_from((None, None, 0, 1, 2)),
    )
    def settings_store_is_imported(
        self,
        told: list[tuple[str, str, int, str | None]],
        objects: tuple[str, str | None, int] | None,
        withheld: str | None,
        stranger: str | None,
        crashes_after: int | None,
    ) -> None:
        """Old acts of several people come at once, by themselves or by others; perhaps it is stopped in the middle."""
        self.imports += 1
        now = self.world.time
        known = self.world.state.register().members
        said = [
            records.Said(name, value, now - timedelta(days=10 * back, minutes=number), actor)
            for number, (name, value, back, actor) in enumerate(told)
            if name in known
        ]
        if stranger:
            said.append(records.Said(STRANGER, "off", now - timedelta(days=1), None))
        rows: dict[str, list[tuple[object, ...]]] = {
            "preferences": [(row.name, SETTING, row.value, row.at, row.actor) for row in said],
            "objections": [(objects[0], objects[1], now - timedelta(days=objects[2]), "open", None)] if objects else [],
            "withholdings": [(withheld, withheld.partition("-")[0], now)] if withheld else [],
        }
        if stranger == "registered":
            rows["members"] = [(STRANGER, "US")]
        given = records.tables(**rows)
        if not records.import_said(self.world, given, said, crashes_after):
            self.unfinished = given, said

    @precondition(lambda self: self.unfinished is not None)
    @rule(crashes_after=st.sampled_from((None, None, 1)))
    def import_goes_on(self, crashes_after: int | None) -> None:
        """Who has stopped comes back; until then no build is made."""
        assert self.unfinished is not None
        if records.import_said(self.world, *self.unfinished, crashes_after):
            self.unfinished = None

    # a machine that is lost

    @precondition(lambda self: self.story == RESTORE and self.backup is None)
    @rule()
    def backs_up(self) -> None:
        """A backup is taken while people act."""
        self.backup = records.take_backup(self.world)

    @precondition(lambda self: self.backup is not None and self.restores < 2 and not self.world.lost)
    @rule(
        how=st.sampled_from(("copy", "copy", "disk copy", "disk copy", "none", "disk none", "hole", "behind")),
        spoilt=st.integers(0, 5),
    )
    def ledger_is_restored(self, how: str, spoilt: int) -> None:
        """The machine is lost: with the second copy nothing is; without it, no build until somebody has compared."""
        assert self.backup is not None
        self.restores += 1
        self.world.time += timedelta(minutes=1)
        if not how.endswith("copy"):
            self.world.finish()  # what has read an order that is lost is published before
        records.restore_ledger(self.world, self.backup, how, spoilt)
        if self.world.lost:
            self.world.finish()
            self.world.start()
            self.world.finish()

    @precondition(lambda self: self.world.lost)
    @rule()
    def ledger_is_compared(self) -> None:
        """Somebody compares with the platform's own settings, records what is missing, and opens builds."""
        records.confirm(self.world)

    # trainers

    @precondition(lambda self: self.story == TRAINER and self.world.build is None and self.trainings < 2)
    @rule(
        days=st.sampled_from((0, 1, 31, 200)),
        replay=st.sampled_from((None, None, None, 1)),
        meets=st.sampled_from(("nothing", "off", "objection", "policy", "restore", "withholding")),
        item=items,
        policy=st.integers(0, len(policies()) - 1),
    )
    def trainer_comes(self, days: int, replay: int | None, meets: str, item: str, policy: int) -> None:
        """Somebody wants to train on the newest snapshot, perhaps a month later; perhaps somebody has left."""
        self.trainings += 1
        if not self.world.snapshots:
            self.builds += 1
            self.world.start(replay)
            self.world.finish()
        if not self.world.snapshots:
            return  # a replay of a time that has not come
        name = self.world.used_owner() or item.partition("-")[0]
        if meets == "off":
            self._act(Kind.PREFERENCE_SET, name, "member", setting=SETTING, value="off")
        elif meets == "objection":
            self._object(name, None)
        elif meets == "withholding":
            self._act(Kind.ITEM_WITHHELD, item.partition("-")[0], "member", item=item)
        elif meets == "policy":
            self.policy_changes(policy)
        elif meets == "restore":
            records.restore_ledger(self.world, records.take_backup(self.world), "disk copy", 0)
        self.world.trainer(days)

    def teardown(self) -> None:
        """Complete what was stopped, compare what was lost; then a build is made after all."""
        COUNTS[f"runs: {self.story}"] += 1
        try:
            if sys.exc_info()[0] is None and self.unfinished is not None:
                self.import_goes_on(None)
            if sys.exc_info()[0] is None and self.world.lost:
                self.ledger_is_compared()
        finally:
            super().teardown()

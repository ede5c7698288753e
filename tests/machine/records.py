"""Other records of what people chose: a settings store that is imported, a backup, a second copy, a platform's export.

Everything goes through the doors of `byleave.server.db`. What was lost with a machine whose second copy was lost, too,
is known to the platform alone; until the ledger was compared with it no build may be made.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from byleave.kernel.errors import InputError, RefusedError
from byleave.ledger.covering import terms_of
from byleave.policy.facts import Moment
from byleave.policy.semantics import decide
from byleave.server.db import importing
from byleave.server.db.backup import back_up
from byleave.server.db.reconciling import reconcile
from byleave.server.db.restoring import restore
from tests.machine.naive import register_at
from tests.machine.place import Image
from tests.machine.refusing import refusing
from tests.machine.scenery import ITEMS, SETTING, policies
from tests.machine.world import COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from byleave.server.db.restoring import Restored
    from tests.machine.world import World

_TEXT, _INSTANT = pa.string(), pa.timestamp("us", "UTC")
_TABLES: dict[str, dict[str, pa.DataType]] = {
    "members": {"member_id": _TEXT, "country": _TEXT},
    "preferences": {"member_id": _TEXT, "setting": _TEXT, "value": _TEXT, "at": _INSTANT, "actor": _TEXT},
    "objections": {
        "subject_id": _TEXT,
        "purpose": _TEXT,
        "received_at": _INSTANT,
        "status": _TEXT,
        "resolved_at": _INSTANT,
    },
    "withholdings": {"item_id": _TEXT, "member_id": _TEXT, "at": _INSTANT},
}


class CrashError(Exception):
    """The process that imports was killed."""


class Said(NamedTuple):
    """A row of preferences in a settings store."""

    name: str
    value: str
    at: datetime
    actor: str | None


def tables(**rows: Iterable[tuple[Any, ...]]) -> dict[str, pa.Table]:
    """A register's tables from rows."""
    made = {}
    for name, several in rows.items():
        columns = _TABLES[name]
        told = list(several)
        values = {column: [row[number] for row in told] for number, column in enumerate(columns)}
        made[name] = pa.table({column: pa.array(values[column], kind) for column, kind in columns.items()})
    return made


# import


@contextmanager
def _small_steps() -> Iterator[None]:
    """Every act of an import is a commit of its own."""
    before = importing.ONE_STEP, importing.PEOPLE
    importing.ONE_STEP = importing.PEOPLE = 1
    try:
        yield
    finally:
        importing.ONE_STEP, importing.PEOPLE = before


def import_said(world: World, given: dict[str, pa.Table], said: Iterable[Said], crashes_after: int | None) -> bool:
    """Import a settings store; with a crash after so many people, if that comes. Whether it is complete.

    A crash leaves builds shut, and the same call completes it.
    """
    before, left = len(world.entries), crashes_after

    def show(step: str, _: float) -> None:
        nonlocal left
        if step == "recording" and left is not None:
            left -= 1
            if left < 0:
                raise CrashError

    complete = True
    try:
        with _small_steps():
            done = importing.import_register(
                world.store,
                given,
                terms_of=terms_of(world.rules.pack),
                clock=lambda: world.time,
                on_progress=show,
            )
    except CrashError:
        complete = False
        with suppress(InputError):
            world.store.erase("nobody")  # answered once everything that was handed in before is
    except RefusedError:
        world.catch_up()
        assert len(world.entries) == before, "what was refused has left an entry"
        COUNTS["refused imports"] += 1
        return True
    world.catch_up()
    _require_only_their_own(world, before, said)
    if complete:
        assert not world.shut_by("import"), "an import is complete, and builds are shut"
        _require_whole(world, said)
        assert (done.watermark or len(world.entries)) == len(world.entries)
        COUNTS["imports"] += 1
    else:
        # what a killed process leaves: nothing is closed in order
        world.place.cut(world.place.image())
        COUNTS["imports that crashed"] += 1
    return complete


def _require_only_their_own(world: World, before: int, said: Iterable[Said]) -> None:
    """Nobody is switched on whose row does not say that they did it themselves; nothing is made out to be theirs."""
    own = {(row.name, row.at) for row in said if row.value == "on" and row.actor == "member"}
    for entry in world.entries[before:]:
        assert entry.actor != "member", f"entry {entry.seq} was imported as {entry.subject}'s own act"
        if entry.kind == "preference-set" and entry.data["value"] == "on":
            assert (entry.subject, entry.at) in own, f"an import switched {entry.subject} on, who has not done so"


def _require_whole(world: World, said: Iterable[Said]) -> None:
    """Every *off* that was given is in the ledger."""
    held = {
        (entry.subject, entry.at)
        for entry in world.entries
        if entry.kind == "preference-set" and entry.data["value"] == "off"
    }
    lost = [row for row in said if row.value == "off" and (row.name, row.at) not in held]
    assert not lost, f"an import has left out an off: {lost}"


# backup and restore


class Backup(NamedTuple):
    """A backup, and a picture of the disk of the same moment."""

    path: Path
    head: int
    disk: Image


def take_backup(world: World) -> Backup:
    """Back the ledger up."""
    path = world.folder / "backup.jsonl"
    path.unlink(missing_ok=True)
    head = back_up(world.place.url, path)
    assert head.seq == len(world.entries), "a backup ends before what was acknowledged"
    COUNTS["backups"] += 1
    return Backup(path, head.seq, world.place.image())


def restore_ledger(world: World, backup: Backup, how: str, spoilt: int) -> None:
    """Lose the database, and bring it back from a backup and, if that is left, the second copy.

    Args:
        world: whose ledger it is.
        backup: from where.
        how: `copy` (whole), `hole` (a line of it is gone), `behind` (it ends before the backup) or `none`; with `disk`
            in front, the database is an old picture of the disk and mended in place.
        spoilt: which line is lost.
    """
    place, copy = world.place, how.removeprefix("disk ")
    place.close()
    lines = place.copy.read_bytes().splitlines(keepends=True)
    if copy == "hole" and backup.head + 1 < len(lines):  # the last line is no hole: a tail is lost
        del lines[min(len(lines) - 2, backup.head + spoilt)]
    elif copy in ("hole", "behind"):
        del lines[max(0, backup.head - 1 - spoilt) :]
    for path in world.folder.glob("ledger.db*"):
        path.unlink()
    place.copy.write_bytes(b"".join(lines))
    if how.startswith("disk "):
        place.put(Image(backup.disk.database, backup.disk.log, place.copy.read_bytes()))
    source = None if how.startswith("disk ") else backup.path
    given = None if copy == "none" else place.copy
    done = restore(source, place.url, copy=given, clock=lambda: world.time, random_bytes=place.random)
    if copy != "copy":
        place.copy.unlink()  # what it holds is in the ledger now, or of no use to it
    place.open()
    place.follow()
    assert done.head.name not in world.epochs, "a restored ledger has no epoch of its own"
    world.epochs.add(done.head.name)
    _settle(world, done, whole=copy == "copy")


def _settle(world: World, done: Restored, *, whole: bool) -> None:
    """What is known of a ledger from now on. What is lost, with its only copy, stays known to who was told of it."""
    kept = done.head.seq - (done.shut is not None)
    if whole:
        assert done.shut is None, f"builds are shut, although nothing is lost: {done.shut}"
        assert kept == len(world.entries), f"{len(world.entries)} were acknowledged, {kept} are there again"
    assert kept == len(world.entries) or done.shut, f"{len(world.entries)} were acknowledged: {done}"
    world.lose_after(kept)
    world.catch_up()
    world.verify()
    COUNTS["restores"] += 1
    COUNTS["restores with a loss"] += done.shut is not None


# the platform's own settings


def confirm(world: World) -> None:
    """Compare the ledger with the platform's export, record what it lacks, and open builds on that ground."""
    export, who = _export(world), ("dpo", "compared")
    looser = reconcile(world.store, export, clock=lambda: world.time)
    if looser.loosening:
        try:
            reconcile(world.store, export, confirm=who, clock=lambda: world.time)
        except RefusedError:
            COUNTS["confirmations refused"] += 1
        else:
            raise AssertionError("builds were opened, although the ledger is looser than the platform")
    if looser.found["member"]:  # somebody is a member there and was never registered here
        importing.import_register(world.store, export, terms_of=terms_of(world.rules.pack), clock=lambda: world.time)
    reconcile(
        world.store, export, terms_of=terms_of(world.rules.pack), apply=True, confirm=who, clock=lambda: world.time
    )
    world.catch_up()
    assert not world.shut, "builds were confirmed, and are shut"
    COUNTS["confirmations"] += 1
    _require_nothing_forgotten(world)
    world.refusing, world.lost = refusing(world.entries), False


def _export(world: World) -> dict[str, pa.Table]:
    """What the platform's settings store holds: of whom it knows, who refuses what. Of erased people it has nothing."""
    who, gone = world.refusing, world.erased
    off = [(name, SETTING, "off", max(one.at for one in several), None) for name, several in who.off.items()]
    objecting = [
        (name, purpose, world.time, "open", None)
        for name, several in who.objecting.items()
        for purpose in several.values()
    ]
    return tables(
        members=[(name, world.homes[name]) for name in sorted(world.homes) if name not in gone],
        preferences=[row for row in sorted(off) if row[0] in world.homes and row[0] not in gone],
        objections=[row for row in objecting if row[0] not in gone],
        withholdings=[(item, name, None) for item, name in sorted(who.withheld) if name not in gone],
    )


def _require_nothing_forgotten(world: World) -> None:
    """Whoever was told that their refusal is recorded is refusing still, though their act was lost.

    Of what erased people held back, also of others' items, the platform has nothing to compare with.
    """
    withheld = {(item, name) for item, name in world.refusing.withheld if name not in world.erased}
    who = replace(world.refusing, withheld=withheld)
    register, moment = register_at(world.entries, len(world.entries)), Moment(world.time, replay=False)
    for policy in policies():
        for item in ITEMS:
            named = {item.member_id, *(item.subjects or ())}
            if not named & world.erased and not decide(item, register, policy.rules, moment).failed:
                world.require_leave(who, item, policy, "a restored ledger")

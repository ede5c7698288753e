"""A canary: a member of nobody whose switch is flipped, and looked for in the snapshots that are built.

An opt-out that no longer reaches the builds shows no error anywhere. So somebody has to opt out all the time, and look.
(In 2025 California's privacy agency fined a shop whose opt-out had not worked for 40 days, unnoticed. Source:
https://www.venable.com/insights/publications/2025/05/retailer-todd-snyder-fined-for-ccpa-violations)

1. Whatever the canary switched off and a snapshot says it has seen must be left out of it, as `opted-out`.
2. Its item must have been read: a build that reads nothing leaves out everything.
3. No switch may wait longer than the time allowed until a snapshot has seen it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from byleave.adapters.snapshot_files import read_manifest, rows_about
from byleave.kernel.decision import Reason
from byleave.kernel.errors import InputError, UnknownError
from byleave.kernel.instants import parse_instant
from byleave.ledger.entries import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from byleave.ledger.entries import Entry
    from byleave.server.service import Service

Alarm = Literal["used", "unread", "blind", "without-ledger", "not-seen"]
WORDS: dict[Alarm, str] = {
    "used": "holds what the canary had switched off",
    "unread": "has not read the canary's item",
    "blind": "leaves the canary's item out for another reason, so that the canary cannot see",
    "without-ledger": "was not built from this ledger",
    "not-seen": "no snapshot has seen the canary's switch in time",
}


@dataclass(frozen=True, slots=True)
class Canary:
    """Who is watched."""

    member: str
    item: str
    """An item of theirs that every build reads, and that may be used while the switch is on."""
    setting: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One snapshot, as far as it concerns the canary."""

    folder: Path
    purpose: str
    recipient: str
    epoch: str | None
    """None: it was not built from a ledger."""
    seen: int
    at: datetime
    used: bool
    """Whether a row of the canary's is in it."""
    reason: str | None
    """Why its item was left out; None when it was not."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found."""

    alarms: tuple[tuple[Alarm, str], ...]
    """What is wrong, and with which snapshot; blank for all of them."""
    seen: int
    """The last of the canary's switches that every kind of build has seen; 0: none."""
    flips: int


def look(service: Service, canary: Canary, folders: Iterable[Path], within: timedelta) -> Report:
    """Look for what the canary did in the newest snapshot of each purpose and recipient.

    Args:
        service: the ledger and the packs in force.
        canary: who is watched.
        folders: snapshots, or folders that hold some.
        within: how long a switch may wait until a snapshot has seen it.

    Raises: UnknownError for a member or a setting that is not there; InputError for a snapshot that cannot be read.
    """
    if not service.member(canary.member).registered:
        raise UnknownError(f"there is no member `{canary.member}`", hint="register the canary as any other member")
    switch = service.policy.switch(canary.setting)
    flips = flips_of(service, canary)
    newest: dict[tuple[str, str], Sighting] = {}
    for folder in snapshots_in(folders):
        one = sight(folder, canary)
        pair = (one.purpose, one.recipient) if one else ("", "")
        if one and one.purpose in switch.purposes and (pair not in newest or newest[pair].at < one.at):
            newest[pair] = one
    epoch = service.head().epoch
    alarms = [(alarm, str(one.folder)) for one in newest.values() if (alarm := _alarm(one, flips, epoch)) is not None]
    seen = min((one.seen for one in newest.values() if one.epoch == epoch), default=0)
    waits = next((one for one in flips if one.seq > seen), None)
    if waits is not None and service.now() - waits.recorded_at > within:
        alarms.append(("not-seen", ""))
    return Report(tuple(alarms), max((one.seq for one in flips if one.seq <= seen), default=0), len(flips))


def flip(service: Service, canary: Canary) -> Entry:
    """Switch the canary to the other side, as its own act."""
    flips = flips_of(service, canary)
    value = "on" if flips and flips[-1].data["value"] == "off" else "off"
    return service.set_preference(canary.member, canary.setting, value).entry


def flips_of(service: Service, canary: Canary) -> list[Entry]:
    """What the canary did so far, oldest first."""
    name = service.policy.switch(canary.setting).name
    entries = service.person(canary.member).entries
    return [one for one in entries if one.kind is Kind.PREFERENCE_SET and one.data["setting"] == name]


def snapshots_in(folders: Iterable[Path]) -> list[Path]:
    """The snapshots that folders are, or hold. Raises: InputError for a folder that is not there."""
    found: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise InputError(f"there is no folder `{folder}`")
        inner = (one for one in sorted(folder.iterdir()) if (one / "manifest.json").is_file())
        found += [folder] if (folder / "manifest.json").is_file() else inner
    return found


def sight(folder: Path, canary: Canary) -> Sighting | None:
    """What a snapshot says about the canary; None for a replay, which is no build. Raises: InputError."""
    manifest: Any = read_manifest(folder)
    if manifest["mode"] != "training":
        return None
    recheck, register = manifest["recheck"], manifest["register"]
    at = parse_instant(recheck["as_of"])
    if at is None:
        raise InputError(f"the manifest of `{folder}` has no instant")
    numbered = isinstance(recheck["watermark"], int)
    used, reason = rows_about(folder, canary.member, canary.item)
    return Sighting(
        folder,
        manifest["purpose"],
        manifest["recipient"],
        register.get("epoch") if numbered else None,
        recheck["watermark"] if numbered else 0,
        at,
        used,
        reason,
    )


def _alarm(one: Sighting, flips: Sequence[Entry], epoch: str) -> Alarm | None:
    if one.epoch != epoch:
        return "without-ledger"
    last = next((flip for flip in reversed(flips) if flip.seq <= one.seen), None)
    off = last is not None and last.data["value"] == "off"
    if off and one.used:
        return "used"
    if not one.used and one.reason is None:
        return "unread"
    if not one.used and one.reason != Reason.OPTED_OUT:
        return "blind"
    return None

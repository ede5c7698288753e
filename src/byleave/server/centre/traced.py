"""What was used of one member, in the order of the ledger: snapshots, models, and when each choice took effect.

The ledger and its index answer; nothing is guessed. A snapshot of which nobody knows who is in it is told as such.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from byleave.adapters.packs import load_pack
from byleave.adapters.small_file import read_bytes
from byleave.kernel.errors import ByleaveError
from byleave.kernel.instants import format_instant
from byleave.ledger.entries import Kind
from byleave.policy.rules import rules_for
from byleave.policy.semantics import regime_at
from byleave.server.forgetting.telling import STOPPED, tasks_of
from byleave.server.lineage.doors import LineageReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from byleave.ledger.entries import Entry
    from byleave.lineage.records import Snapshot
    from byleave.lineage.trace import MemberTrace
    from byleave.policy.model import Pack
    from byleave.server.answers import MemberState
    from byleave.server.forgetting.telling import Told
    from byleave.server.person import Person
    from byleave.server.service import Service

CHOICES = (
    Kind.PREFERENCE_SET,
    Kind.ITEM_WITHHELD,
    Kind.ITEM_RELEASED,
    Kind.OBJECTION_RECEIVED,
    Kind.OBJECTION_WITHDRAWN,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, with the entry that tells of it."""

    kind: str
    """`snapshot`, `model`, `choice`, `forgotten`, `acknowledged`, `retired` or `retired-told` of a model that is
    destroyed, or how far forgetting is: `waiting`, `stopped`, `away`, `open`, `overdue`."""
    seq: int
    at: datetime
    items: int | None = None
    name: str | None = None
    """Of the model."""
    artefact: str | None = None
    """Digest of the manifest, or id of the model."""
    purpose: str | None = None
    recipient: str | None = None
    pack: str | None = None
    regime: str | None = None
    """Title of the rule that applied, in the words of the pack."""
    basis: str | None = None
    is_replay: bool = False
    entry: Entry | None = None
    effect: Effect | None = None
    certificate: bool = False
    """Whether a certificate is kept of it."""
    due_by: datetime | None = None
    trouble: str | None = None
    """Why it did not work yet: a reason of `forgetting.problems`."""

    def as_json(self) -> dict[str, Any]:
        """Every part that is known, as plain values."""
        told: dict[str, Any] = {"kind": self.kind, "entry": self.seq, "at": format_instant(self.at)}
        names = ("items", "name", "artefact", "purpose", "recipient", "pack", "regime", "basis", "trouble")
        told |= {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if self.kind == "snapshot":
            told["replay"] = self.is_replay
        if self.entry is not None:
            told |= {"act": self.entry.kind.value, "actor": self.entry.actor, "data": dict(self.entry.data)}
            told["in_effect"] = self.effect.as_json() if self.effect else None
        return told


@dataclass(frozen=True, slots=True)
class Effect:
    """The first snapshot that had read a choice."""

    manifest: str
    at: datetime
    watermark: int

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {"snapshot": self.manifest, "at": format_instant(self.at), "recheck_watermark": self.watermark}


@dataclass(frozen=True, slots=True)
class Used:
    """Everything that the page tells, newest first."""

    state: MemberState
    trace: MemberTrace
    steps: tuple[Step, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """What a member can take away: how far was read, every step, and what is not known."""
        return {
            "member": list(self.state.ids),
            "as_of": format_instant(self.state.as_of),
            "epoch": self.state.head.epoch,
            "head": self.state.head.seq,
            "steps": [one.as_json() for one in self.steps],
            "snapshots_looked_at": self.trace.looked_at,
            "not_known_of_snapshots": [one.manifest for one in self.trace.unknown],
            "not_known_of_models": [one.model for one in self.trace.unknown_models],
        }


def used_of(service: Service, member: str) -> Used:
    """What was used of a member. Raises: InputError without the suppression key; LedgerError."""
    configuration = settings.CONFIGURATION
    secret = read_bytes(configuration.suppression_key)
    with LineageReader(configuration.ledger, secret, clock=service.now) as reader:
        trace, lineage = reader.member(member), reader.lineage()
        with reader.reading() as session:
            keys = [reader.key_of(session)(one) for one in trace.ids]
        leaving = tasks_of(reader, service.now(), configuration.forget_days, keys=keys, undone=True)
    every = list(lineage.snapshots.values())
    person = service.person(member)
    state = service.state(member, person)
    purposes = {name: one.purposes for one in state.settings for name in (one.setting,)}
    steps = [*_snapshots(person, trace), *_models(trace), *_leaving(leaving), *_choices(person, every, purposes)]
    return Used(state, trace, tuple(sorted(steps, key=lambda one: -one.seq)))


def _snapshots(person: Person, trace: MemberTrace) -> Iterator[Step]:
    for one, items in trace.snapshots:
        told = one.told
        regime, basis = _ground(person, told["pack"], told["purpose"], told["recipient"], told["as_of"])
        yield Step(
            "snapshot",
            one.seq,
            one.recorded_at,
            items=items,
            artefact=one.manifest,
            purpose=told["purpose"],
            recipient=told["recipient"],
            pack=told["pack"],
            regime=regime,
            basis=basis,
            is_replay=one.is_replay,
        )


def _models(trace: MemberTrace) -> Iterator[Step]:
    for one in trace.models:
        model = one.model
        about: dict[str, Any] = {"name": model.name or model.model, "artefact": model.model, "purpose": model.purpose}
        yield Step("model", model.seq, model.trained_at or model.recorded_at, items=one.items, **about)
        if one.forgotten_by is not None:
            certified = one.forgotten_by in model.certificates
            at = model.told_at[one.forgotten_by]
            yield Step("forgotten", one.forgotten_by, at, certificate=certified, **about)
        elif one.acknowledged_by is not None:
            yield Step("acknowledged", one.acknowledged_by, model.told_at[one.acknowledged_by], **about)
        if model.retired_by is not None:
            kind = "retired" if model.destroyed == "here" else "retired-told"
            yield Step(kind, model.retired_by, model.told_at[model.retired_by], **about)


def _leaving(tasks: Iterable[Told]) -> Iterator[Step]:
    """What is asked for and not done; of several accounts of one person, each model once."""
    for one in {task.model.model: task for task in tasks}.values():
        model, task = one.model, one.task
        about: dict[str, Any] = {"name": model.name or model.model, "artefact": model.model, "purpose": model.purpose}
        since = (task.stopped_at if one.state == STOPPED else None) or task.since
        yield Step(one.state, task.seq, since, due_by=one.due_by, trouble=one.trouble, **about)


def _choices(person: Person, snapshots: list[Snapshot], purposes: Mapping[str, tuple[str, ...]]) -> Iterator[Step]:
    """Every act of the person, with the first snapshot for its purpose that had read it before it was published."""
    for entry in person.entries:
        if entry.kind in CHOICES:
            wanted = purposes.get(str(entry.data.get("setting")), ()) or filter(None, (entry.data.get("purpose"),))
            effect = _effect(entry.seq, snapshots, person.head.epoch, tuple(wanted))
            yield Step("choice", entry.seq, entry.at, entry=entry, effect=effect)


def _effect(seq: int, snapshots: list[Snapshot], epoch: str, purposes: tuple[str, ...]) -> Effect | None:
    for one in snapshots:
        fits = not purposes or one.told["purpose"] in purposes
        if fits and not one.is_replay and one.seen_until(epoch) >= seq:
            return Effect(one.manifest, one.told["recheck_as_of"], one.seen_until(epoch))
    return None


def _ground(
    person: Person, pack_id: str, purpose: str, recipient: str, as_of: datetime
) -> tuple[str | None, str | None]:
    """The rule that applied to the person, by the snapshot's own pack; nothing where that pack is not at hand."""
    pack = pack_at_hand(pack_id)
    if pack is None or person.member is None:
        return None, None
    regime = regime_at(person.member, rules_for(pack, purpose, recipient), as_of)
    return (pack.regimes[regime.name].title, pack.regimes[regime.name].basis) if regime else (None, None)


@cache
def pack_at_hand(name: str) -> Pack | None:
    """A pack by its id; None for one that does not ship."""
    try:
        return load_pack(name)
    except ByleaveError:
        return None

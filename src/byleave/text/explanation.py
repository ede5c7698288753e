"""What an explanation consists of: plain values that any surface can tell in words, lay out, or send as JSON.

`gate.explanation` makes it from the facts; nothing here knows packs or registers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from byleave.kernel.instants import format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.kernel.decision import Reason, Verdict

Value = str | int | date | datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """Something to be said: `code` names the message (`text.statements`), `values` fill its placeholders."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """`code` and the values by name."""
        return {"code": self.code, **{name: _plain(value) for name, value in self.values.items()}}


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text on which a rule of a pack rests."""

    name: str
    """Key in the pack's `sources`."""
    title: str
    publisher: str
    published: date
    certainty: str
    """A, B, C or ?."""
    url: str | None = None
    where: str | None = None
    note: str | None = None
    """What the pack says about this rule and its source."""

    def as_json(self) -> dict[str, Any]:
        """Every part under its name; the date is `date`, as in a pack."""
        return {
            "name": self.name,
            "title": self.title,
            "publisher": self.publisher,
            "date": self.published.isoformat(),
            "url": self.url,
            "where": self.where,
            "certainty": self.certainty,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One test: what it found, by which rule, from which facts."""

    reason: Reason
    statement: Statement
    rule: str | None = None
    """Path in the pack, such as `opt_out.reaches`; None where the test holds under every pack."""
    source: SourceText | None = None
    facts: tuple[Statement, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Every part under its name."""
        return {
            "reason": self.reason.value,
            "statement": self.statement.as_json(),
            "rule": self.rule,
            "source": self.source.as_json() if self.source else None,
            "facts": [fact.as_json() for fact in self.facts],
        }


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal by the owner or by a subject of the item, whether or not it is what keeps the item out."""

    reason: Reason
    statement: Statement
    keeps_out: bool

    def as_json(self) -> dict[str, Any]:
        """Every part under its name."""
        return {
            "reason": self.reason.value,
            "statement": self.statement.as_json(),
            "keeps_out": self.keeps_out,
        }


@dataclass(frozen=True, slots=True)
class ReadingOutcome:
    """What the decision would be under another reading of the same rule."""

    claimant: str
    kind: str
    """company, regulator or article."""
    reaches: str
    frees: str
    verdict: Verdict
    reason: Reason
    source: SourceText
    summary: Mapping[str, str]
    """Language → the reading in one sentence."""

    def as_json(self) -> dict[str, Any]:
        """Every part under its name."""
        return {
            "claimant": self.claimant,
            "kind": self.kind,
            "reaches": self.reaches,
            "frees": self.frees,
            "verdict": self.verdict.value,
            "reason": self.reason.value,
            "source": self.source.as_json(),
            "summary": dict(self.summary),
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the decision would be if the owner did all of `changes` at the as-of."""

    changes: tuple[str, ...]
    verdict: Verdict
    reason: Reason

    def as_json(self) -> dict[str, Any]:
        """Every part under its name."""
        return {"changes": list(self.changes), "verdict": self.verdict.value, "reason": self.reason.value}


@dataclass(frozen=True, slots=True)
class WouldFlip:
    """Which acts of the owner would turn the verdict round.

    For an item that is left out, `sets` are the smallest sets of acts that make it eligible. For an eligible item each
    act is tried alone: those in `sets` take it out, those in `without_effect` do not.
    """

    sets: tuple[Outcome, ...]
    without_effect: tuple[Outcome, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Every part under its name."""
        return {
            "sets": [outcome.as_json() for outcome in self.sets],
            "without_effect": [outcome.as_json() for outcome in self.without_effect],
        }


@dataclass(frozen=True, slots=True)
class ItemName:
    """Which item is explained, and where it was read."""

    item_id: str | None
    member_id: str | None
    category: str | None
    visibility: str | None
    file: str | None = None
    row: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Every part under its name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One decision with everything that led to it."""

    item: ItemName
    verdict: Verdict
    reason: Reason
    pack: str
    pack_digest: str
    reaches: str
    frees: str
    purpose: str
    recipient: str
    as_of: datetime
    replay: bool
    decided_by: Finding
    also_failed: tuple[Finding, ...]
    refusals: tuple[Refusal, ...]
    other_readings: tuple[ReadingOutcome, ...]
    would_flip: WouldFlip
    setting: str | None = None
    """Id of the setting that governs the purpose; None where no setting does."""
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Setting → language → the label that members see."""

    def as_json(self) -> dict[str, Any]:
        """The whole as plain JSON values; instants are RFC 3339 in UTC."""
        return {
            "item": self.item.as_json(),
            "verdict": self.verdict.value,
            "reason": self.reason.value,
            "pack": {"id": self.pack, "digest": self.pack_digest, "reaches": self.reaches, "frees": self.frees},
            "purpose": self.purpose,
            "recipient": self.recipient,
            "as_of": format_instant(self.as_of),
            "replay": self.replay,
            "setting": self.setting,
            "decided_by": self.decided_by.as_json(),
            "also_failed": [finding.as_json() for finding in self.also_failed],
            "refused": bool(self.refusals),
            "refusals": [refusal.as_json() for refusal in self.refusals],
            "other_readings": [reading.as_json() for reading in self.other_readings],
            "would_flip": self.would_flip.as_json(),
        }


def _plain(value: Value) -> str | int:
    if isinstance(value, datetime):
        return format_instant(value)
    return value.isoformat() if isinstance(value, date) else value

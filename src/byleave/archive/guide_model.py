"""What a guide consists of: plain values that any surface can tell in words, lay out, or send as JSON.

A `Fact` says something about a platform and cannot be made without the text that it rests on; a `Remark` speaks of the
guide itself or of what a person can keep, and never of the platform.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from byleave.kernel.instants import format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from byleave.kernel.decision import Reason
    from byleave.text.explanation import SourceText, Statement


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement about a platform, with the text that it rests on."""

    statement: Statement
    source: SourceText

    def as_json(self) -> dict[str, Any]:
        """The statement and its source."""
        return {"statement": self.statement.as_json(), "source": self.source.as_json()}


@dataclass(frozen=True, slots=True)
class Quote:
    """What a pack or the notes on a platform say in their own words, with the text that it rests on."""

    text: Mapping[str, str]
    """Language → words."""
    source: SourceText

    def as_json(self) -> dict[str, Any]:
        """The words by language and their source."""
        return {"text": dict(self.text), "source": self.source.as_json()}


@dataclass(frozen=True, slots=True)
class Remark:
    """A statement about the guide, or about what a person can keep; never about a platform."""

    statement: Statement

    def as_json(self) -> dict[str, Any]:
        """The statement."""
        return {"statement": self.statement.as_json(), "source": None}


Line = Fact | Quote | Remark


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody says about themselves; every part may be missing."""

    country: str | None = None
    """ISO 3166-1 alpha-2."""
    opted_out: datetime | None = None
    """The latest instant at which they can have switched off."""
    opted_out_on: date | None = None
    """The day, as they gave it."""
    born: date | None = None

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {
            "country": self.country,
            "opted_out": self.opted_out_on.isoformat() if self.opted_out_on else None,
            "opted_out_counts_from": format_instant(self.opted_out) if self.opted_out else None,
            "born": self.born.isoformat() if self.born else None,
        }


@dataclass(frozen=True, slots=True)
class Scope:
    """What the platform trains on within one category, whoever the person is."""

    category: str
    title: str
    use: str
    """`in`, `out` or `not-established`: the pack's word for the category."""
    used: tuple[str, ...]
    """Visibilities at which it may be used."""
    open: tuple[str, ...]
    """Visibilities for which that is not established."""
    left_out: tuple[str, ...]
    source: SourceText

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {
            "category": self.category,
            "title": self.title,
            "use": self.use,
            "used": list(self.used),
            "not_established": list(self.open),
            "left_out": list(self.left_out),
            "source": self.source.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody's reading of how far an opt-out reaches; the pack's own comes first."""

    claimant: str
    kind: str
    """pack, company, regulator or article."""
    reaches: str
    frees: str
    source: SourceText
    summary: Mapping[str, str] = field(default_factory=dict)
    """Language → the reading in one sentence."""

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {
            "claimant": self.claimant,
            "kind": self.kind,
            "reaches": self.reaches,
            "frees": self.frees,
            "summary": dict(self.summary),
            "source": self.source.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the definition decides for one typical item, in one scenario, under one reading."""

    scenario: str
    """`as-you-are`, `off-today` or `off-in-time`."""
    period: str
    """`before-start`, `since-start` or `from-now-on`: when the item was shared."""
    created_at: datetime
    claim: int
    """Position in the guide's claims."""
    reason: Reason

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {
            "scenario": self.scenario,
            "period": self.period,
            "created_at": format_instant(self.created_at),
            "claim": self.claim,
            "verdict": self.reason.verdict.value,
            "reason": self.reason.value,
        }


@dataclass(frozen=True, slots=True)
class Affiliate:
    """What another company may use, before and after switching off."""

    recipient: str
    title: str
    categories: tuple[str, ...]
    """Titles of the categories that it may use; empty when none."""
    after_off: tuple[str, ...]
    """The same for what is shared after switching off."""
    source: SourceText

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {
            "recipient": self.recipient,
            "title": self.title,
            "categories": list(self.categories),
            "after_off": list(self.after_off),
            "source": self.source.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Steps:
    """Where a switch is, on one kind of device."""

    device: str
    path: tuple[str, ...]
    link: str | None
    source: SourceText

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {"device": self.device, "path": list(self.path), "link": self.link, "source": self.source.as_json()}


@dataclass(frozen=True, slots=True)
class Group:
    """The countries of one regime, told in one line; no regime for those that the pack leaves without a rule."""

    regime: str | None
    title: str
    countries: tuple[str, ...]
    effective: datetime | None
    """None where the rule names no beginning."""
    default: str | None
    affiliates: tuple[tuple[str, SourceText], ...]
    """Titles of the other companies that may use something there, each with the source of that."""
    source: SourceText | None
    """None for the countries without a rule: that is said of the pack, not of the platform."""

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {
            "regime": self.regime,
            "title": self.title,
            "countries": list(self.countries),
            "effective": format_instant(self.effective) if self.effective else None,
            "default": self.default,
            "affiliates": [{"title": title, "source": source.as_json()} for title, source in self.affiliates],
            "source": self.source.as_json() if self.source else None,
        }


@dataclass(frozen=True, slots=True)
class Guide:
    """What applies to one person on one platform."""

    platform: str
    pack: str
    pack_digest: str
    purpose: str
    as_of: datetime
    person: Person
    regime: str | None
    begins: datetime | None
    """None where no regime is known, and where it names no beginning."""
    in_force: bool | None
    """None where no regime is known."""
    setting: str | None
    titles: Mapping[str, Mapping[str, str]]
    """Setting → language → label."""
    applies: tuple[Line, ...]
    groups: tuple[Group, ...]
    scope: tuple[Scope, ...]
    claims: tuple[Claim, ...]
    outcomes: tuple[Outcome, ...]
    reach: tuple[Line, ...]
    affiliates: tuple[Affiliate, ...]
    steps: tuple[Steps, ...]
    switch: tuple[Line, ...]
    limits: tuple[Line, ...]
    objection: tuple[Line, ...]
    evidence: tuple[Line, ...]
    not_established: tuple[Quote, ...]
    words: Mapping[str, Mapping[str, str]]
    """Language → what the pack says in English → the same in that language."""

    @property
    def is_read_by_others(self) -> bool:
        """Whether anybody but the pack says how the rule is to be read."""
        return any(one.kind != "pack" for one in self.claims)

    def as_json(self) -> dict[str, Any]:
        """The whole as plain JSON values; instants are RFC 3339 in UTC."""
        lists: tuple[str, ...] = (
            "applies",
            "groups",
            "scope",
            "claims",
            "outcomes",
            "reach",
            "affiliates",
            "steps",
            "switch",
        )
        lists += ("limits", "objection", "evidence", "not_established")
        return {
            "platform": self.platform,
            "pack": {"id": self.pack, "digest": self.pack_digest},
            "purpose": self.purpose,
            "as_of": format_instant(self.as_of),
            "person": self.person.as_json(),
            "regime": self.regime,
            "begins": format_instant(self.begins) if self.begins else None,
            "in_force": self.in_force,
            "setting": self.setting,
            "labels": {name: dict(labels) for name, labels in self.titles.items()},
            **{name: [one.as_json() for one in getattr(self, name)] for name in lists},
        }

"""What a run of the gate is asked to do, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

Progress = Callable[[str, float], None]
"""Called with the name of the step and how much of it is done, 0.0 to 1.0."""


def silent(step: str, done: float) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True)
class Waivers:
    """What the caller takes upon itself; every one is named in the manifest."""

    allow_orphans: bool = False
    """Go on although a preference belongs to nobody in the register, or an objector owns nothing."""
    ignore_settings: frozenset[str] = frozenset()
    """Setting names that the pack does not know and that are known to be irrelevant."""

    def as_json(self) -> dict[str, Any]:
        """For the manifest; empty when nothing is waived."""
        result: dict[str, Any] = {}
        if self.allow_orphans:
            result["allow_orphans"] = True
        if self.ignore_settings:
            result["ignore_settings"] = sorted(self.ignore_settings)
        return result


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read tables."""

    assume_zone: str | None = None
    """IANA zone for instants without a zone; None makes them unreadable."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Name in design → name in the items, where they differ."""


@dataclass(frozen=True, slots=True)
class Request:
    """One run of the gate."""

    items: Sequence[Any]
    """Paths (files, folders, globs), or one table: Arrow, pandas, Polars or Ibis."""
    register: Any
    """A folder, the URL of a ledger's database, or table name → table."""
    purpose: str
    recipient: str
    as_of: datetime | None = None
    """None = the present, a snapshot for training; an instant in the past = a replay."""
    waivers: Waivers = Waivers()
    reading: Reading = Reading()
    redacting: bool = False
    """Replace what names an objector in a text, instead of leaving the item out."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where and what to write."""

    folder: Path
    decisions_only: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """So many rows with one reason, in one region, of one category; region and category None where unknown."""

    reason: str
    region: str | None
    category: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a run found and wrote."""

    manifest: Mapping[str, Any]
    counts: tuple[Counted, ...]
    folder: Path | None
    """The published snapshot; None for a dry run."""

"""What a check of an archive comes to: plain counts, small whatever the size of the archive."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.archive.guide_model import Guide, Quote
    from byleave.kernel.decision import Reason


class Standing(StrEnum):
    """How a row stands towards training, with all that the archive leaves open taken into account."""

    USED = "used"
    """The rules take it in, whatever the archive does not say."""
    IF_PUBLIC = "if-public"
    """The rules take it in if everyone can see it; the archive does not say who can."""
    OPEN = "open"
    """Nobody can tell: the rules or the archive leave it open."""
    OUT = "out"
    """The rules leave it out, whatever the archive does not say."""


class Cause(StrEnum):
    """Why nobody can tell."""

    CATEGORY = "category"
    """The sources of the rules do not say whether this kind is used."""
    VISIBILITY = "visibility"
    """It depends on who can see the row."""
    DATE = "date"
    """It depends on when the row came to be."""
    COUNTRY = "country"
    """The rules do not cover the country."""
    AUTHOR = "author"
    """It depends on whether AI wrote it."""
    KIND = "kind"
    """The file may hold rows of another kind as well."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was found for one row, and why: a reason where it is left out, a cause where nobody can tell."""

    standing: Standing
    reason: Reason | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """How many rows of one category and year have one ruling, as the person is, by the pack's own reading."""

    category: str
    year: int | None
    """None where the file does not say when."""
    ruling: Ruling
    rows: int

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {
            "category": self.category,
            "year": self.year,
            "standing": self.ruling.standing.value,
            "reason": self.ruling.reason.value if self.ruling.reason else None,
            "cause": self.ruling.cause.value if self.ruling.cause else None,
            "rows": self.rows,
        }


@dataclass(frozen=True, slots=True)
class Column:
    """How all rows stand in one scenario, as some claimants read the rule."""

    scenario: str
    """`as-you-are`, `off-today` or `off-in-time`."""
    claims: tuple[int, ...]
    """Positions in the guide's claims; all of these read the rule alike."""
    rows: Mapping[Standing, int]

    def as_json(self) -> dict[str, Any]:
        """The parts by name; every standing is there."""
        counts = {standing.value: self.rows.get(standing, 0) for standing in Standing}
        return {"scenario": self.scenario, "claims": list(self.claims), "rows": counts}


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that could not be read, or a column whose cells are not what its header promises."""

    file: str
    row: int
    why: str
    rows: int = 1

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {"file": self.file, "row": self.row, "why": self.why, "rows": self.rows}


@dataclass(frozen=True, slots=True)
class Find:
    """Something in a text that may be used and the person may want to see: where it stands, never what it says."""

    kind: str
    """One of `finds.KINDS`."""
    category: str
    file: str
    row: int

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {"kind": self.kind, "category": self.category, "file": self.file, "row": self.row}


@dataclass(frozen=True, slots=True)
class Inventory:
    """The files of the archive and where every row went."""

    files: Mapping[str, int]
    """Status of a file (`read`, `empty`, `unknown`, `skipped`, `refused`) → how many."""
    rows: int
    """Every row of every file that was read."""
    judged: int
    unlisted: Mapping[str, int]
    """Kind of file that no category of training is known to take up → rows."""
    unreadable: int
    others: Mapping[str, int]
    """Kind of file with other people's data → rows."""
    doubtful: Mapping[str, int]
    """Category whose file may hold rows of another kind as well → rows."""
    absent: tuple[str, ...]
    """Names of files that items are made of and that are not in the archive, which means nothing."""
    unknown: tuple[str, ...]
    """Names of files that the catalogue does not know; the first ones only."""
    refused: tuple[Fault, ...]
    faults: tuple[Fault, ...]
    """The first ones only."""
    misfits: tuple[Fault, ...]
    """The first ones only."""

    @property
    def accounted(self) -> int:
        """Rows out: those judged, those of files that no category takes up, and those reported as unreadable."""
        return self.judged + sum(self.unlisted.values()) + self.unreadable

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {
            "files": dict(self.files),
            "rows": self.rows,
            "judged": self.judged,
            "unlisted": dict(self.unlisted),
            "unreadable": self.unreadable,
            "others": dict(self.others),
            "doubtful": dict(self.doubtful),
            "absent": list(self.absent),
            "unknown": list(self.unknown),
            "refused": [one.as_json() for one in self.refused],
            "faults": [one.as_json() for one in self.faults],
            "misfits": [one.as_json() for one in self.misfits],
        }


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the archive of one person shows under one pack."""

    guide: Guide
    name: str | None
    """The person's name as their profile has it."""
    cells: tuple[Cell, ...]
    columns: tuple[Column, ...]
    inventory: Inventory
    blind_spots: tuple[Quote, ...]
    found: Mapping[str, int]
    """Kind of find → in how many rows that may be used."""
    finds: tuple[Find, ...]
    """The first ones only."""
    archive_notes: tuple[Quote, ...]
    """What is known about the archives that the platform gives."""

    def total(self, standing: Standing) -> int:
        """Rows of one standing."""
        return sum(cell.rows for cell in self.cells if cell.ruling.standing is standing)

    def by_category(self) -> dict[str, dict[Standing, int]]:
        """Category → standing → rows, in the order of the pack."""
        return self._by(lambda cell: cell.category, [one.category for one in self.guide.scope])

    def by_year(self) -> dict[int | None, dict[Standing, int]]:
        """Year → standing → rows, the earliest first; without a year last."""
        years = sorted({cell.year for cell in self.cells if cell.year is not None})
        return self._by(lambda cell: cell.year, [*years, None])

    def _by(self, key: Any, order: list[Any]) -> dict[Any, dict[Standing, int]]:  # noqa: ANN401 - a name or a year
        found: dict[Any, dict[Standing, int]] = {}
        for cell in self.cells:
            counts = found.setdefault(key(cell), {})
            counts[cell.ruling.standing] = counts.get(cell.ruling.standing, 0) + cell.rows
        return {name: found[name] for name in order if name in found}

    def as_json(self) -> dict[str, Any]:
        """The whole as plain JSON values."""
        return {
            "pack": {"id": self.guide.pack, "digest": self.guide.pack_digest},
            "person": self.guide.person.as_json(),
            "summary": {standing.value: self.total(standing) for standing in Standing},
            "cells": [one.as_json() for one in self.cells],
            "columns": [one.as_json() for one in self.columns],
            "archive": self.inventory.as_json(),
            "blind_spots": [one.as_json() for one in self.blind_spots],
            "found": dict(self.found),
            "finds": [one.as_json() for one in self.finds],
            "archive_notes": [one.as_json() for one in self.archive_notes],
            "guide": self.guide.as_json(),
        }

"""Count the rows of an archive as they are read, one after another; nothing of a row is kept but its count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from byleave.archive.exposure.decisions import Judge, Panel
from byleave.archive.exposure.finds import finds
from byleave.archive.exposure.model import Cell, Column, Exposure, Fault, Find, Inventory, Ruling, Standing
from byleave.archive.guide import make_guide
from byleave.archive.guide_decisions import Question, scenarios
from byleave.archive.guide_facts import noted
from byleave.archive.linkedin import Record, Unreadable, expected_kinds, item_of, layout_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from byleave.archive.guide_model import Guide, Person
    from byleave.archive.guide_notes import Notes
    from byleave.archive.linkedin import ArchiveItem, FileReport, Outcome
    from byleave.policy.model import Pack

MOST_SHOWN = 50
"""Rows and files that are named one by one; the others are counted."""
_LONGEST_NAME = 100
_MAY = (Standing.USED, Standing.IF_PUBLIC)


def measure(
    outcomes: Iterable[Outcome], pack: Pack, person: Person, today: datetime, notes: Notes | None = None
) -> Exposure:
    """Judge every row of an archive.

    Args:
        outcomes: what `read_archive` gives; it is passed over once.
        pack: the platform's policy.
        person: what they say about themselves; a country is needed for a verdict.
        today: the instant at which they ask.
        notes: what is known about the platform beyond its rules.
    """
    guide = make_guide(pack, person, today, notes)
    question = Question(pack, person, today)
    views = _views(question, guide)
    tally = _Tally(views, Panel([view.judge for view in views], today), person.country or "")
    for outcome in outcomes:
        if isinstance(outcome, Record):
            tally.record(outcome)
        elif isinstance(outcome, Unreadable):
            tally.unreadable(outcome)
        else:
            tally.file(outcome)
    return Exposure(
        guide=guide,
        name=tally.name,
        cells=tuple(tally.cells()),
        columns=tuple(tally.columns()),
        inventory=tally.inventory(),
        blind_spots=tuple(noted(notes, "blind-spot")),
        found=dict(sorted(tally.found.items())),
        finds=tuple(tally.finds),
        archive_notes=tuple(noted(notes, "archive")),
    )


@dataclass(slots=True)
class _View:
    """One scenario under one reading, and the counts in it."""

    scenario: str
    claims: tuple[int, ...]
    judge: Judge


def _views(question: Question, guide: Guide) -> list[_View]:
    """Every scenario under every reading that differs; the person as they are, by the pack's own reading, first."""
    alike: dict[tuple[str, str], list[int]] = {}
    for number, claim in enumerate(guide.claims):
        alike.setdefault((claim.reaches, claim.frees), []).append(number)
    cases = list(scenarios(question)) if question.regime() else [("as-you-are", question.person.opted_out)]
    return [
        _View(scenario, tuple(claims), Judge(question, replace(question.rules(), reaches=reaches, frees=frees), off_at))
        for scenario, off_at in cases
        for (reaches, frees), claims in alike.items()
    ]


@dataclass(slots=True)
class _Tally:
    """The counts so far."""

    views: list[_View]
    panel: Panel
    country: str
    name: str | None = None
    counts: Counter[tuple[str, int | None, int]] = field(default_factory=Counter)
    """Category, year, and the position of the rulings → rows."""
    files: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    judged: int = 0
    broken: int = 0
    unlisted: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    doubtful: Counter[str] = field(default_factory=Counter)
    kinds: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    misfits: list[Fault] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)
    finds: list[Find] = field(default_factory=list)

    def record(self, record: Record) -> None:
        """Judge one row, if a category of training may take it up."""
        if layout_of(record.kind).others:
            self.others[record.kind] += 1
        item = item_of(record)
        if item is None:
            self.unlisted[record.kind] += 1
            return
        if record.kind == "profile" and self.name is None:
            self.name = _name(record)
        self.judged += 1
        if item.doubt is not None:
            self.doubtful[item.category] += 1
        year = item.created.at.year if item.created else None
        ruled = self.panel.judge(item)
        self.counts[item.category, year, ruled] += 1
        if item.text and self.panel.rulings[ruled][0].standing in _MAY:
            self._search(item, item.text)

    def _search(self, item: ArchiveItem, text: str) -> None:
        """Note what in a text that may be used leads to a person."""
        for kind in finds(text, self.country):
            self.found[kind] += 1
            if len(self.finds) < MOST_SHOWN:
                self.finds.append(Find(kind, item.category, item.record.file, item.record.row))

    def unreadable(self, row: Unreadable) -> None:
        """Note one row that could not be read."""
        self.broken += 1
        if len(self.faults) < MOST_SHOWN:
            self.faults.append(Fault(row.file, row.row, row.why))

    def file(self, report: FileReport) -> None:
        """Note how a file came out."""
        self.files[report.status] += 1
        self.rows += report.rows
        if report.kind is not None:
            self.kinds.add(report.kind)
        if report.status == "unknown" and len(self.unknown) < MOST_SHOWN:
            self.unknown.append(report.file)
        if report.status == "refused" and len(self.refused) < MOST_SHOWN:
            self.refused.append(Fault(report.file, 0, "; ".join(report.notes), 0))
        for one in report.misfits[: max(0, MOST_SHOWN - len(self.misfits))]:
            why = f"{one.column}: {one.expected}"
            self.misfits.append(Fault(report.file, one.first_row, why, one.count))

    def cells(self) -> Iterator[Cell]:
        """The counts by category, year and ruling, in an order that stays."""
        own: Counter[tuple[str, int | None, Ruling]] = Counter()
        for (category, year, ruled), rows in self.counts.items():
            own[category, year, self.panel.rulings[ruled][0]] += rows
        ordered = sorted(own.items(), key=lambda one: (one[0][0], one[0][1] or 0, one[0][2].standing))
        for (category, year, ruling), rows in ordered:
            yield Cell(category, year, ruling, rows)

    def columns(self) -> Iterator[Column]:
        """The counts of each view."""
        for number, view in enumerate(self.views):
            counts: Counter[Standing] = Counter()
            for (_, _, ruled), rows in self.counts.items():
                counts[self.panel.rulings[ruled][number].standing] += rows
            yield Column(view.scenario, view.claims, dict(counts))

    def inventory(self) -> Inventory:
        """Where every file and row went."""
        expected = expected_kinds()
        return Inventory(
            files=dict(sorted(self.files.items())),
            rows=self.rows,
            judged=self.judged,
            unlisted=dict(sorted(self.unlisted.items())),
            unreadable=self.broken,
            others=dict(sorted(self.others.items())),
            doubtful=dict(sorted(self.doubtful.items())),
            absent=tuple(sorted(name for kind, name in expected.items() if kind not in self.kinds)),
            unknown=tuple(self.unknown),
            refused=tuple(self.refused),
            faults=tuple(self.faults),
            misfits=tuple(self.misfits),
        )


def _name(record: Record) -> str | None:
    """First and last name as the profile has them; a name that no letter could carry is none."""
    parts = (record.raw("First Name") or "", record.raw("Last Name") or "")
    name = " ".join(" ".join(parts).split())
    return name if name and name.isprintable() and len(name) <= _LONGEST_NAME else None

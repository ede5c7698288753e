"""What the archives of a team come to, added up so that nobody's own figures can be told from the sums.

A sum is shown only if at least FEWEST people who did not agree to show their own figures are in it; those who agreed do
not count, for what they show can be taken away from the sum. Where all of a team agreed, every sum is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.archive.exposure.model import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from byleave.archive.exposure.model import Cell, Exposure

FEWEST = 5
"""People in a sum that is shown: our own choice, the number below which statistics offices commonly hide a cell."""


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the team."""

    archive: str
    """The name of the file."""
    exposure: Exposure
    agreed: bool = False

    @property
    def acted(self) -> bool:
        """Whether they say that they switched off."""
        return self.exposure.guide.person.opted_out is not None


@dataclass(frozen=True, slots=True)
class Sum:
    """Rows of several people: of one kind, or of one year. A hidden one has neither people nor rows."""

    name: Any
    people: int | None
    rows: dict[Standing, int] | None

    def as_json(self) -> dict[str, Any]:
        """The parts by name; what is hidden is null."""
        rows = None if self.rows is None else {one.value: self.rows.get(one, 0) for one in Standing}
        return {"name": self.name, "people": self.people, "rows": rows}


@dataclass(frozen=True, slots=True)
class Team:
    """The whole report."""

    members: tuple[Member, ...]
    failed: int
    """Archives that could not be read."""
    categories: tuple[Sum, ...]
    years: tuple[Sum, ...]
    acted: int | None
    """How many say that they switched off; None where it is hidden."""

    @property
    def shown(self) -> tuple[Member, ...]:
        """Those who agreed."""
        return tuple(one for one in self.members if one.agreed)

    def as_json(self) -> dict[str, Any]:
        """The whole as plain JSON values; nobody who did not agree is in it but in sums."""
        return {
            "read": len(self.members),
            "failed": self.failed,
            "fewest": FEWEST,
            "acted": self.acted,
            "categories": [one.as_json() for one in self.categories],
            "years": [one.as_json() for one in self.years],
            "agreed": [_person_json(one) for one in self.shown],
        }


def add_up(members: Sequence[Member], failed: int) -> Team:
    """Add up what the archives show."""
    order = [one.category for member in members[:1] for one in member.exposure.guide.scope]
    acted = [one for one in members if one.acted]
    rest = [one for one in members if not one.acted]
    told = _enough(acted, members) and _enough(rest, members)
    return Team(
        members=tuple(members),
        failed=failed,
        categories=tuple(_sums(members, lambda cell: cell.category, order)),
        years=tuple(_sums(members, lambda cell: cell.year, [])),
        acted=len(acted) if told else None,
    )


def _sums(members: Sequence[Member], key: Callable[[Cell], Hashable], order: list[str]) -> list[Sum]:
    found: dict[Any, tuple[list[Member], dict[Standing, int]]] = {}
    for member in members:
        for cell in member.exposure.cells:
            people, rows = found.setdefault(key(cell), ([], {}))
            if member not in people[-1:]:
                people.append(member)
            rows[cell.ruling.standing] = rows.get(cell.ruling.standing, 0) + cell.rows
    names = [*(name for name in order if name in found), *sorted(set(found) - set(order), key=_undated_last)]
    return [
        Sum(name, len(found[name][0]), found[name][1]) if _enough(found[name][0], members) else Sum(name, None, None)
        for name in names
    ]


def _undated_last(name: Hashable) -> tuple[bool, str]:
    return name is None, str(name)


def _enough(people: Sequence[Member], team: Sequence[Member]) -> bool:
    silent = sum(not one.agreed for one in people)
    return silent >= FEWEST or all(one.agreed for one in team)


def _person_json(member: Member) -> dict[str, Any]:
    exposure = member.exposure
    return {
        "archive": member.archive,
        "person": exposure.guide.person.as_json(),
        "summary": {standing.value: exposure.total(standing) for standing in Standing},
    }

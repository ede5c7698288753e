"""What the people of a team say about themselves: a table with one row for each archive.

Columns: `archive` (the name of the file), `country`, `opted_out` (the day on which they switched off) and `agreed`
(`yes`: their own figures may stand in the report). Whoever is not in the table, or leaves a cell blank, has
said nothing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COLUMNS = ("archive", "country", "opted_out", "agreed")
_AGREED = {"yes": True, "no": False, "": False}


@dataclass(frozen=True, slots=True)
class Statement:
    """One row, as it was written but for blanks around the cells."""

    archive: str
    row: int
    """The number of the line in the table."""
    country: str | None = None
    opted_out: str | None = None
    agreed: bool = False


def read_people(lines: Iterable[str], file: str) -> dict[str, Statement]:
    """The rows of a table by the name of the archive.

    Raises: InputError for a header without `archive`, an unknown column, a name twice, or an answer that is neither
    yes nor no: an agreement is never guessed.
    """
    rows = csv.reader(lines)
    header = [cell.strip().casefold() for cell in next(rows, [])]
    unknown = [name for name in header if name not in COLUMNS]
    if "archive" not in header or unknown or len(set(header)) < len(header):
        what = f"column `{unknown[0]}` is not known" if unknown else "the header does not name each archive once"
        raise InputError(f"`{file}`: {what}", hint=f"its first line is: {','.join(COLUMNS)}")
    return _by_name(_statements(rows, header, file), file)


def _statements(rows: Iterator[list[str]], header: list[str], file: str) -> Iterator[Statement]:
    for row, cells in enumerate(rows, start=2):
        said = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        if not any(said.values()):
            continue
        answer = said.get("agreed", "").casefold()
        if answer not in _AGREED or not said.get("archive"):
            what = f"`{said['agreed']}` is neither yes nor no" if said.get("archive") else "no archive is named"
            raise InputError(f"`{file}`, row {row}: {what}", hint="leave a cell blank where somebody said nothing")
        yield Statement(
            said["archive"], row, said.get("country") or None, said.get("opted_out") or None, _AGREED[answer]
        )


def _by_name(statements: Iterator[Statement], file: str) -> dict[str, Statement]:
    found: dict[str, Statement] = {}
    for one in statements:
        if one.archive in found:
            first = found[one.archive].row
            raise InputError(f"`{file}`, row {one.row}: `{one.archive}` stands in row {first} already")
        found[one.archive] = one
    return found

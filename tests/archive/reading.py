"""Read made-up archives: all that comes out, and the checks that hold for whatever goes in."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from byleave.archive.linkedin import Entry, FileReport, Record, Unreadable, read_archive


@dataclass(frozen=True)
class Result:
    """What came out of an archive."""

    records: list[Record]
    unreadable: list[Unreadable]
    reports: dict[str, FileReport]

    def of(self, file: str) -> list[Record]:
        """The records of one file."""
        return [one for one in self.records if one.file == file]


def entry(name: str, data: bytes) -> Entry:
    """A file in memory."""
    return Entry(name, lambda: io.BytesIO(data))


def read(files: list[tuple[str, bytes]]) -> Result:
    """Read the files, and check that the sums hold."""
    return collect([entry(name, data) for name, data in files])


def read_one(name: str, text: str | bytes) -> Result:
    """Read one file."""
    return read([(name, text.encode() if isinstance(text, str) else text)])


def collect(entries: list[Entry]) -> Result:
    """Everything that comes out, with the sums checked: in = out + reported, for rows and for lines."""
    result = Result([], [], {})
    for outcome in read_archive(entries):
        if isinstance(outcome, Record):
            result.records.append(outcome)
        elif isinstance(outcome, Unreadable):
            result.unreadable.append(outcome)
        else:
            result.reports[outcome.file] = outcome
    assert len(result.reports) == len({one.name for one in entries})
    records = Counter(one.file for one in result.records)
    unreadable = Counter(one.file for one in result.unreadable)
    for file, report in result.reports.items():
        assert (report.records, report.unreadable) == (records[file], unreadable[file])
        assert report.accounted == report.lines, file
    _check_lines(result)
    return result


def _check_lines(result: Result) -> None:
    """No line is in two rows, and rows are numbered one after another."""
    rows: dict[str, list[Record | Unreadable]] = {}
    every: list[Record | Unreadable] = [*result.records, *result.unreadable]
    for one in every:
        rows.setdefault(one.file, []).append(one)
    for found in rows.values():
        found.sort(key=lambda one: one.row)
        assert [one.row for one in found] == list(range(1, len(found) + 1))
        for before, after in pairwise(found):
            assert before.line + before.lines <= after.line

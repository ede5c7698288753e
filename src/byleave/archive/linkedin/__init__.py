"""LinkedIn's data export, Basic or Complete, old or new: entries in, records and reports out.

`read_archive` reads what `byleave.adapters.archives` opens; `item_of` says what a record is to a policy pack.

    with open_archive(path) as entries:
        for outcome in read_archive(entries): ...
"""

from byleave.archive.linkedin.items import ArchiveItem, expected_kinds, item_of, layout_of
from byleave.archive.linkedin.outcomes import (
    BrokenEntryError,
    Entry,
    FileReport,
    Misfit,
    Outcome,
    Record,
    Unreadable,
)
from byleave.archive.linkedin.reader import read_archive

__all__ = [
    "ArchiveItem",
    "BrokenEntryError",
    "Entry",
    "FileReport",
    "Misfit",
    "Outcome",
    "Record",
    "Unreadable",
    "expected_kinds",
    "item_of",
    "layout_of",
    "read_archive",
]

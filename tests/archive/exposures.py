"""Made-up archives of one person, and what is measured in them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from byleave.archive.exposure import measure
from byleave.archive.guide import latest_on
from byleave.archive.guide_model import Person
from byleave.archive.linkedin import read_archive
from tests.archive.export import Quirks, Table, tables, write_export
from tests.archive.guides import NEWEST, NOW, load_pack, notes_on
from tests.archive.reading import entry

if TYPE_CHECKING:
    from datetime import date, datetime

    from byleave.archive.exposure import Exposure

SHARES = ("Date", "ShareLink", "ShareCommentary", "SharedUrl", "MediaUrl", "Visibility")
LINK = "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7"
PUBLIC, UNSAID = "PUBLIC", "MEMBER_NETWORK"


def posts(*dated: tuple[str, str]) -> Table:
    """A file of posts: day and what stands under Visibility."""
    rows = tuple((f"{day} 10:25:25", LINK, "Hello", "", "", seen) for day, seen in dated)
    return Table("Shares.csv", SHARES, rows)


def person(country: str, off: date | None = None, born: date | None = None, today: datetime = NOW) -> Person:
    """What somebody says about themselves."""
    return Person(country, latest_on(off, today) if off else None, off, born)


@cache
def export_files() -> tuple[tuple[str, bytes], ...]:
    """The made-up export with every file."""
    return tuple(write_export(Quirks(), tables()))


def measured(  # noqa: PLR0913 - what a person may say, and the files
    files: list[tuple[str, bytes]] | tuple[tuple[str, bytes], ...],
    country: str = "DE",
    *,
    pack: str = NEWEST,
    today: datetime = NOW,
    off: date | None = None,
    born: date | None = None,
) -> Exposure:
    """What an archive with these files shows."""
    loaded = load_pack(pack)
    entries = [entry(name, data) for name, data in files]
    return measure(read_archive(entries), loaded, person(country, off, born, today), today, notes_on(loaded.pack))


def alone(table: Table) -> list[tuple[str, bytes]]:
    """An archive of one file."""
    from tests.archive.export import write_table

    return [(table.path, write_table(table, Quirks(layered=None)))]

"""Reads one archive in a process of its own, within limits, and prints the report as JSON; it can write no file.

    python -m byleave.server.centre.archive_reading FILE PACK COUNTRY DAY NOW LANGUAGE

DAY may be blank. What is wrong with an archive is printed as `{"error": …}`. A process that a limit stops says nothing.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.archives import open_archive
from byleave.adapters.packs import load_pack
from byleave.archive.exposure import measure, tell_report
from byleave.archive.exposure.messages import OWN
from byleave.archive.guide import latest_on
from byleave.archive.guide_document import Listing, Paragraph
from byleave.archive.guide_model import Person
from byleave.archive.guide_notes import shipped_notes
from byleave.archive.guide_page import section_body, source_items
from byleave.archive.linkedin import read_archive
from byleave.kernel.errors import ByleaveError, InputError
from byleave.kernel.instants import parse_date
from byleave.text.catalogue import Catalogue
from byleave.text.centre import ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from byleave.archive.guide_document import Block

MOST_MEMORY = 1_500_000_000
"""Bytes of address space. A complete archive needs under 300 MB of it as memory (docs/reference/benchmarks.md)."""
MOST_SECONDS = 60
"""Of the processor."""


def limit() -> None:
    """Memory, time, and no files at all: what is read cannot be copied to the disk, not even by a mistake."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def report(  # noqa: PLR0913, PLR0917 - as they stand on the command line
    file: Path, pack: str, country: str, day: str, now: str, language: str
) -> dict[str, Any]:
    """The report that `byleave check` would make, in parts for a page.

    Raises: ByleaveError for an archive that cannot be used.
    """
    today, off = datetime.fromisoformat(now), parse_date(day) if day else None
    rules = load_pack(pack)
    person = Person(country, latest_on(off, today) if off else None, off)
    with open_archive(file) as entries:
        exposure = measure(read_archive(entries), rules, person, today, shipped_notes(rules.pack))
    if not any(exposure.inventory.files.get(status) for status in ("read", "empty", "refused")):
        raise InputError(f"`{file}` holds no file of LinkedIn's archive")
    document = tell_report(exposure, language)
    told = [replace(one, blocks=tuple(_for_a_page(one.blocks, Catalogue(language)))) for one in document.sections]
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "parts": [{"name": one.name, "heading": one.heading, "body": section_body(one)} for one in told],
        "sources_heading": document.sources_heading,
        "sources": source_items(document),
        "certainties": document.certainties,
    }


def _for_a_page(blocks: Iterable[Block], catalogue: Catalogue) -> Iterator[Block]:
    """The blocks without what is true of the command alone: that nothing left the reader's machine, and its options."""
    instead = {
        catalogue.say(OWN["private"]): None,
        catalogue.say(OWN["action-letter"]): catalogue.say(ARCHIVE["archive-letter"]),
    }

    def told(one: Paragraph) -> Iterator[Paragraph]:
        spans = tuple(
            replace(span, text=text) for span in one.spans if (text := instead.get(span.text, span.text)) is not None
        )
        if spans:
            yield Paragraph(spans)

    for block in blocks:
        if isinstance(block, Paragraph):
            yield from told(block)
        elif isinstance(block, Listing):
            yield replace(block, points=tuple(point for one in block.points for point in told(one)))
        else:
            yield block


def main(arguments: list[str]) -> None:
    """Read, and print."""
    limit()
    file, *rest = arguments
    try:
        told = report(Path(file), *rest)
    except ByleaveError as error:
        told = {"error": error.message, "hint": error.hint}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])

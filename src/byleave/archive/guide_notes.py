"""What a guide knows about a platform beyond the rules of a pack: where things are, what a form asks, other languages.

The notes ship as `notes/PLATFORM.yaml`. Like a rule of a pack, each note carries a source with date and certainty.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Literal

from byleave.policy.document import Document
from byleave.policy.model import Day, Name, Part, Source, Sourced
from byleave.policy.problems import Problem, did_you_mean
from byleave.text.explanation import SourceText

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from byleave.policy.problems import Location

_SUFFIX = ".yaml"
Topic = Literal["country", "switch", "limit", "objection", "evidence", "archive", "blind-spot"]


class Device(Sourced):
    """The way to the switch on one kind of device, where a pack does not tell it."""

    device: Literal["desktop", "mobile"]
    path: tuple[str, ...]


class Addition(Sourced):
    """A statement about the platform."""

    topic: Topic
    text: dict[str, str]
    """Language → one or two plain sentences."""
    countries: tuple[str, ...] = ()
    """Only for these; with none, for every country."""


class Verified(Sourced):
    """When somebody last saw that the switch is where the guide says."""

    on: Day


class Words(Part):
    """What packs say in English, in the other languages."""

    en: str
    de: str
    fr: str


class Notes(Part):
    """The notes on one platform."""

    platform: Name
    sources: dict[str, Source]
    verified: Verified | None = None
    steps: tuple[Device, ...] = ()
    additions: tuple[Addition, ...] = ()
    words: tuple[Words, ...] = ()

    def translations(self) -> dict[str, dict[str, str]]:
        """Language → English → the same in that language."""
        return {"de": {one.en: one.de for one in self.words}, "fr": {one.en: one.fr for one in self.words}}


def cite(sources: Mapping[str, Source], part: Sourced) -> SourceText:
    """The source of a rule or note; its own certainty comes before its source's."""
    reference, source = part.source, sources[part.source.source]
    notes = [note for note in (part.note, reference.note) if note]
    return SourceText(
        name=reference.source,
        title=source.title,
        publisher=source.publisher,
        published=source.date,
        certainty=reference.certainty or source.certainty,
        url=source.url,
        where=source.where,
        note=" ".join(notes) or None,
    )


def platforms() -> list[str]:
    """The platforms on which notes ship, sorted."""
    names = (entry.name for entry in _shipped().iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))


def shipped_notes(platform: str) -> Notes | None:
    """The notes that come with byleave on a platform, by the name of its packs; None where there are none."""
    if platform not in platforms():
        return None
    name = f"{platform}{_SUFFIX}"
    return parse_notes(_shipped().joinpath(name).read_text(encoding="utf-8"), name)


def parse_notes(text: str, file: str) -> Notes:
    """Parse and check notes. Raises: PackError listing every problem with line and column."""
    document = Document(text, file, "the notes")
    notes = document.read(Notes)
    problems = list(_unknown_sources(notes))
    if problems:
        raise document.error(problems)
    return notes


def _unknown_sources(notes: Notes) -> Iterator[Problem]:
    cited: list[tuple[Location, Sourced]] = [(("steps", number), one) for number, one in enumerate(notes.steps)]
    cited += [(("additions", number), one) for number, one in enumerate(notes.additions)]
    cited += [(("verified",), notes.verified)] if notes.verified else []
    for at, part in cited:
        name = part.source.source
        if name not in notes.sources:
            yield Problem(
                (*at, "source"), f"`{name}` is not a source of these notes{did_you_mean(name, notes.sources)}"
            )


def _shipped() -> resources.abc.Traversable:
    return resources.files("byleave.archive").joinpath("notes")

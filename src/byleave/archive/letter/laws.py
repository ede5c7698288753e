"""Which law, time limit and authority a letter may name in a country; data with a source for each (`laws.yaml`)."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, TypeVar

from byleave.policy.document import Document
from byleave.policy.model import Flag, Part, Source, Sourced
from byleave.policy.problems import Problem, did_you_mean
from byleave.policy.regions import regions

if TYPE_CHECKING:
    from collections.abc import Iterator

_CERTAIN = ("A", "B")


class Named(Sourced):
    """Something that a letter may name in some countries."""

    regions: tuple[str, ...]
    """Countries (ISO 3166-1), or sets of them such as EEA."""
    text: dict[str, str]
    """Language → words."""
    platforms: tuple[str, ...] = ()
    """Only for these; with none, for every platform."""

    def covers(self, country: str, platform: str) -> bool:
        """Whether it holds in a country, for a platform by the name of its packs."""
        here = any(country in regions().sets.get(name, {name}) for name in self.regions)
        return here and (not self.platforms or platform in self.platforms)


class Law(Named):
    """The sentence by which a person objects."""

    situation: Flag = False
    """Whether the law speaks of the person's particular situation."""


class Laws(Part):
    """Everything in the file; of several entries for a country the first counts."""

    sources: dict[str, Source]
    laws: tuple[Law, ...]
    answers: tuple[Named, ...]
    authorities: tuple[Named, ...]

    def certain(self, part: Named) -> bool:
        """Whether a letter may state it."""
        return (part.source.certainty or self.sources[part.source.source].certainty) in _CERTAIN


Kind = TypeVar("Kind", bound=Named)


def find(laws: Laws, parts: tuple[Kind, ...], country: str, platform: str) -> Kind | None:
    """The first entry that holds in the country and is certain; None where nothing is known well enough."""
    return next((one for one in parts if one.covers(country, platform) and laws.certain(one)), None)


def parse_laws(text: str, file: str) -> Laws:
    """Parse and check. Raises: PackError listing every problem with line and column."""
    document = Document(text, file, "the laws")
    laws = document.read(Laws)
    problems = list(_unknown(laws))
    if problems:
        raise document.error(problems)
    return laws


@cache
def shipped_laws() -> Laws:
    """The laws that come with byleave."""
    name = "laws.yaml"
    return parse_laws(resources.files("byleave.archive.letter").joinpath(name).read_text(encoding="utf-8"), name)


def _unknown(laws: Laws) -> Iterator[Problem]:
    known = regions()
    for name in ("laws", "answers", "authorities"):
        for number, one in enumerate(getattr(laws, name)):
            if one.source.source not in laws.sources:
                near = did_you_mean(one.source.source, laws.sources)
                yield Problem((name, number, "source"), f"`{one.source.source}` is not a source of these laws{near}")
            for region in one.regions:
                if region not in known.sets and region not in known.countries:
                    yield Problem((name, number, "regions"), f"`{region}` is no country and no set of countries")

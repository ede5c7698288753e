"""What is known about AI training on other platforms: records with a source for every field, and the guide they make.

A record is no pack: nothing is decided by it. `unknown` is a value of every field, and is told as such.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from byleave.archive.guide_notes import cite
from byleave.policy.document import Document
from byleave.policy.model import Name, Part, Source, Sourced
from byleave.policy.problems import Problem, did_you_mean
from byleave.policy.regions import regions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNKNOWN: Literal["unknown"] = "unknown"
Unknown = Literal["unknown"]


class Default(Sourced):
    """What holds for whoever does not act."""

    value: Literal["on", "off", "differs"]


class Control(Sourced):
    """What somebody can do."""

    value: Literal["toggle", "form", "e-mail", "signal", "none", "not-needed"]
    """`signal` asks others not to train; `none` means that no control was found."""
    unit: Literal["account", "blog", "site", "workspace", "team"] | None = None
    """What one act counts for."""


class Way(Sourced):
    """Where the control is, step by step, by the platform's own labels."""

    value: tuple[str, ...]


class Address(Sourced):
    """A direct link to the control."""

    value: str


class Since(Sourced):
    """A year, a month or a day."""

    value: str


class Reaching(Sourced):
    """What acting does to what was shared before."""

    value: Literal["later-only", "all-if-in-time"]


class Addition(Sourced):
    """Something else that is known."""

    text: dict[str, str]
    """Language → one or two plain sentences."""


class Record(Part):
    """What is known about one control on one platform."""

    title: str
    regions: tuple[str, ...] = ()
    """Country codes or sets of them; with none, everywhere."""
    default: Default | Unknown
    control: Control | Unknown
    steps: Way | Unknown
    link: Address | Unknown
    since: Since | Unknown
    reaches: Reaching | Unknown
    additions: tuple[Addition, ...] = ()

    def applies_in(self, country: str | None) -> bool:
        """Whether the record is about a country; without one, every record is."""
        known = regions()
        countries = {code for name in self.regions for code in known.sets.get(name, frozenset({name}))}
        return country is None or not countries or country in countries


class Records(Part):
    """Every record, by the platform's name."""

    sources: dict[str, Source]
    platforms: dict[Name, Record]


@cache
def shipped_records() -> Records:
    """The records that come with byleave."""
    name = "other_platforms.yaml"
    return parse_records(resources.files("byleave.archive").joinpath(name).read_text(encoding="utf-8"), name)


def parse_records(text: str, file: str) -> Records:
    """Parse and check records. Raises: PackError listing every problem with line and column."""
    document = Document(text, file, "the records")
    records = document.read(Records)
    problems = list(_problems(records))
    if problems:
        raise document.error(problems)
    return records


def sourced(record: Record) -> Iterator[tuple[tuple[str | int, ...], Sourced]]:
    """Every field of a record that has a source, with its place."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Sourced):
            yield (name,), value
    for number, one in enumerate(record.additions):
        yield ("additions", number), one


def record_json(name: str, record: Record, sources: Mapping[str, Source]) -> dict[str, Any]:
    """A record as plain JSON values, with the whole source beside every field."""
    told: dict[str, Any] = {"name": name, "title": record.title, "regions": list(record.regions)}
    for field in ("default", "control", "steps", "link", "since", "reaches"):
        value = getattr(record, field)
        known = isinstance(value, Sourced)
        told[field] = {
            **(value.model_dump(mode="json", exclude={"source", "note"}) if known else {"value": UNKNOWN}),
            "source": cite(sources, value).as_json() if known else None,
        }
    told["additions"] = [{"text": one.text, "source": cite(sources, one).as_json()} for one in record.additions]
    return told


def _problems(records: Records) -> Iterator[Problem]:
    """Every source is listed, and every region is known."""
    known = regions()
    for name, record in records.platforms.items():
        for at, part in sourced(record):
            if part.source.source not in records.sources:
                did = did_you_mean(part.source.source, records.sources)
                yield Problem(("platforms", name, *at, "source"), f"`{part.source.source}` is not a source here{did}")
        for number, region in enumerate(record.regions):
            if region not in {*known.sets, *known.countries}:
                yield Problem(
                    ("platforms", name, "regions", number), f"`{region}` is neither a country nor a set of them"
                )

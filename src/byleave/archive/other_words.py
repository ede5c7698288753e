"""What is known about other platforms, told in words: one section for each."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING

from byleave.archive import guide_messages as messages
from byleave.archive.guide_document import Document, Listing, Paragraph, Section, Span
from byleave.archive.guide_notes import cite
from byleave.archive.guide_words import Teller, numbered, sources
from byleave.archive.other_platforms import UNKNOWN, sourced
from byleave.text.catalogue import SOURCE_LANGUAGE, Catalogue
from byleave.text.countries import country_names
from byleave.text.dates import date_text, partial_date_text
from byleave.text.labels import labelled
from byleave.text.statements import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from byleave.archive.guide_document import Block, Numbering
    from byleave.archive.guide_model import Guide
    from byleave.archive.other_platforms import Record
    from byleave.policy.model import Source, Sourced

_NOTHING_TO_FIND = {"none": {"steps", "link", "reaches"}, "not-needed": {"steps", "link", "reaches"}}
"""What nobody would look for where there is no control."""


def tell_platforms(  # noqa: PLR0913, PLR0917 - what a page about many platforms consists of
    guides: Mapping[str, Guide],
    records: Mapping[str, Record],
    cited: Mapping[str, Source],
    language: str,
    country: str | None,
    today: datetime,
) -> Document:
    """One page about many platforms: guides in short, then records.

    Args:
        guides: platform → its guide.
        records: platform → what is known about it.
        cited: the sources of the records.
        language: of the page.
        country: whose records they are; None for every country's.
        today: the day on which somebody asks.

    Raises: UsageError for a language without messages.
    """
    catalogue = Catalogue(language)
    numbering, say = numbered(catalogue), catalogue.say
    teller = _Records(catalogue, numbering, cited)
    sections = [_guide(name, one, catalogue, numbering) for name, one in guides.items()]
    sections += [Section(name, plain(one.title), tuple(teller.blocks(one))) for name, one in records.items()]
    known = [dict(one.words.get(language, {})) for one in guides.values()]
    on = date_text(catalogue, today.date())
    asked = say(messages.OTHERS_ANYWHERE, on=on)
    if country is not None:
        asked = say(messages.OTHERS_IN, country=country_names(language).get(country, country), on=on)
    return Document(
        language=language,
        title=say(messages.OTHERS),
        subtitle=asked,
        sections=tuple(sections),
        sources_heading=say(messages.HEADINGS["sources"]),
        sources=tuple(sources(numbering, catalogue, ChainMap(*known))),
        certainties=tuple(say(text) for text in messages.CERTAINTIES.values()),
    )


def _guide(name: str, guide: Guide, catalogue: Catalogue, numbering: Numbering) -> Section:
    more = Paragraph((Span(catalogue.say(messages.MORE, name=name)),))
    return Section(name, plain(guide.platform), (*Teller(guide, catalogue, numbering).short(), more))


class _Records:
    """Tells records in one language."""

    def __init__(self, catalogue: Catalogue, numbering: Numbering, cited: Mapping[str, Source]) -> None:
        self._catalogue, self._numbering, self._cited = catalogue, numbering, cited

    def blocks(self, record: Record) -> Iterator[Block]:
        """What holds, what can be done, where, and what is not known."""
        if record.steps != UNKNOWN:
            steps = tuple(Paragraph((Span(plain(step), language=self._foreign),)) for step in record.steps.value)
            yield Listing(self._points(self._facts(record)))
            yield Listing(steps, self._span(self._catalogue.say(messages.WAY), record.steps), ordered=True)
        else:
            yield Listing(self._points(self._facts(record)))
        yield Listing(self._points([*self._additions(record), *self._own(record)]))

    def _points(self, spans: Sequence[Span] | Iterator[Span]) -> tuple[Paragraph, ...]:
        return tuple(Paragraph((span,)) for span in spans)

    @property
    def _foreign(self) -> str | None:
        """The language of what is known in English only, where the page is in another one."""
        return None if self._catalogue.language == SOURCE_LANGUAGE else SOURCE_LANGUAGE

    def _span(self, text: str, part: Sourced, language: str | None = None) -> Span:
        return Span(text, self._numbering.refer(cite(self._cited, part)), language)

    def _facts(self, record: Record) -> Iterator[Span]:
        say = self._catalogue.say
        if record.default != UNKNOWN:
            yield self._span(say(messages.DEFAULTS[record.default.value]), record.default)
        if record.since != UNKNOWN:
            since = partial_date_text(self._catalogue, plain(record.since.value))
            yield self._span(say(messages.SINCE, since=since), record.since)
        if record.control != UNKNOWN:
            unit = say(messages.UNITS[record.control.unit]) if record.control.unit else ""
            yield self._span(say(messages.CONTROLS[record.control.value], unit=unit), record.control)
        if record.reaches != UNKNOWN:
            yield self._span(say(messages.REACHING[record.reaches.value]), record.reaches)
        if record.link != UNKNOWN:
            yield self._span(labelled(self._catalogue, say(messages.LINK), plain(record.link.value)), record.link)

    def _additions(self, record: Record) -> Iterator[Span]:
        for one in record.additions:
            own = one.text.get(self._catalogue.language)
            yield self._span(plain(own or one.text[SOURCE_LANGUAGE]), one, None if own else self._foreign)

    def _own(self, record: Record) -> Iterator[Span]:
        """What the guide says of itself: what it does not know, and how old its sources are."""
        say = self._catalogue.say
        control = "" if record.control == UNKNOWN else record.control.value
        names = [name for name in messages.UNKNOWNS if getattr(record, name) == UNKNOWN]
        missing = [say(messages.UNKNOWNS[name]) for name in names if name not in _NOTHING_TO_FIND.get(control, ())]
        if missing:
            yield Span(say(messages.UNKNOWN, fields=", ".join(missing)))
        newest = max(self._cited[part.source.source].date for _, part in sourced(record))
        yield Span(say(messages.NEWEST_SOURCE, on=date_text(self._catalogue, newest)))

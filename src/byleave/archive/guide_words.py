"""A guide told in words: every part as sections, in one language."""

from __future__ import annotations

from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from byleave.archive import guide_messages as messages
from byleave.archive.guide_document import CitedSource, Document, Listing, Numbering, Paragraph, Section, Span, Table
from byleave.archive.guide_model import Fact, Quote, Remark
from byleave.kernel.decision import Reason
from byleave.text.catalogue import SOURCE_LANGUAGE, Catalogue
from byleave.text.countries import country_name
from byleave.text.dates import date_text
from byleave.text.explanation import Statement
from byleave.text.labels import label, labelled, quoted
from byleave.text.reasons import REASONS
from byleave.text.statements import fill, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from byleave.archive.guide_document import Block, Reference
    from byleave.archive.guide_model import Affiliate, Group, Guide, Line, Outcome, Scope


def tell(guide: Guide, language: str) -> Document:
    """The guide as a document. Raises: UsageError for a language without messages."""
    return Teller(guide, Catalogue(language)).document()


def numbered(catalogue: Catalogue) -> Numbering:
    """An empty list of sources, with the words for what is not certain."""
    return Numbering({mark: catalogue.say(text) for mark, text in messages.UNSURE.items()})


def sources(
    numbering: Numbering, catalogue: Catalogue, words: Mapping[str, str] = MappingProxyType({})
) -> Iterator[CitedSource]:
    """Every source that was cited: its number, its words with the date, its address.

    Args:
        numbering: which were cited.
        catalogue: the language.
        words: what is said in English of a source, in this language; all else keeps its own words.
    """
    is_english = catalogue.language == SOURCE_LANGUAGE
    for number, source in enumerate(numbering.sources.values(), start=1):
        own = source.title, source.publisher
        title, publisher = (plain(words.get(one, one)) for one in own)
        text = catalogue.say(
            messages.SOURCE, title=title, publisher=publisher, date=date_text(catalogue, source.published)
        )
        foreign = () if is_english else tuple(plain(one) for one in own if one not in words)
        yield CitedSource(number, text, plain(source.url) if source.url else None, foreign)


class Teller:
    """One guide in one language; several may share the numbers of their sources."""

    def __init__(self, guide: Guide, catalogue: Catalogue, numbering: Numbering | None = None) -> None:
        self._guide, self._catalogue = guide, catalogue
        self._numbering = numbering or numbered(catalogue)

    def short(self) -> tuple[Block, ...]:
        """What applies and where the switch is, for a page about many platforms; without quotations."""
        facts = [line for line in self._guide.applies if isinstance(line, Fact)]
        told = self._groups() if self._guide.groups else self._points(facts or self._guide.applies)
        return (*told, *self._switch())

    def document(self) -> Document:
        """Every section that has something to say, then the sources."""
        guide, say = self._guide, self._catalogue.say
        parts: dict[str, Iterable[Block]] = {
            "applies": self._points(guide.applies),
            "groups": self._groups(),
            "switch": self._switch(),
            "reach": self._reach(),
            "scope": self._scope(),
            "affiliates": self._points(line for one in guide.affiliates for line in self._affiliate(one)),
            "limits": self._points(guide.limits),
            "objection": self._points(guide.objection),
            "evidence": self._points(guide.evidence),
            "not_established": self._points(guide.not_established),
        }
        told = [(name, tuple(blocks)) for name, blocks in parts.items()]
        sections = tuple(Section(name, say(messages.HEADINGS[name]), blocks) for name, blocks in told if blocks)
        return Document(
            language=self._catalogue.language,
            title=say(messages.TITLE, platform=plain(guide.platform)),
            subtitle=say(messages.ASKED, pack=plain(guide.pack), on=self._day(guide.as_of)),
            sections=sections,
            sources_heading=say(messages.HEADINGS["sources"]),
            sources=tuple(self._sources()),
            certainties=tuple(say(text) for text in messages.CERTAINTIES.values()),
        )

    def _points(self, lines: Iterable[Line]) -> Iterator[Listing]:
        points = tuple(Paragraph(self._line(line)) for line in lines)
        if points:
            yield Listing(points)

    def _sources(self) -> Iterator[CitedSource]:
        return sources(self._numbering, self._catalogue, self._guide.words.get(self._catalogue.language, {}))

    def _line(self, line: Line) -> tuple[Span, ...]:
        if isinstance(line, Remark):
            return (Span(self._sentence(messages.REMARKS, line.statement)),)
        reference = self._numbering.refer(line.source)
        if isinstance(line, Fact):
            return (Span(self._sentence(messages.FACTS, line.statement), reference),)
        return self._quote(line.text, reference)

    def _sentence(self, table: Mapping[str, str], statement: Statement) -> str:
        values = {
            name: self._value(name, value) if isinstance(value, str) else value
            for name, value in statement.values.items()
        }
        return self._catalogue.say(table[statement.code], **fill(self._catalogue, values, self._guide.titles))

    def _value(self, name: str, text: str) -> str:
        return country_name(self._catalogue.language, text) if name == "country" else self._word(text)

    def _word(self, text: str) -> str:
        """What a pack says in English, in this language where a translation is known."""
        return self._guide.words.get(self._catalogue.language, {}).get(text, text)

    def _titled(self, text: str, reference: Reference | None = None, *, end: str = "") -> Span:
        """What a pack says in English, by itself."""
        told = self._word(text)
        is_foreign = told is text and self._catalogue.language != SOURCE_LANGUAGE
        return Span(plain(told), reference, SOURCE_LANGUAGE if is_foreign else None, end)

    def _quote(self, texts: Mapping[str, str], reference: Reference) -> tuple[Span, ...]:
        """The words in this language; else as a quotation from the other one, which is named."""
        language = self._catalogue.language
        if language in texts:
            return (Span(plain(texts[language]), reference),)
        source = texts.get(SOURCE_LANGUAGE) or next(iter(texts.values()), "")
        text = self._word(source)
        if text is not source or language == SOURCE_LANGUAGE:
            return (Span(plain(text), reference),)
        quotation = Span(quoted(self._catalogue, plain(source)), None, SOURCE_LANGUAGE)
        return quotation, Span(f"({self._catalogue.say(messages.IN_ENGLISH)})", reference)

    def _groups(self) -> Iterator[Listing]:
        points = tuple(Paragraph(tuple(self._group(one))) for one in self._guide.groups)
        if points:
            yield Listing(points)

    def _group(self, group: Group) -> Iterator[Span]:
        say = self._catalogue.say
        if group.source is None:
            yield Span(say(messages.GROUP_WITHOUT, countries=", ".join(group.countries)))
            return
        yield Span(self._rule_of(group), self._numbering.refer(group.source))
        for title, source in group.affiliates:
            told = say(messages.GROUP_SHARED, recipient=plain(self._word(title)))
            yield Span(told, self._numbering.refer(source))

    def _rule_of(self, group: Group) -> str:
        say, title, is_off = self._catalogue.say, plain(self._word(group.title)), group.default == "off"
        if group.effective is None:
            return say(messages.GROUP_ALWAYS_OFF if is_off else messages.GROUP_ALWAYS, title=title)
        later = group.effective > self._guide.as_of
        message = messages.GROUP_OFF if is_off else messages.GROUP_LATER if later else messages.GROUP
        return say(message, title=title, on=self._day(group.effective))

    def _switch(self) -> Iterator[Block]:
        say, guide = self._catalogue.say, self._guide
        for way in guide.steps:
            heading = Span(say(messages.DEVICES[way.device]), self._numbering.refer(way.source))
            steps = tuple(Paragraph((self._titled(step),)) for step in way.path)
            yield Listing(steps, heading, ordered=True)
        links = {way.link: way.source for way in reversed(guide.steps) if way.link}
        labels = guide.titles.get(guide.setting or "", {}) if guide.steps else {}
        points = [
            Span(labelled(self._catalogue, say(messages.LINK), plain(link)), self._numbering.refer(source))
            for link, source in links.items()
        ]
        if labels:
            named = "; ".join(
                labelled(self._catalogue, name, quoted(self._catalogue, plain(one))) for name, one in labels.items()
            )
            points.append(
                Span(
                    labelled(self._catalogue, say(messages.LABELS), named), self._numbering.refer(guide.steps[0].source)
                )
            )
        told = [(point,) for point in points] + [self._line(line) for line in guide.switch]
        yield Listing(tuple(map(Paragraph, told)))

    def _reach(self) -> Iterator[Block]:
        """Each scenario in a table, then who reads the rule how, then what the pack says."""
        guide, say = self._guide, self._catalogue.say
        if guide.setting is None:
            return
        for _, outcomes in groupby(guide.outcomes, key=lambda one: one.scenario):
            yield from self._scenario(list(outcomes))
        if guide.outcomes:
            yield Paragraph((Span(say(messages.APPLIED if guide.is_read_by_others else messages.APPLIED_ALONE)),))
        reasons = {one.reason for one in guide.outcomes} - {Reason.ELIGIBLE, Reason.OPTED_OUT}
        for reason in sorted(reasons, key=lambda one: one.order):
            yield Paragraph((Span(say(REASONS[reason])),))
        if guide.is_read_by_others:
            yield Listing(tuple(self._readings()), Span(say(messages.READINGS)))
        if guide.person.opted_out_on:
            yield Paragraph((Span(say(messages.DAY_COUNTS)),))
        yield from self._points(guide.reach)

    def _scenario(self, outcomes: list[Outcome]) -> Iterator[Block]:
        """One table; one sentence where every cell would say the same."""
        say, claims = self._catalogue.say, self._guide.claims
        caption = self._caption(outcomes[0].scenario)
        verdicts = {one.reason.verdict for one in outcomes}
        if len(verdicts) == 1:
            told = messages.ALL_THE_SAME if len(claims) > 1 else messages.ALL_OF_IT
            spans = (Span(say(told[verdicts.pop()])),)
            yield Listing((Paragraph(spans),), Span(label(self._catalogue, caption)))
            return
        header = (say(messages.WHEN), *(say(messages.KINDS[claim.kind]) for claim in claims))
        rows = []
        for period, cells in groupby(outcomes, key=lambda one: one.period):
            words = (say(messages.VERDICTS[one.reason.verdict]) for one in cells)
            rows.append((self._period(outcomes[0].scenario, period), *words))
        yield Table(caption, header, tuple(rows))

    def _caption(self, scenario: str) -> str:
        person, guide = self._guide.person, self._guide
        if scenario == "as-you-are" and person.opted_out:
            on = person.opted_out_on
            told = date_text(self._catalogue, on) if on else self._day(person.opted_out)
            return self._catalogue.say(messages.SCENARIOS["switched-off"], on=told)
        begins = self._day(guide.begins or guide.as_of)
        return self._catalogue.say(messages.SCENARIOS[scenario], on=self._day(guide.as_of), begins=begins)

    def _period(self, scenario: str, period: str) -> str:
        begins, off_at = self._guide.begins, self._guide.person.opted_out
        is_off = off_at is not None and (begins is None or off_at >= begins)
        ends = scenario == "off-today" or (scenario == "as-you-are" and is_off)
        name = "until-off" if period == "since-start" and ends else period
        if begins is None and name in messages.PERIODS_SO_FAR:
            return self._catalogue.say(messages.PERIODS_SO_FAR[name])
        return self._catalogue.say(messages.PERIODS[name], begins=self._day(begins or self._guide.as_of))

    def _readings(self) -> Iterator[Paragraph]:
        say = self._catalogue.say
        for claim in self._guide.claims:
            reference = self._numbering.refer(claim.source)
            kind, claimant = say(messages.KINDS[claim.kind]), plain(self._word(claim.claimant))
            if claim.kind == "pack":
                yield Paragraph((Span(labelled(self._catalogue, kind, claimant), reference),))
                continue
            named = Span(labelled(self._catalogue, kind, f"{claimant}."))
            yield Paragraph((named, *self._quote(claim.summary, reference)))

    def _scope(self) -> Iterator[Listing]:
        """Categories by who can see an item that is used; then those that are out, and those that are open."""
        rows = [one for one in self._guide.scope if one.use == "in"]
        for used, shown in {(one.used, one.open): None for one in rows}:
            alike = [one for one in rows if (one.used, one.open) == (used, shown)]
            yield Listing((self._titles(alike),), Span(self._seen_by(used, shown)))
        for use, heading in (("out", messages.LEFT_OUT), ("not-established", messages.NOT_ESTABLISHED)):
            alike = [one for one in self._guide.scope if one.use == use]
            if alike:
                yield Listing((self._titles(alike),), Span(label(self._catalogue, self._catalogue.say(heading))))

    def _titles(self, rows: list[Scope]) -> Paragraph:
        last = rows[-1]
        ends = {id(one): "" if one is last else ";" for one in rows}
        spans = (self._titled(one.title, self._numbering.refer(one.source), end=ends[id(one)]) for one in rows)
        return Paragraph(tuple(spans))

    def _seen_by(self, used: tuple[str, ...], shown: tuple[str, ...]) -> str:
        say = self._catalogue.say
        who, others = (", ".join(say(messages.SEEN_BY[one]) for one in names) for names in (used, shown))
        return say(messages.USED_AND_OPEN, who=who, open=others) if others else say(messages.USED, who=who)

    def _affiliate(self, one: Affiliate) -> Iterator[Line]:
        recipient = self._word(one.title)
        if not one.categories:
            yield Fact(Statement("affiliate-may-not", {"recipient": recipient}), one.source)
            return
        told = ", ".join(self._word(title) for title in one.categories)
        yield Fact(Statement("affiliate-may", {"recipient": recipient, "categories": told}), one.source)
        yield Fact(Statement("affiliate-still" if one.after_off else "affiliate-off"), one.source)
        if one.source.note:
            yield Quote({SOURCE_LANGUAGE: one.source.note}, one.source)

    def _day(self, instant: datetime) -> str:
        return date_text(self._catalogue, instant.date())

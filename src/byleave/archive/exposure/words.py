"""A report on an archive told in words, with the guide's own sections for what does not depend on the archive."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from byleave.archive import guide_messages
from byleave.archive.exposure import messages
from byleave.archive.exposure.drawings import Drawings
from byleave.archive.exposure.model import Standing
from byleave.archive.guide_document import Document, Listing, Paragraph, Section, Span
from byleave.archive.guide_model import Fact
from byleave.archive.guide_words import Teller
from byleave.archive.linkedin import layout_of
from byleave.kernel.decision import Reason
from byleave.text.catalogue import SOURCE_LANGUAGE, Catalogue
from byleave.text.dates import date_text
from byleave.text.labels import label, labelled
from byleave.text.numbers import number_text
from byleave.text.reasons import REASONS
from byleave.text.statements import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from byleave.archive.exposure.model import Exposure, Fault, Ruling
    from byleave.archive.guide_document import Block
    from byleave.text.explanation import SourceText

BRIEF = ("short", "columns", "categories", "actions", "out", "open", "finds", "blind")
"""What a terminal shows; a page has everything."""
_BY_CATEGORY = {Reason.EXCLUDED_CATEGORY, Reason.NOT_PUBLIC}
_FEW = 10


def tell_report(exposure: Exposure, language: str, *, brief: bool = False) -> Document:
    """The report as a document. Raises: UsageError for a language without messages."""
    return ReportTeller(exposure, Catalogue(language)).report(brief=brief)


class ReportTeller(Teller):
    """One report in one language."""

    def __init__(self, exposure: Exposure, catalogue: Catalogue) -> None:
        super().__init__(exposure.guide, catalogue)
        self._exposure = exposure
        self._drawings = Drawings(exposure, catalogue, self._word)

    def report(self, *, brief: bool) -> Document:
        """Every section that has something to say, then the sources."""
        parts = {name: tuple(blocks) for name, blocks in self._parts(brief=brief).items() if not brief or name in BRIEF}
        headings = guide_messages.HEADINGS | messages.HEADINGS
        told = [Section(name, self._say(headings[name]), blocks) for name, blocks in parts.items() if blocks]
        return Document(
            language=self._catalogue.language,
            title=self._say(messages.TITLE, platform=plain(self._guide.platform)),
            subtitle=self._say(guide_messages.ASKED, pack=plain(self._guide.pack), on=self._day(self._guide.as_of)),
            sections=tuple(told),
            sources_heading=self._say(guide_messages.HEADINGS["sources"]),
            sources=tuple(self._sources()),
            certainties=tuple(self._say(text) for text in guide_messages.CERTAINTIES.values()),
        )

    def _parts(self, *, brief: bool) -> dict[str, Iterable[Block]]:
        """The sections in order; those of the guide's name are the guide's own."""
        guide = self._guide
        return {
            "short": self._short(),
            "actions": self._actions(),
            "columns": self._columns(brief=brief),
            "categories": self._drawings.categories(),
            "years": self._years(),
            "applies": self._points(guide.applies),
            "switch": self._switch(),
            "out": self._left_out(),
            "open": self._open(),
            "scope": self._scope(),
            "affiliates": self._points(line for one in guide.affiliates for line in self._affiliate(one)),
            "limits": self._points(guide.limits),
            "objection": self._points(guide.objection),
            "finds": self._finds(brief=brief),
            "others": self._others(),
            "blind": self._blind(brief=brief),
            "evidence": self._points(guide.evidence),
            "not_established": self._points(guide.not_established),
            "rows": self._rows(),
        }

    def _say(self, message: str, **values: str) -> str:
        return self._catalogue.say(message, **values)

    def _own(self, code: str, **values: str) -> Paragraph:
        """What the report says of itself."""
        return Paragraph((Span(self._say(messages.OWN[code], **values)),))

    def _fact(self, code: str, source: SourceText, **values: str) -> Paragraph:
        """What the report says of the platform."""
        return Paragraph((Span(self._say(messages.FACTS[code], **values), self._numbering.refer(source)),))

    def _number(self, value: int) -> str:
        return number_text(self._catalogue, value)

    def _short(self) -> Iterator[Block]:
        """How many rows there are, and how they stand."""
        inventory = self._exposure.inventory
        yield Paragraph((Span(self._say(messages.OWN["private"])),))
        if not inventory.judged:
            yield self._own("counted-none")
            return
        yield self._own("counted", rows=self._number(inventory.rows), judged=self._number(inventory.judged))
        counts = ((text, self._exposure.total(standing)) for standing, text in messages.SHORT.items())
        told = [Paragraph((Span(self._say(text, rows=self._number(rows))),)) for text, rows in counts if rows]
        yield Listing((*told, *self._otherwise()))

    def _otherwise(self) -> Iterator[Paragraph]:
        """How much more may be used where somebody else reads the rule."""
        own, *others = [one for one in self._exposure.columns if one.scenario == "as-you-are"]
        for one in others:
            if _at_most(one.rows) > _at_most(own.rows):
                most = self._number(_at_most(one.rows))
                yield self._own("otherwise", who=self._readers(one.claims), rows=most)

    def _actions(self) -> Iterator[Block]:
        """What the person can do: what takes out most comes first."""
        points = [*self._switching(), *self._objecting()]
        points.append(self._own("action-review"))
        coming = (one for one in self._guide.outcomes if (one.scenario, one.period) == ("as-you-are", "from-now-on"))
        if Reason.ELIGIBLE in {one.reason for one in coming}:
            points.append(self._own("action-next"))
        yield Listing(tuple(points), ordered=True)

    def _switching(self) -> Iterator[Paragraph]:
        guide = self._guide
        if guide.setting is None or not guide.steps:
            return
        way = guide.steps[0]
        labels = guide.titles.get(guide.setting, {})
        label = labels.get(self._catalogue.language) or labels.get(SOURCE_LANGUAGE) or guide.setting
        switch = self._fact("action-switch", way.source, setting=plain(label), link=plain(way.link or ""))
        if guide.person.opted_out:
            yield Paragraph((*switch.spans, *self._own("action-still-off").spans))
            return
        yield Paragraph((*switch.spans, *(span for one in self._effects() for span in one.spans)))

    def _effects(self) -> Iterator[Paragraph]:
        """How many rows switching off takes out, by each reading."""
        columns = self._exposure.columns
        now = {one.claims: one for one in columns if one.scenario == "as-you-are"}
        for one in columns:
            most = _at_most(now[one.claims].rows)
            if one.scenario == "off-today" and most:
                taken, who = most - _at_most(one.rows), self._readers(one.claims)
                effect = {"rows": self._number(taken)} if taken else {}
                yield self._own("action-effect" if taken else "action-no-effect", who=who, **effect)

    def _readers(self, claims: tuple[int, ...]) -> str:
        kinds = dict.fromkeys(self._guide.claims[number].kind for number in claims)
        return ", ".join(self._say(guide_messages.KINDS[kind]) for kind in kinds)

    def _objecting(self) -> Iterator[Paragraph]:
        for line in self._guide.objection:
            if isinstance(line, Fact) and line.statement.code == "form":
                values = {name: plain(str(line.statement.values[name])) for name in ("form", "link")}
                form = self._fact("action-object", line.source, **values)
                yield Paragraph((*form.spans, *self._own("action-letter").spans))

    def _columns(self, *, brief: bool) -> Iterator[Block]:
        """The three columns by claimant, and what the pack says about reach; at length, who reads the rule how."""
        if not self._exposure.inventory.judged or self._guide.regime is None:
            return
        yield from self._drawings.columns(self._readers)
        yield self._own("range")
        if self._guide.begins and any(one.scenario == "off-in-time" for one in self._exposure.columns):
            yield self._own("in-time", begins=self._day(self._guide.begins))
        if not brief and self._guide.is_read_by_others:
            yield Listing(tuple(self._readings()), Span(self._say(guide_messages.READINGS)))
        yield from self._points(line for line in self._guide.reach if not brief or isinstance(line, Fact))

    def _years(self) -> Iterator[Block]:
        """The rows by year with the days of the rule, and these days in order."""
        drawn: list[Block] = [*self._drawings.years()]
        yield from drawn or [self._own("no-dates")]
        ordered = sorted(self._events(), key=lambda one: one[0])
        yield Listing(
            tuple(
                Paragraph((Span(label(self._catalogue, date_text(self._catalogue, on))), *told.spans))
                for on, told in ordered
            ),
            ordered=True,
        )

    def _events(self) -> Iterator[tuple[date, Paragraph]]:
        guide, person = self._guide, self._guide.person
        yield guide.as_of.date(), self._own("today")
        if person.opted_out_on:
            yield person.opted_out_on, self._own("you-switched")
        regime = next((one for one in guide.applies if isinstance(one, Fact) and one.statement.code == "regime"), None)
        if regime is None or guide.begins is None:
            return
        named = plain(self._word(str(regime.statement.values["regime"])))
        yield guide.begins.date(), self._fact("begins-on", regime.source, regime=named)
        for line in guide.applies:
            if isinstance(line, Fact) and line.statement.code == "announced":
                on = line.statement.values["on"]
                assert isinstance(on, date)  # noqa: S101 - as the guide says it
                yield on, self._fact("announced-on", line.source, platform=plain(guide.platform), regime=named)

    def _left_out(self) -> Iterator[Block]:
        """What is left out: kind, rows, reason."""
        yield from self._by_ruling(Standing.OUT)
        mixed = self._exposure.inventory.doubtful
        out = {cell.category for cell in self._exposure.cells if cell.ruling.standing is Standing.OUT}
        points = [
            self._own("doubtful", rows=self._number(rows), category=self._title(category))
            for category, rows in mixed.items()
            if category in out
        ]
        if points:
            yield Listing(tuple(points))

    def _open(self) -> Iterator[Block]:
        """What nobody can tell: kind, rows, cause."""
        yield from self._by_ruling(Standing.OPEN)

    def _by_ruling(self, standing: Standing) -> Iterator[Listing]:
        rows: Counter[tuple[str, Ruling]] = Counter()
        for cell in self._exposure.cells:
            if cell.ruling.standing is standing:
                rows[cell.category, cell.ruling] += cell.rows
        points = [
            self._fact(
                "row", self._why(category, ruling), category=self._title(category), rows=self._number(count),
                why=self._because(ruling),
            )
            for (category, ruling), count in rows.most_common()
        ]  # fmt: skip
        if points:
            yield Listing(tuple(points))

    def _because(self, ruling: Ruling) -> str:
        if ruling.reason is not None:
            return self._say(REASONS[ruling.reason])
        return self._say(messages.CAUSES[ruling.cause]) if ruling.cause else ""

    def _why(self, category: str, ruling: Ruling) -> SourceText:
        """The text on which a ruling rests: the category's own, or that on the opt-out, the age or the country."""
        guide = self._guide
        if ruling.reason is Reason.OPTED_OUT:
            return guide.claims[0].source
        if ruling.reason is not None and ruling.reason not in _BY_CATEGORY:
            code = "age-limit" if ruling.reason is Reason.MINOR else "regime"
            found = (one for one in guide.applies if isinstance(one, Fact) and one.statement.code == code)
            source = next(found, None)
            if source is not None:
                return source.source
        return next((one.source for one in guide.scope if one.category == category), guide.claims[0].source)

    def _title(self, category: str) -> str:
        return self._drawings.title(category)

    def _finds(self, *, brief: bool) -> Iterator[Block]:
        """Ways to reach the person in texts that may be used; at length, where they stand."""
        for kind, rows in self._exposure.found.items():
            told = Span(self._say(messages.FINDS[kind], rows=self._number(rows)))
            places = [
                self._say(messages.FIND, category=self._title(one.category), file=plain(one.file), row=str(one.row))
                for one in self._exposure.finds
                if one.kind == kind and not brief
            ]
            yield Paragraph((told,))
            if places:
                yield Listing(tuple(Paragraph((Span(place),)) for place in places))
        if self._exposure.found:
            yield Paragraph((Span(self._say(messages.FINDS_LIMIT)),))

    def _others(self) -> Iterator[Block]:
        """Files with other people's data, and what these can do."""
        others = self._exposure.inventory.others
        if not others:
            return
        yield self._own("others")
        named = ((kind, self._number(rows)) for kind, rows in sorted(others.items(), key=lambda one: -one[1]))
        yield Listing(
            tuple(Paragraph((Span(labelled(self._catalogue, layout_of(kind).names[0], rows)),)) for kind, rows in named)
        )
        yield self._own("pass-on")
        form = next((one for one in self._guide.objection if isinstance(one, Fact)), None)
        everybody = [one for one in self._guide.objection if isinstance(one, Fact)]
        if form and any(one.statement.code == "form-everybody" for one in everybody):
            link = plain(str(form.statement.values.get("link", "")))
            yield self._fact("form-for-others", form.source, link=link)

    def _blind(self, *, brief: bool) -> Iterator[Block]:
        """Which files this archive does not have; at length, what no archive can show."""
        if not brief:
            yield from self._points(self._exposure.blind_spots)
        inventory = self._exposure.inventory
        if inventory.absent:
            yield self._own("absent", files=", ".join(inventory.absent))
        yield from self._points(self._exposure.archive_notes)

    def _rows(self) -> Iterator[Block]:
        """Counts in and out, and everything that could not be read."""
        inventory = self._exposure.inventory
        counts = {
            "rows": inventory.rows,
            "judged": inventory.judged,
            "unlisted": sum(inventory.unlisted.values()),
            "unreadable": inventory.unreadable,
        }
        yield self._own("sum", **{name: self._number(value) for name, value in counts.items()})
        if inventory.unknown:
            more = inventory.files.get("unknown", 0) - _FEW
            yield self._own("unknown", files=", ".join(map(plain, inventory.unknown[:_FEW])))
            if more > 0:
                yield self._own("more", rows=self._number(more))
        points = [
            *(self._fault("refused", one) for one in inventory.refused),
            *(self._fault("fault", one) for one in inventory.faults),
            *(self._fault("misfit", one) for one in inventory.misfits),
        ]
        if points:
            yield Listing(tuple(points))
        more = inventory.unreadable - len(inventory.faults)
        if more > 0:
            yield self._own("more", rows=self._number(more))

    def _fault(self, code: str, fault: Fault) -> Paragraph:
        values = {"file": plain(fault.file), "row": self._number(fault.row), "why": plain(fault.why)}
        return self._own(code, rows=self._number(fault.rows), **values)


def _at_most(rows: Mapping[Standing, int]) -> int:
    """What may be used if everyone can see all of it."""
    return rows.get(Standing.USED, 0) + rows.get(Standing.IF_PUBLIC, 0)

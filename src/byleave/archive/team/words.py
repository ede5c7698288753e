"""A team's report told in words: sums, who has acted, what each can do, and what is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.archive import guide_messages
from byleave.archive.exposure.messages import KIND, NO_YEAR, RANGE, YEAR
from byleave.archive.exposure.model import Standing
from byleave.archive.guide_document import Document, Listing, Paragraph, Section, Span, Table
from byleave.archive.guide_words import Teller
from byleave.archive.team import messages
from byleave.archive.team.sums import FEWEST
from byleave.text.catalogue import Catalogue
from byleave.text.dates import date_text
from byleave.text.numbers import number_text
from byleave.text.statements import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from byleave.archive.guide_document import Block
    from byleave.archive.guide_model import Guide
    from byleave.archive.team.sums import Member, Sum, Team


def tell_team(team: Team, guide: Guide, language: str) -> Document:
    """The report as a document.

    Args:
        team: the sums.
        guide: what applies in the country of whoever named none, with the way to the switch.
        language: of the report.

    Raises: UsageError for a language without messages.
    """
    return _TeamTeller(team, guide, Catalogue(language)).report()


class _TeamTeller(Teller):
    """One report in one language."""

    def __init__(self, team: Team, guide: Guide, catalogue: Catalogue) -> None:
        super().__init__(guide, catalogue)
        self._team = team
        self._named = {one.category: one.title for one in guide.scope}

    def report(self) -> Document:
        """Every section, then the sources."""
        guide, say = self._guide, self._say
        headings = guide_messages.HEADINGS | messages.HEADINGS
        parts: dict[str, Iterable[Block]] = {
            "short": self._short(),
            "categories": self._table("categories", KIND, self._team.categories, self._kind),
            "years": self._table("years", YEAR, self._team.years, lambda year: str(year or say(NO_YEAR))),
            "acted": self._acted(),
            "agreed": self._agreed(),
            "applies": self._points(guide.applies),
            "switch": self._switch(),
            "objection": self._points(guide.objection),
            "hidden": [self._own(messages.RULE, fewest=str(FEWEST)), self._own(messages.AGREED)],
        }
        told = [(name, tuple(blocks)) for name, blocks in parts.items()]
        return Document(
            language=self._catalogue.language,
            title=say(messages.TITLE, platform=plain(guide.platform)),
            subtitle=say(guide_messages.ASKED, pack=plain(guide.pack), on=self._day(guide.as_of)),
            sections=tuple(Section(name, say(headings[name]), blocks) for name, blocks in told if blocks),
            sources_heading=say(guide_messages.HEADINGS["sources"]),
            sources=tuple(self._sources()),
            certainties=tuple(say(text) for text in guide_messages.CERTAINTIES.values()),
        )

    def _say(self, message: str, **values: str) -> str:
        return self._catalogue.say(message, **values)

    def _own(self, message: str, **values: str) -> Paragraph:
        """What the report says of itself."""
        return Paragraph((Span(self._say(message, **values)),))

    def _number(self, value: int) -> str:
        return number_text(self._catalogue, value)

    def _kind(self, category: str) -> str:
        return plain(self._word(self._named.get(category, category)))

    def _short(self) -> Iterator[Block]:
        team = self._team
        yield self._own(messages.PRIVATE)
        points = [self._own(messages.READ, read=self._number(len(team.members)))]
        if team.failed:
            points.append(self._own(messages.FAILED, failed=self._number(team.failed)))
        shown = [one.rows for one in team.categories if one.rows is not None]
        if shown:
            points.append(self._own(messages.TOTAL, rows=self._range(shown)))
        yield Listing(tuple(points))

    def _range(self, counts: Sequence[Mapping[Standing, int]]) -> str:
        """At least and at most: the second number also counts what depends on who can see it."""
        least = sum(one.get(Standing.USED, 0) for one in counts)
        most = least + sum(one.get(Standing.IF_PUBLIC, 0) for one in counts)
        if least == most:
            return self._number(most)
        return self._say(RANGE, least=self._number(least), most=self._number(most))

    def _table(self, name: str, first: str, sums: Sequence[Sum], title: Callable[[Any], str]) -> Iterator[Table]:
        if not sums:
            return
        few, hidden = self._say(messages.FEW, fewest=str(FEWEST)), self._say(messages.HIDDEN)
        rows = tuple(
            (title(one.name), few, hidden)
            if one.people is None or one.rows is None
            else (title(one.name), self._number(one.people), self._range([one.rows]))
            for one in sums
        )
        header = (self._say(first), self._say(messages.PEOPLE), self._say(messages.ROWS))
        yield Table(self._say(messages.TABLES[name]), header, rows)

    def _acted(self) -> Iterator[Block]:
        """Who has switched off, as far as they said so."""
        yield self._own(messages.NO_STATE)
        team = self._team
        if team.acted is None:
            yield self._own(messages.ACTED_HIDDEN)
        else:
            rest = len(team.members) - team.acted
            yield self._own(messages.ACTED, acted=self._number(team.acted), rest=self._number(rest))

    def _agreed(self) -> Iterator[Block]:
        """Those who agreed, each with their own figures."""
        if not self._team.shown:
            yield self._own(messages.NOBODY)
            return
        yield Listing(tuple(Paragraph(tuple(self._person(one))) for one in self._team.shown))

    def _person(self, member: Member) -> Iterator[Span]:
        exposure = member.exposure
        counts = {standing: exposure.total(standing) for standing in Standing}
        yield Span(self._say(messages.PERSON, archive=plain(member.archive), rows=self._range([counts])))
        on = exposure.guide.person.opted_out_on
        if on:
            yield Span(self._say(messages.PERSON_ACTED, on=date_text(self._catalogue, on)))

"""What a letter says: the law that holds where the person lives, their own data, a day for the answer, an authority.

The letter states nothing that is less certain than B. What is not known is left out of it, and the person is told so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.archive.guide_messages import SOURCE
from byleave.archive.guide_model import Fact
from byleave.archive.guide_notes import cite
from byleave.archive.letter import messages
from byleave.archive.letter.deadline import answer_due
from byleave.archive.letter.laws import find, shipped_laws
from byleave.text.catalogue import SOURCE_LANGUAGE, Catalogue
from byleave.text.dates import date_text
from byleave.text.numbers import number_text
from byleave.text.statements import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from byleave.archive.exposure.model import Exposure
    from byleave.archive.guide_model import Guide
    from byleave.archive.letter.laws import Named

_CERTAIN = ("A", "B")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in one language."""

    language: str
    head: tuple[str, ...]
    """Lines above the subject: recipient and day."""
    subject: str
    body: tuple[tuple[str, ...], ...]
    """A paragraph has one line; a list has its points after the sentence that leads to them."""
    signature: tuple[str, ...]
    notes_heading: str
    notes: tuple[str, ...]
    """For the person alone: how it was made, and what is not known."""
    due: date


def letter_of_member(exposure: Exposure, language: str) -> Letter:
    """The objection of somebody with an account, with what their archive shows.

    Raises: UsageError for a language without messages.
    """
    return _Writer(exposure.guide, language).letter(exposure)


def letter_of_non_member(guide: Guide, language: str) -> Letter:
    """The objection of somebody without an account, about what members shared.

    Raises: UsageError for a language without messages.
    """
    return _Writer(guide, language).letter(None)


class _Writer:
    """One letter in the making."""

    def __init__(self, guide: Guide, language: str) -> None:
        self._guide, self._catalogue = guide, Catalogue(language)
        self._country = guide.person.country or ""
        platform = guide.pack.partition("@")[0]
        laws = self._laws = shipped_laws()
        self._law = find(laws, laws.laws, self._country, platform)
        self._answer = find(laws, laws.answers, self._country, platform)
        self._authority = find(laws, laws.authorities, self._country, platform)
        self._today = guide.as_of.date()
        self._due = answer_due(self._today)

    def letter(self, exposure: Exposure | None) -> Letter:
        """The whole letter; without an exposure, that of somebody without an account."""
        lines = messages.MEMBER_LINES if exposure else messages.NON_MEMBER_LINES
        name = exposure.name if exposure and exposure.name else self._say(messages.NAME)
        recipient = self._fact("controller", "controller") or plain(self._guide.platform)
        return Letter(
            language=self._catalogue.language,
            head=(self._say(messages.TO, recipient=recipient), self._day(self._today)),
            subject=self._say(messages.SUBJECT),
            body=tuple(self._body(exposure)),
            signature=(self._say(messages.CLOSING), name, *map(self._say, lines)),
            notes_heading=self._say(messages.NOTES),
            notes=tuple(self._notes()),
            due=self._due,
        )

    def _body(self, exposure: Exposure | None) -> Iterator[tuple[str, ...]]:
        yield (self._say(messages.GREETING),)
        yield (self._words(self._law) if self._law else self._say(messages.NO_LAW),)
        yield (self._say(messages.ALL if exposure else messages.ALL_OF_OTHERS),)
        if exposure:
            yield from self._own_data(exposure)
        else:
            yield (self._say(messages.WHERE),)
        if self._law and self._law.situation:
            yield (self._say(messages.SITUATION),)
        yield (self._say(messages.REQUESTS), *map(self._say, messages.ASKED))
        yield (self._answer_by(),)
        told = {"authority": self._words(self._authority)} if self._authority else {}
        yield (self._say(messages.AUTHORITY if told else messages.NO_AUTHORITY, **told),)

    def _own_data(self, exposure: Exposure) -> Iterator[tuple[str, ...]]:
        """What the archive shows, and the switch where the person used it."""
        titles = {one.category: self._word(one.title) for one in self._guide.scope if one.use == "in"}
        counts = ((name, sum(rows.values())) for name, rows in exposure.by_category().items() if name in titles)
        found = [
            self._say(messages.CATEGORY, category=titles[name], rows=number_text(self._catalogue, rows))
            for name, rows in counts
        ]
        if found:
            yield (self._say(messages.CATEGORIES), *found)
        on = self._guide.person.opted_out_on
        labels = self._guide.titles.get(self._guide.setting or "", {})
        label = labels.get(self._catalogue.language) or labels.get(SOURCE_LANGUAGE)
        if on and label:
            yield (self._say(messages.SWITCH, setting=plain(label), on=self._day(on)),)

    def _answer_by(self) -> str:
        due = self._day(self._due)
        if self._answer is None:
            return self._say(messages.ANSWER_ASKED, due=due)
        return self._say(messages.ANSWER, rule=self._words(self._answer), received=self._day(self._today), due=due)

    def _notes(self) -> Iterator[str]:
        """What the person should know, with the source of whatever law the letter names."""
        country = self._country
        link = self._fact("form", "link")
        values = {"platform": plain(self._guide.platform), "form": self._fact("form", "form") or "", "link": link or ""}
        yield self._say(messages.NOTE_FORM, **values) if link else self._say(messages.NOTE_SEND)
        yield self._resting(self._law, messages.NOTE_LAW, messages.NOTE_NO_LAW, country)
        yield self._resting(self._answer, messages.NOTE_ANSWER, messages.NOTE_NO_ANSWER, country)
        if self._answer:
            yield from map(self._say, messages.NOTE_DUE)
        yield self._resting(self._authority, messages.NOTE_AUTHORITY, messages.NOTE_NO_AUTHORITY, country)
        yield self._say(messages.NOTE_ADVICE)

    def _resting(self, part: Named | None, known: str, unknown: str, country: str) -> str:
        """The source on which a part of the letter rests, or that nothing is known."""
        if part is None:
            return self._say(unknown, country=country)
        source = cite(self._laws.sources, part)
        published = date_text(self._catalogue, source.published)
        told = self._say(SOURCE, title=source.title, publisher=source.publisher, date=published)
        where = f" {source.url}" if source.url else ""
        return f"{self._say(known)} {told} [{source.certainty}]{where}"

    def _fact(self, code: str, value: str) -> str | None:
        """A value of a statement of the guide that is certain enough for a letter."""
        for line in (*self._guide.applies, *self._guide.objection):
            if isinstance(line, Fact) and line.statement.code == code and line.source.certainty in _CERTAIN:
                return plain(str(line.statement.values[value]))
        return None

    def _words(self, part: Named) -> str:
        return part.text.get(self._catalogue.language) or part.text[SOURCE_LANGUAGE]

    def _word(self, text: str) -> str:
        return plain(self._guide.words.get(self._catalogue.language, {}).get(text, text))

    def _say(self, message: str, **values: str) -> str:
        return self._catalogue.say(message, **values)

    def _day(self, day: date) -> str:
        return date_text(self._catalogue, day)

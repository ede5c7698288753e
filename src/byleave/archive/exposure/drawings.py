"""The tables and drawings of a report: rows by kind, rows by year, and the columns by scenario."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from byleave.archive.exposure import messages
from byleave.archive.exposure.model import Standing
from byleave.archive.guide_document import Chart, Mark, Table
from byleave.text.dates import date_text
from byleave.text.numbers import number_text
from byleave.text.statements import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from byleave.archive.exposure.model import Exposure
    from byleave.text.catalogue import Catalogue

_IN = (Standing.USED, Standing.IF_PUBLIC, Standing.OPEN)
_MOST_YEARS = 40
"""A longer row of years has only those in which something is."""


class Drawings:
    """What of a report is numbers, in one language."""

    def __init__(self, exposure: Exposure, catalogue: Catalogue, word: Callable[[str], str]) -> None:
        """`word` says in the language what a pack says in English."""
        self._exposure, self._catalogue, self._word = exposure, catalogue, word
        self._titles = {one.category: one.title for one in exposure.guide.scope}

    def title(self, category: str) -> str:
        """The name of a category as people read it."""
        return plain(self._word(self._titles.get(category, category)))

    def _number(self, value: int) -> str:
        return number_text(self._catalogue, value)

    def _chart(
        self, name: str, first: str, rows: Sequence[tuple[str, Mapping[Standing, int]]], kinds: tuple[Standing, ...]
    ) -> Chart:
        say = self._catalogue.say
        values = tuple(tuple(counts.get(kind, 0) for kind in kinds) for _, counts in rows)
        caption = say(messages.TABLES[name])
        return Chart(
            caption=caption,
            header=(say(first), *(say(messages.STANDINGS[kind]) for kind in kinds)),
            rows=tuple((label, *map(self._number, numbers)) for (label, _), numbers in zip(rows, values, strict=True)),
            values=values,
            totals=tuple(self._number(sum(numbers)) for numbers in values),
            summary=say(messages.DRAWN, caption=caption),
        )

    def categories(self) -> Iterator[Chart]:
        """Rows by kind: what may be used first, what is left out last."""
        found = self._exposure.by_category()
        rows = sorted(found.items(), key=lambda one: (_order(one[1]), -sum(one[1].values())))
        if rows:
            named = [(self.title(category), counts) for category, counts in rows]
            yield self._chart("categories", messages.KIND, named, tuple(Standing))

    def years(self) -> Iterator[Chart]:
        """Rows that are not left out by year, with the days on which something happened."""
        found = {year: counts for year, counts in self._exposure.by_year().items() if any(map(counts.get, _IN))}
        dated = [year for year in found if year is not None]
        if not dated:
            return
        guide = self._exposure.guide
        days = self._days()
        first = min(*dated, *(at.year for at, _ in days), guide.as_of.year)
        last = max(*dated, guide.as_of.year)
        whole = last - first < _MOST_YEARS
        axis = list(range(first, last + 1)) if whole else sorted(dated)
        rows = [(str(year), found.get(year, {})) for year in axis]
        if None in found:
            rows.append((self._catalogue.say(messages.NO_YEAR), found[None]))
        chart = self._chart("years", messages.YEAR, rows, _IN)
        marks = tuple(Mark(_place(at, first), text) for at, text in days) if whole else ()
        yield replace(chart, upright=True, marks=marks)

    def _days(self) -> list[tuple[datetime, str]]:
        """When the rule begins, and when the person switched off."""
        guide, say = self._exposure.guide, self._catalogue.say
        days = []
        if guide.begins:
            on = date_text(self._catalogue, guide.begins.date())
            days.append((guide.begins, say(messages.MARKS["begins"], on=on)))
        if guide.person.opted_out and guide.person.opted_out_on:
            on = date_text(self._catalogue, guide.person.opted_out_on)
            days.append((guide.person.opted_out, say(messages.MARKS["off"], on=on)))
        return days

    def columns(self, readers: Callable[[tuple[int, ...]], str]) -> Iterator[Table]:
        """For each reading that differs, how many rows may be used in each scenario."""
        say, columns = self._catalogue.say, self._exposure.columns
        names = [name for name in messages.COLUMNS if any(one.scenario == name for one in columns)]
        rows = [
            (readers(claims), *(self._range(claims, name) for name in names))
            for claims in dict.fromkeys(one.claims for one in columns)
        ]
        header = (say(messages.READ_BY), *(say(messages.COLUMNS[name]) for name in names))
        yield Table(say(messages.TABLES["columns"]), header, tuple(rows))

    def _range(self, claims: tuple[int, ...], scenario: str) -> str:
        """At least and at most."""
        found = next(one for one in self._exposure.columns if (one.claims, one.scenario) == (claims, scenario))
        least = found.rows.get(Standing.USED, 0)
        most = least + found.rows.get(Standing.IF_PUBLIC, 0)
        if least == most:
            return self._number(least)
        return self._catalogue.say(messages.RANGE, least=self._number(least), most=self._number(most))


def _order(counts: Mapping[Standing, int]) -> int:
    """The place of the first standing that there is."""
    return next(place for place, standing in enumerate(Standing) if counts.get(standing))


def _place(at: datetime, first: int) -> float:
    """Where an instant lies on an axis of years, from the beginning of the first."""
    begin, end = datetime(at.year, 1, 1, tzinfo=UTC), datetime(at.year + 1, 1, 1, tzinfo=UTC)
    return at.year - first + (at - begin) / (end - begin)

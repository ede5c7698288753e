"""The invented items: which there are, who wrote them when, and what happened to them since."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from byleave.demo import prose
from byleave.demo.choices import strangers
from byleave.demo.draw import Draw, tickets
from byleave.demo.moments import ANNOUNCED, DAY, END, HOUR, OPENED, seconds, year_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from byleave.demo.cast import CastItem, Character
    from byleave.demo.people import Person


class Kind(NamedTuple):
    """One category: how much there is of it, who sees it, and how often it is edited or names somebody, per mille."""

    weight: int
    visibility: tuple[str, ...]
    edited: int = 0
    names: int = 0
    by_ai: bool = False
    """Whether some of it is written by AI; where it is not, nobody asks, and the label stays blank."""


_OPEN = tickets({"public": 72, "connections": 22, "private": 6})
_SEMI = tickets({"public": 70, "connections": 30})
_PUBLIC, _GROUP, _PRIVATE = ("public",), ("group",), ("private",)

KINDS: Mapping[str, Kind] = {
    "post": Kind(2500, _OPEN, edited=50, names=90, by_ai=True),
    "comment": Kind(2900, _SEMI, edited=25, names=60, by_ai=True),
    "reaction": Kind(1500, _SEMI),
    "repost": Kind(550, _SEMI, names=20),
    "poll-response": Kind(320, _SEMI),
    "article": Kind(140, tickets({"public": 9, "connections": 1}), edited=120, names=50, by_ai=True),
    "contribution": Kind(100, _PUBLIC, edited=30, by_ai=True),
    "recommendation": Kind(90, _SEMI, edited=20, names=1000),
    "endorsement": Kind(140, _SEMI, names=1000),
    "photo": Kind(140, _OPEN, names=300),
    "video": Kind(50, _OPEN, names=150),
    "job-posting": Kind(60, _PUBLIC, edited=60),
    "group-post": Kind(220, _GROUP, edited=20, names=50),
    "group-message": Kind(260, _GROUP),
    "private-message": Kind(620, _PRIVATE),
    "ai-prompt": Kind(250, _PRIVATE),
    "resume": Kind(70, _PRIVATE, edited=300),
    "saved-answer": Kind(60, _PRIVATE),
    "feedback": Kind(60, _PRIVATE),
    "job-application": Kind(50, _PRIVATE),
    "salary": Kind(15, _PRIVATE),
    "credential": Kind(10, _PRIVATE),
    "payment": Kind(10, _PRIVATE),
}
"""Every category but the profile, of which each member has one."""
PROFILE = Kind(0, tickets({"public": 86, "connections": 10, "private": 4}), edited=650, by_ai=True)

NEEDED_BEFORE = {"ai-prompt": seconds("2023-05-02"), "feedback": seconds("2023-05-02")}
"""Nothing of these categories is older: the features did not exist."""

_BUSY_YEARS = tickets({0: 5, 1: 5, 2: 4, 3: 4, 4: 3, 5: 3, 6: 2, 7: 2, 8: 2, 9: 1, 10: 1, 11: 1, 12: 1, 13: 1})
"""Items by their age in years: most are young."""
_HOURS = tickets({6: 2, 7: 5, 8: 7, 9: 6, 10: 5, 11: 5, 12: 7, 13: 5, 14: 5, 15: 5, 16: 6, 17: 7, 18: 5, 20: 4, 22: 2})
_AI_BY_YEAR = {2023: 40, 2024: 100, 2025: 180}
_UNLABELLED, _PUBLISHED_LATER, _WITHHELD, _NO_LANGUAGE, _MEMBER_NAMED = 60, 15, 2, 6, 800
_OLD_IDS = 25
"""So many of the oldest items have ids of digits only."""


class Row(NamedTuple):
    """One item, as its columns; moments are seconds since 1970."""

    item_id: str
    member_id: str
    category: str
    visibility: str
    created: int
    changed: int | None
    public_since: int | None
    withheld: bool
    subjects: list[str]
    ai_written: bool | None
    language: str | None
    text: str


class Withholding(NamedTuple):
    """The owner took one item out."""

    item_id: str
    member_id: str
    at: int


class _Planned(NamedTuple):
    created: int
    member: int
    category: str
    scripted: int
    """Position in the cast's items; -1 where the item is not the cast's."""


@dataclass(slots=True)
class Corpus:
    """The items in the order of their creation. `withholdings` is complete when all rows were drawn."""

    members: Sequence[Person]
    cast: Sequence[Character]
    count: int
    seed: int
    withholdings: list[Withholding] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Each item once."""
        draw = Draw(self.seed, "items")
        named = _Named(self.members, draw)
        scripted = [(person, item) for person in self.cast for item in person.items]
        for number, planned in enumerate(sorted(self._plan()), start=1):
            if planned.scripted >= 0:
                yield self._scripted(*scripted[planned.scripted])
            else:
                item_id = f"{number:06}" if number <= _OLD_IDS else f"i-{number:06}"
                yield self._row(item_id, planned, named, draw)

    def _plan(self) -> Iterator[_Planned]:
        """Who makes what, and when: the cast's items, one profile each, and the rest by how active people are."""
        draw = Draw(self.seed, "plan")
        ready = [item for person in self.cast for item in person.items]
        yield from (_Planned(item.created, 0, item.category, index) for index, item in enumerate(ready))
        have = {person.member_id for person in self.cast if any(item.category == "profile" for item in person.items)}
        profiles = [index for index, person in enumerate(self.members) if person.member_id not in have]
        yield from (
            _Planned(self.members[index].joined + 60 + draw.below(HOUR), index, "profile", -1) for index in profiles
        )
        free = [index for index, person in enumerate(self.members) if not person.scripted]
        makers = [index for index in free for _ in range(self.members[index].activity)]
        categories = tickets({name: kind.weight for name, kind in KINDS.items()})
        rest = self.count - len(ready) - len(profiles)
        for _, category in zip(range(rest), _each_once_then(categories, draw), strict=False):
            member = makers[draw.below(len(makers))]
            created = _created(self.members[member], NEEDED_BEFORE.get(category, OPENED), draw)
            yield _Planned(created, member, category, -1)

    def _row(self, item_id: str, planned: _Planned, named: _Named, draw: Draw) -> Row:
        person, kind = self.members[planned.member], KINDS.get(planned.category, PROFILE)
        visibility = draw.pick(kind.visibility)
        changed = _since(planned.created, draw) if kind.edited and draw.per_mille(kind.edited) else None
        public_since = None
        if planned.category == "post" and visibility == "public" and draw.per_mille(_PUBLISHED_LATER):
            public_since = _since(planned.created, draw)
        subjects, name = named.some(planned.member) if kind.names and draw.per_mille(kind.names) else ([], None)
        ai_written = _by_ai(planned.created, draw) if kind.by_ai else None
        withheld = visibility == "public" and draw.per_mille(_WITHHELD)
        if withheld and draw.per_mille(500):
            at = draw.between(max(planned.created, ANNOUNCED), END)
            self.withholdings.append(Withholding(item_id, person.member_id, at))
            withheld = False
        return Row(
            item_id,
            person.member_id,
            planned.category,
            visibility,
            planned.created,
            changed,
            public_since,
            withheld,
            subjects,
            ai_written,
            None if draw.per_mille(_NO_LANGUAGE) else person.voice.language,
            person.voice.write(planned.category, draw, person=name, by_ai=ai_written is True),
        )

    def _scripted(self, person: Character, item: CastItem) -> Row:
        if item.withheld_at is not None:
            self.withholdings.append(Withholding(item.item_id, person.member_id, item.withheld_at))
        return Row(
            item.item_id,
            person.member_id,
            item.category,
            item.visibility,
            item.created,
            item.changed,
            item.public_since,
            withheld=False,
            subjects=list(item.subjects),
            ai_written=item.ai_written,
            language=person.language,
            text=item.text,
        )


class _Named:
    """Who is named or tagged in items: other members, and people without an account."""

    def __init__(self, members: Sequence[Person], draw: Draw) -> None:
        self._members = members
        self._strangers = [
            (one, prose.first_name("en", draw, he=draw.per_mille(500))) for one in strangers(len(members))
        ]
        self._draw = draw

    def some(self, writer: int) -> tuple[list[str], str]:
        """One to three people, never the writer, and the first name of the first."""
        draw = self._draw
        found: dict[str, str] = {}
        for _ in range(draw.pick((1, 1, 1, 1, 2, 2, 3))):
            if draw.per_mille(_MEMBER_NAMED):
                step = 1 + draw.below(len(self._members) - 1)
                person = self._members[(writer + step) % len(self._members)]
                found[person.member_id] = person.name
            else:
                stranger, name = draw.pick(self._strangers)
                found[stranger] = name
        return list(found), next(iter(found.values()))


def _each_once_then(categories: Sequence[str], draw: Draw) -> Iterator[str]:
    """Every category once, so that a small platform has them all, and then by weight."""
    yield from dict.fromkeys(categories)
    while True:
        yield draw.pick(categories)


def _created(person: Person, earliest: int, draw: Draw) -> int:
    """An instant in the hours of the day in which people write, after the member joined."""
    first = max(person.joined + HOUR, earliest)
    age = draw.pick(_BUSY_YEARS)
    day = END - (age * 365 + 1 + draw.below(365)) * DAY
    if day < first:
        day = draw.between(first, END - DAY)
        day -= day % DAY
    created = day + (draw.pick(_HOURS) - person.place.hours) * HOUR + draw.below(HOUR)
    return min(max(created, first + draw.below(HOUR)), END - 1)


def _since(created: int, draw: Draw) -> int:
    """Some time later: for half of them soon, for the others at any time up to the end."""
    reach = 3 * DAY if draw.per_mille(500) else END
    return draw.between(created + 60, min(created + reach, END))


def _by_ai(created: int, draw: Draw) -> bool | None:
    """Whether an AI wrote it; unknown for some, from the year in which such texts appear."""
    year = year_of(created)
    if year not in _AI_BY_YEAR:
        return False
    if draw.per_mille(_UNLABELLED):
        return None
    return draw.per_mille(_AI_BY_YEAR[year])

"""The invented members: where and since when they live where, how old they are, and how they write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byleave.demo import prose
from byleave.demo.draw import Draw, tickets
from byleave.demo.moments import ANNOUNCED, DAY, END, OPENED, day_of, year_of
from byleave.demo.places import BY_COUNTRY, ELSEWHERE, LATER, MOVES, OTHER_CODES, PLACES, Place

if TYPE_CHECKING:
    from byleave.demo.cast import Character
    from byleave.demo.prose import Voice

YEAR = 31_556_952
"""Seconds in a mean year."""
LAST_JOINED = END - 40 * DAY

# Some old ids are nothing but digits, and some of them are equal once they are read as numbers.
OLD_IDS = ("07", "7", "0042", "1e3", "000")

_PLACES = tickets({place: place.weight for place in PLACES})
_ACTIVITY = tickets({1: 60, 3: 28, 10: 10, 40: 2})
"""How much somebody shares, relative to the quietest."""
_AGES = tickets({16: 1, 17: 2, 19: 12, 23: 26, 28: 24, 34: 16, 41: 10, 49: 6, 56: 3})
"""Age on joining; those over 18 vary by some years."""
_AGE_SPREAD_FROM = 18


@dataclass(slots=True)
class Person:
    """One member. Moments are seconds since 1970; a residence without one holds since ever."""

    member_id: str
    name: str
    voice: Voice
    place: Place
    joined: int
    born: str | None
    residences: list[tuple[str | None, int | None]]
    activity: int
    told: int | None = None
    """When the notice of the recommended pack reached this member; None for those who are dealt one by chance."""
    scripted: bool = False
    """Whether the cast list says what this member does."""
    recorded: list[str] = field(default_factory=list)
    """The country codes as the register writes them, one for each residence."""

    @property
    def hears_later(self) -> bool:
        """Whether training begins in November 2025 where this member lived then."""
        return any(country in LATER for country, _ in self.residences)


def people(count: int, cast: list[Character], seed: int) -> list[Person]:
    """All members, those of the cast first."""
    draw = Draw(seed, "people")
    result = [_scripted(character, draw) for character in cast]
    for index in range(len(result), count):
        old = index - len(cast)
        member_id = OLD_IDS[old] if old < len(OLD_IDS) else f"m-{index + 1:05}"
        result.append(_anybody(member_id, draw))
    for person in result:
        person.recorded = [_written(country, draw) for country, _ in person.residences]
    return result


def _scripted(character: Character, draw: Draw) -> Person:
    voice = prose.voice(
        character.language, character.field, draw, he=character.he, since_year=year_of(character.joined)
    )
    return Person(
        member_id=character.member_id,
        name=character.name,
        voice=voice,
        place=BY_COUNTRY.get(character.residences[0][0], ELSEWHERE),
        joined=character.joined,
        born=character.born,
        residences=list(character.residences),
        activity=1,
        told=character.told,
        scripted=True,
    )


def _anybody(member_id: str, draw: Draw) -> Person:
    place = draw.pick(_PLACES)
    code = draw.pick(place.languages)
    he = draw.per_mille(500)
    joined = draw.between(OPENED, LAST_JOINED)
    age = draw.pick(_AGES)
    since_year = year_of(joined) - (0 if age < _AGE_SPREAD_FROM else draw.below(6))
    return Person(
        member_id=member_id,
        name=prose.first_name(code, draw, he=he),
        voice=prose.voice(code, draw.pick(prose.fields()), draw, he=he, since_year=since_year),
        place=place,
        joined=joined,
        born=_born(joined, age, draw),
        residences=_residences(place.country, joined, draw),
        activity=draw.pick(_ACTIVITY),
    )


def _born(joined: int, age: int, draw: Draw) -> str | None:
    """A birth date; unknown for some."""
    years = age if age < _AGE_SPREAD_FROM else age + draw.below(8)
    born = day_of(joined - years * YEAR - draw.below(YEAR))
    return None if draw.per_mille(40) else born


def _residences(country: str | None, joined: int, draw: Draw) -> list[tuple[str | None, int | None]]:
    """Mostly one country since ever; some rows carry the day of joining, and some people move."""
    first = joined if draw.per_mille(80) else None
    rows: list[tuple[str | None, int | None]] = [(country, first)]
    ways = [to for origin, to in MOVES if origin == country]
    if ways and draw.per_mille(45):
        lately = draw.per_mille(350)
        moved = draw.between(max(joined + DAY, ANNOUNCED if lately else 0), END)
        rows.append((draw.pick(ways), moved - moved % DAY))
        if draw.per_mille(120) and moved + 300 * DAY < END:
            back = draw.between(moved + 300 * DAY, END)
            rows.append((country, back - back % DAY))
    return rows


def _written(country: str | None, draw: Draw) -> str:
    """The code as the register has it: blank where unknown, now and then `UK` or `EL`."""
    if country in OTHER_CODES and draw.per_mille(120):
        return OTHER_CODES[country]
    return country or ""

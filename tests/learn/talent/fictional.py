"""People who do not exist, what hirers ask for, and how well each fits, made from a classification of occupations.

The classification is invented here; `bench/talent.py` reads a real one. A profile holds one half of an occupation's
titles and some of its skills; a query holds a title of the other half and two skills.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FIELDS = (
    *("wool", "glass", "copper", "timber", "orchard", "harbour", "railway", "clinic", "archive", "museum", "bakery"),
    *("vineyard", "reactor", "satellite", "theatre", "kennel", "quarry", "greenhouse", "brewery", "orchestra"),
    *("tannery", "foundry", "aquarium", "glacier"),
)
ROLES = (("grader", "inspector"), ("planner", "coordinator"), ("fitter", "installer"), ("keeper", "custodian"))
VERBS = (
    *("inspect", "repair", "plan", "teach", "count", "mix", "paint", "measure", "store", "clean", "design"),
    *("assemble", "label", "test", "move", "record"),
)
OBJECTS = (
    *("samples", "engines", "budgets", "visitors", "shipments", "valves", "drawings", "recipes", "contracts"),
    *("cables", "animals", "filters", "instruments", "permits", "maps", "batches", "ledgers", "pumps", "seedlings"),
    "costumes",
)
SHARED = ["use office software", "write reports", "work in shifts", "speak in public", "follow safety rules"]


@dataclass(frozen=True)
class Occupation:
    """One occupation of a classification; `code` has one digit more for each finer group."""

    code: str
    titles: tuple[str, ...]
    essential: tuple[str, ...]
    optional: tuple[str, ...]


@dataclass(frozen=True)
class Person:
    """A member with a profile."""

    member: str
    occupation: Occupation
    text: str

    @property
    def item(self) -> str:
        """The id of the profile's item."""
        return f"profile-{self.member}"


@dataclass(frozen=True)
class Asked:
    """What one hirer asks for."""

    hirer: str
    occupation: Occupation
    text: str

    def grade(self, person: Person) -> int:
        """3 for the same occupation, 2 and 1 for the same finer and coarser group, else 0."""
        mine, theirs = self.occupation.code, person.occupation.code
        cuts = (one for one in range(3) if mine[: len(mine) - one] == theirs[: len(theirs) - one])
        return 3 - next(cuts, 3)


def invented() -> list[Occupation]:
    """96 occupations: for each field one of each role, with skills of its own, of its field and of everybody."""
    found = []
    for number, place in enumerate(FIELDS):
        other = FIELDS[(number + 7) % len(FIELDS)]
        ours = [f"{_of(VERBS, number + step)} {place} {_of(OBJECTS, 3 * number + step)}" for step in range(4)]
        for kind, (first, second) in enumerate(ROLES):
            start, what = 5 * number + 3 * kind, number + 7 * kind
            own = [f"{_of(VERBS, start + step)} {_of(OBJECTS, what + 2 * step)}" for step in range(8)]
            titles = (f"{place} {first}", f"{place} {second}", f"{first} of {place}", f"{place} and {other} {second}")
            skills = tuple(own[:6] + ours[:2]), tuple(own[6:] + ours[2:])
            found.append(Occupation(f"{number // 4:02}{number:02}{kind}", titles, *skills))
    return found


def _of(words: Sequence[str], number: int) -> str:
    return words[number % len(words)]


def people(occupations: Sequence[Occupation], number: int, seed: int) -> list[Person]:
    """So many members, each with one occupation."""
    draw = random.Random(seed)
    everything = sorted({skill for one in occupations for skill in one.essential})
    found = []
    for one in range(number):
        occupation = draw.choice(occupations)
        half = occupation.titles[::2]
        headline = draw.choice(half)
        skills = draw.sample(occupation.essential, min(len(occupation.essential), draw.randint(3, 7)))
        skills += draw.sample(occupation.optional, min(len(occupation.optional), draw.randint(0, 4)))
        skills += [draw.choice(everything), draw.choice(SHARED)]
        draw.shuffle(skills)
        others = [title for title in half if title != headline][:3]
        found.append(Person(f"m{one:06}", occupation, "\n".join([headline, *others, *skills])))
    return found


def asked(occupations: Sequence[Occupation], number: int, seed: int) -> list[Asked]:
    """So many queries, each by a hirer of its own."""
    draw = random.Random(seed)
    found = []
    for one in range(number):
        occupation = draw.choice(occupations)
        title = draw.choice(occupation.titles[1::2])
        skills = draw.sample(occupation.essential, min(2, len(occupation.essential)))
        found.append(Asked(f"h{one:06}", occupation, ", ".join([title, *skills])))
    return found


def public_words(occupations: Sequence[Occupation], tokenize: Callable[[str], list[str]]) -> tuple[int, dict[str, int]]:
    """How many titles and skills the classification has, and in how many of them each word stands."""
    entries = [text for one in occupations for text in (*one.titles, *one.essential)]
    counted = Counter(word for text in entries for word in set(tokenize(text)))
    return len(entries), dict(counted)

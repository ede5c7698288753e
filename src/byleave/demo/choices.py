"""What people chose and when: the switch, objections and the notices that reached them.

The waves follow the news of autumn 2025: a ripple after the announcement of 18 September, a wave in the last three
weeks before 3 November, and another one after it. Where training had begun in September 2024 the same news moves fewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from byleave.demo.draw import Draw, tickets
from byleave.demo.moments import ANNOUNCED, DAY, END, HOUR, START, US_START, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from byleave.demo.cast import Character, Objector
    from byleave.demo.people import Person

SETTING = "data-for-ai-improvement"
"""The switch, as the packs of LinkedIn call it."""
NOTICE = "ai-training"
"""The notice that the pack byleave@1 asks for."""
NOTICE_VERSION = "2025-10"

STRANGERS_PER_MEMBER = 25
"""One person without an account is named in posts for so many members."""


class Act(NamedTuple):
    """One act on the switch, ordered by when the platform recorded it."""

    recorded: int
    member_id: str
    value: str
    at: int


class Delivery(NamedTuple):
    """A notice that reached a member."""

    member_id: str
    delivered: int


class Objection(NamedTuple):
    """One row of the objections; purpose blank means every purpose."""

    subject_id: str
    purpose: str
    received: int
    status: str
    resolved: int | None


class Wave(NamedTuple):
    """How many of 1,000 members switch off on some day of it; later days weigh more, or less, by the tickets."""

    per_mille: int
    first: int
    days: tuple[int, ...]


RIPPLE = Wave(32, ANNOUNCED, tickets({day: max(1, 12 - day) for day in range(23)}))
BEFORE = Wave(125, START - 23 * DAY, tickets({day: 1 + day * day // 20 for day in range(23)}))
AFTER = Wave(65, START, tickets({day: max(1, 18 - day) for day in range(28)}))
FIRST_NEWS = Wave(45, US_START, tickets({day: max(1, 30 - day) for day in range(120)}))
ECHO = Wave(24, ANNOUNCED, tickets(dict.fromkeys(range(46), 1)))
_LATER_WAVES = (RIPPLE, BEFORE, AFTER)
_OTHER_WAVES = (FIRST_NEWS, ECHO, AFTER._replace(per_mille=9))

_RETURNS, _LEAVES_AGAIN, _TWICE, _ON_PURPOSE, _OFFLINE, _FAST_CLOCK = 60, 450, 30, 14, 25, 4
"""Per mille: switch on again; and off once more; press twice; switch on though it is on; phone offline; phone fast."""


def acts(members: Sequence[Person], cast: Sequence[Character], seed: int) -> list[Act]:
    """Every act, in the order in which the platform recorded them."""
    draw = Draw(seed, "acts")
    result = [
        Act(recorded, character.member_id, value, at) for character in cast for recorded, value, at in character.acts
    ]
    for person in members:
        if not person.scripted:
            result += _of_one(person, draw)
    return sorted(result)


def _of_one(person: Person, draw: Draw) -> Iterator[Act]:
    waves = _LATER_WAVES if person.hears_later else _OTHER_WAVES
    wave = next((wave for wave in waves if draw.per_mille(wave.per_mille)), None)
    if wave is None:
        if draw.per_mille(_ON_PURPOSE):
            yield _act(person, "on", draw.between(max(person.joined, ANNOUNCED), END), draw)
        return
    at = max(wave.first + draw.pick(wave.days) * DAY + draw.below(DAY), person.joined + HOUR)
    yield _act(person, "off", at, draw)
    if draw.per_mille(_TWICE):
        yield _act(person, "off", at + 5 + draw.below(60), draw)
    if draw.per_mille(_RETURNS):
        at += DAY + draw.below(20 * DAY)
        yield _act(person, "on", at, draw)
        if draw.per_mille(_LEAVES_AGAIN):
            yield _act(person, "off", at + HOUR + draw.below(12 * DAY), draw)


def _act(person: Person, value: str, at: int, draw: Draw) -> Act:
    """An act; most are recorded at once, some hours later, and a few phones have a fast clock."""
    at = min(at, END - 60)
    recorded = at + draw.below(3)
    if draw.per_mille(_OFFLINE):
        recorded = min(at + 60 + draw.below(9 * HOUR), END - 1)
    elif draw.per_mille(_FAST_CLOCK):
        recorded = at - 60 - draw.below(HOUR)
    return Act(recorded, person.member_id, value, at)


_TOLD = tickets({"first days": 72, "later in October": 19, "late": 6, "never": 3})
_FIRST_TOLD = seconds("2025-10-01T06:00:00Z")
_LATER_TOLD = seconds("2025-10-06T06:00:00Z")
_LATE_TOLD = seconds("2025-11-03T06:00:00Z")


def deliveries(members: Sequence[Person], seed: int) -> list[Delivery]:
    """When the notice reached whom: most in the first days of October, some later, some never."""
    draw = Draw(seed, "notices")
    windows = {
        "first days": (_FIRST_TOLD, _FIRST_TOLD + 2 * DAY),
        "later in October": (_LATER_TOLD, _LATER_TOLD + 18 * DAY),
        "late": (_LATE_TOLD, _LATE_TOLD + 20 * DAY),
    }
    result = []
    for person in members:
        told = draw.pick(_TOLD)
        if person.told is not None:
            result.append(Delivery(person.member_id, person.told))
        elif told in windows:
            first, end = windows[told]
            delivered = max(draw.between(first, end), person.joined + HOUR)
            result.append(Delivery(person.member_id, delivered))
    return sorted(result, key=lambda row: (row.delivered, row.member_id))


def strangers(members: int) -> list[str]:
    """The ids of people without an account whom posts name; the first is the cast's."""
    return [f"x-{number:04}" for number in range(1, max(members // STRANGERS_PER_MEMBER, 8) + 1)]


_PURPOSES = tickets({"": 40, "generative-ai": 45, "other-ai": 15})
_STATUSES = tickets({"open": 50, "upheld": 28, "rejected": 13, "withdrawn": 9})
_MEMBERS_OBJECT, _STRANGERS_OBJECT = 9, 280
"""Per mille."""
_FIRST_OBJECTION = seconds("2025-09-22")


def objections(members: Sequence[Person], cast: Sequence[Objector], seed: int) -> list[Objection]:
    """Objections of members and of people without an account, by the day they came in."""
    draw = Draw(seed, "objections")
    result = [Objection(one.subject_id, one.purpose, one.received, one.status, one.resolved) for one in cast]
    named = {one.subject_id for one in cast}
    people = [(person.member_id, _MEMBERS_OBJECT) for person in members if not person.scripted]
    people += [(stranger, _STRANGERS_OBJECT) for stranger in strangers(len(members))]
    for subject_id, share in people:
        if subject_id not in named and draw.per_mille(share):
            received = draw.between(_FIRST_OBJECTION, END - 3 * DAY)
            status = draw.pick(_STATUSES)
            resolved = None if status == "open" else min(received + DAY + draw.below(25 * DAY), END - 1)
            result.append(Objection(subject_id, draw.pick(_PURPOSES), received, status, resolved))
    return sorted(result, key=lambda row: (row.received, row.subject_id))

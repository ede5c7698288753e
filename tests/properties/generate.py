"""Random packs, registers and items that crowd around the edges where an engine may differ from the definition.

Each world has a noise: how often a value is out of the ordinary. In quiet worlds most rows get as far as the preference
rule; in noisy ones every test takes its share.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from byleave.kernel.instants import FIRST
from byleave.kernel.vocabulary import PURPOSES, VISIBILITIES
from byleave.policy.facts import Act, Item, Member, Moment, NoticeDelivery, Objection, Register, Residence
from byleave.policy.rules import Notice, RegimeRules, Rules

MICRO = timedelta(microseconds=1)
EUROPE = datetime(2025, 11, 3, tzinfo=UTC)
WORLD = datetime(2024, 9, 18, tzinfo=UTC)
OF_AGE = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""When somebody born on 29 February or 1 March 2008 turns 18 everywhere on Earth."""
PAST = [
    datetime(2012, 5, 1, 8, 30, tzinfo=UTC), WORLD - MICRO, WORLD, WORLD + MICRO, datetime(2025, 1, 1, tzinfo=UTC),
    datetime(2025, 9, 18, 12, tzinfo=UTC), datetime(2025, 10, 20, 9, 15, tzinfo=UTC),
    datetime(2025, 10, 20, 9, 15, 0, 1, tzinfo=UTC), EUROPE - MICRO, EUROPE, EUROPE + MICRO,
]  # fmt: skip
EDGES = [
    *PAST, datetime(2025, 11, 20, 23, 59, 59, 999999, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC),
    datetime(2026, 2, 28, 12, tzinfo=UTC), OF_AGE, OF_AGE + MICRO,
]  # fmt: skip
AS_OF = [EUROPE - MICRO, EUROPE, EUROPE + MICRO, datetime(2025, 10, 24, tzinfo=UTC), *EDGES[-4:], *EDGES[-2:]]
COUNTRIES = ["DE", "DE", "FR", "US", "US", "US", "GB"]
CATEGORIES = ["profile", "post", "message", "draft"]
BIRTHS = [date(1990, 7, 1), date(1985, 7, 1), date(2000, 2, 29), date(1980, 1, 1)]
YOUNG = [date(2008, 2, 29), date(2007, 11, 3), date(2008, 3, 1), date(2008, 3, 2), date(2030, 1, 1)]
IDS = ["007", "7", "a b", "ÅÄÖ", "İ", "日本", "x'y", 'q"z', "\u202eabc", "e\u0301", "\u00e9"]
BOTH = frozenset({"generative-ai", "other-ai"})
COVERS = [None, BOTH, BOTH, frozenset({"generative-ai"}), frozenset({"other-ai"}), frozenset[str]()]
"""What a setting may have governed when an act was recorded."""
REACHES = ["collection", "training", "models"]
FREES = ["everything", "new-content", "new-content"]
STRANGERS = ["somebody-1", "somebody-2"]
"""Subjects without an account."""


@dataclass(frozen=True)
class World:
    """A pack, a moment, a register and a corpus."""

    rules: Rules
    moment: Moment
    register: Register
    items: list[Item]


class Chance:
    """A random generator with a noise."""

    def __init__(self, seed: int) -> None:
        """The same seed draws the same values."""
        self.rng = random.Random(seed)
        self.choice = self.rng.choice
        self.noise = self.choice([0.03, 0.03, 0.1, 0.4])

    def odd(self, times: float = 1) -> bool:
        """True as often as values are out of the ordinary, or `times` as often."""
        return self.rng.random() < self.noise * times

    def maybe(self, probability: float) -> bool:
        """True with this probability."""
        return self.rng.random() < probability


def world(seed: int, members: int, items: int) -> World:
    """A world of about so many members and exactly so many items; the same seed makes the same world."""
    chance = Chance(seed)
    rules = random_rules(chance)
    moment = Moment(chance.choice(AS_OF), replay=chance.maybe(0.5))
    has_seq = chance.maybe(0.6)
    told = has_seq and chance.maybe(0.6)
    names = [f"{chance.choice(IDS)}-{number}" for number in range(members)] + IDS
    people = {name: random_member(chance, has_seq=has_seq, told=told) for name in names if not chance.odd(0.3)}
    everyone = names + STRANGERS
    objections = {name: random_objections(chance) for name in everyone if chance.odd()}
    ids = [f"{chance.choice(IDS)}/{number}" for number in range(items)]
    withheld = {
        name: tuple(chance.choice([None, *EDGES]) for _ in range(chance.choice([1, 2])))
        for name in chance.rng.sample(ids, k=len(ids) // 50)
    }
    # an id may stand on several rows near each other
    rows = [random_item(chance, ids[chance.rng.randint(max(0, n - 3), n)], everyone) for n in range(items)]
    return World(rules, moment, register(people, objections, withheld, rows), rows)


def register(
    members: dict[str, Member],
    objections: dict[str, tuple[Objection, ...]],
    withheld: dict[str, tuple[datetime | None, ...]],
    items: list[Item],
) -> Register:
    """A register that also knows which of `items` carry the flag: an item id is withheld on every row that has it."""
    flagged = {item.item_id for item in items if item.withheld and item.item_id is not None}
    return Register(members, objections, withheld | {name: (*withheld.get(name, ()), None) for name in flagged})


def random_rules(chance: Chance) -> Rules:
    """A pack with two or three regimes and any choice of the other rules."""
    reaches = chance.choice(["collection", "collection", "training", "models"])
    regimes = [
        random_regime(chance, "europe", {"DE", "FR"}, EUROPE, reaches),
        random_regime(chance, "world", {"US"}, WORLD, reaches),
    ]
    if chance.maybe(0.5):
        regimes.append(random_regime(chance, "uk", {"GB"}, chance.choice(EDGES), reaches))
    return Rules(
        pack_id="random@1",
        pack_digest="none",
        purpose="generative-ai",
        recipient="linkedin",
        category_use={
            "profile": "in",
            "post": random_use(chance),
            "message": chance.choice(["out", "not-established"]),
        },
        visibility_use={(name, shown): random_use(chance) for name in CATEGORIES[:3] for shown in VISIBILITIES},
        minimum_years=chance.choice([None, 18]),
        unknown_age_in=chance.maybe(0.5),
        leaves_ai_out=chance.maybe(0.4),
        unknown_ai_in=chance.maybe(0.6),
        reaches=reaches,
        frees=chance.choice(["everything", "new-content"]),
        settings=frozenset({"train", "train-old"}),
        known_settings=frozenset({"train", "train-old", "ads"}),
        regimes=tuple(regimes),
        by_country={country: regime for regime in regimes for country in regime.countries},
    )


def random_use(chance: Chance) -> str:
    """Mostly `in`."""
    return chance.choice(["out", "not-established"]) if chance.odd() else "in"


def random_regime(chance: Chance, name: str, countries: set[str], effective: datetime, reaches: str) -> RegimeRules:
    """A regime with any choice of default, notices and conditions for the recipient."""
    limited = reaches != "collection" and chance.odd()
    return RegimeRules(
        name=name,
        countries=frozenset(countries),
        default_on=chance.maybe(0.8),
        effective=effective,
        permitted=not chance.odd(),
        recipient_effective=chance.choice(EDGES) if chance.maybe(0.3) else effective,
        recipient_notice=random_notice(chance) if chance.maybe(0.15) else None,
        recipient_categories=frozenset({"post"}) if limited else None,
        notice=random_notice(chance) if chance.maybe(0.3) else None,
    )


def random_notice(chance: Chance) -> Notice:
    """One of two notices, with or without a version."""
    return Notice(
        chance.choice(["n1", "n2"]), timedelta(days=chance.choice([0, 1, 30])), chance.choice([None, None, "2"])
    )


def random_member(chance: Chance, *, has_seq: bool, told: bool) -> Member:
    """A member with one to four residences, and acts, notices and birth dates."""
    homes = tuple(random_residence(chance) for _ in range(chance.choice([1, 1, 1, 1, 2, 2, 3, 4])))
    if len(homes) == 1 and chance.maybe(0.6):
        homes = (Residence(homes[0].country),)
    known = [] if chance.odd() else [chance.choice(YOUNG if chance.odd() else BIRTHS) for _ in homes[:2]]
    return Member(homes, tuple(known), random_acts(chance, has_seq=has_seq, told=told), random_deliveries(chance))


def random_residence(chance: Chance) -> Residence:
    """A country that a regime may cover or not, from any instant on."""
    country = chance.choice(["CN", None]) if chance.odd() else chance.choice(COUNTRIES)
    since = chance.choice(EDGES if chance.odd() else [None, *PAST])
    return Residence(country, since, chance.choice(EDGES) if chance.maybe(0.2) else None)


def random_deliveries(chance: Chance) -> tuple[NoticeDelivery, ...]:
    """None to three deliveries."""
    return tuple(
        NoticeDelivery(
            chance.choice(["n1", "n1", "n2", "n2", "n3"]),
            chance.choice(EDGES if chance.odd() else PAST),
            chance.choice([None, "1", "2", "2"]),
            chance.choice(EDGES) if chance.maybe(0.2) else None,
        )
        for _ in range(chance.choice([0, 1, 2, 2, 3]))
    )


def _random_unused(chance: Chance) -> frozenset[tuple[str, str, datetime]]:
    """For one or two recipients, since when nothing had been collected; at times since ever."""
    whom = {(chance.choice(PURPOSES), chance.choice(["linkedin", "microsoft"])) for _ in range(2)}
    return frozenset((*one, chance.choice([FIRST, *EDGES])) for one in whom)


def random_acts(chance: Chance, *, has_seq: bool, told: bool) -> tuple[Act, ...]:
    """None to five acts; with `seq` their order is free of their dates. Told: many say what they covered."""
    count = chance.choice([0, 0, 0, 1, 1, 2, 3, 5])
    order = chance.rng.sample(range(1, 100), count)
    return tuple(
        Act(
            setting=chance.choice(["train", "train", "train-old", "ads"]),
            on=chance.maybe(0.45),
            at=chance.choice(EDGES),
            seq=seq if has_seq else None,
            recorded_at=chance.choice(EDGES) if chance.maybe(0.25) else None,
            actor=chance.choice(["member", "member", "member", "import", "import", "platform"]),
            covers=chance.choice(COVERS) if told else None,
            reaches=chance.choice([None, *REACHES]) if told else None,
            frees=chance.choice([None, *FREES]) if told else None,
            unused_since=_random_unused(chance) if told and chance.maybe(0.2) else frozenset(),
        )
        for seq in order
    )


def random_objections(chance: Chance) -> tuple[Objection, ...]:
    """One or two objections in any state."""
    return tuple(
        Objection(
            purpose=chance.choice([None, "generative-ai", "other-ai", "anything"]),
            received_at=chance.choice(EDGES),
            status=chance.choice([None, "open", "upheld", "rejected", "withdrawn"]),
            resolved_at=chance.choice([None, *EDGES]),
        )
        for _ in range(chance.choice([1, 1, 2]))
    )


def random_item(chance: Chance, item_id: str, people: list[str]) -> Item:
    """An item in which each value may be missing or at an edge."""
    subjects = chance.choice([(), tuple(chance.choice(people) for _ in range(chance.choice([1, 2, 3])))])
    named = chance.choice([(), tuple(chance.choice(people) for _ in range(chance.choice([1, 1, 2])))])
    lost = chance.rng.randrange(4) if chance.odd(0.3) else None
    return Item(
        item_id=item_id if lost != 0 else None,
        member_id=chance.choice(people) if lost != 1 else None,
        category=None if lost == 2 else chance.choice(CATEGORIES if chance.odd() else CATEGORIES[:2]),
        visibility=chance.choice([*VISIBILITIES, "friends", None]) if chance.odd() else "public",
        created_at=None if lost == 3 else chance.choice(EDGES if chance.odd() else PAST[:-1]),
        changed_at=chance.choice(EDGES if chance.odd() else PAST) if chance.maybe(0.15) else None,
        public_since=chance.choice(EDGES if chance.odd() else PAST) if chance.maybe(0.15) else None,
        withheld=chance.choice([True, None]) if chance.odd() else False,
        subjects=subjects if chance.maybe(0.3) else None,
        named=named if chance.maybe(0.15) else None,
        ai_written=chance.choice([None, True]) if chance.maybe(0.2) else False,
        unreadable=chance.odd(0.1),
    )

"""Worlds in which the modes of the tests meet each other: every one alone, in pairs, and three at a time."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.kernel.decision import Reason
from byleave.kernel.vocabulary import GENERATIVE_AI, VISIBILITIES
from byleave.policy.facts import Item, Member, Moment, Objection, Residence
from byleave.policy.rules import RegimeRules, Rules
from tests.properties.generate import World, register
from tests.properties.modes import (
    BASE,
    CELLS,
    HERE,
    MODES,
    NOBODY,
    OBJECTOR,
    OWNER,
    RECONCILED,
    STRANGER,
    E,
    Mode,
    P,
    T,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REGIME_FIELDS = ("effective", "default_on", "notice", "permitted", "recipient_effective", "recipient_notice",
                 "recipient_categories")  # fmt: skip
OWNER_FIELDS = ("registered", "homes", "births", "acts", "notice_given", "recipient_notice_given", "objections")
ITEM_FIELDS = (
    "category",
    "visibility",
    "created_at",
    "changed_at",
    "public_since",
    "withheld",
    "ai_written",
    "unreadable",
)
CATEGORY_USE = {"post": "in", "profile": "in", "message": "out", "poll": "not-established"}
VISIBILITY_USE = {"public": "in", "connections": "in", "group": "not-established", "private": "out"}


class Variant(NamedTuple):
    """The cell of the preference table, the kind of moment, and how the pack takes unknown ages and authors."""

    reaches: str
    frees: str
    replay: bool
    lax: bool = False

    def expects(self, mode: Mode) -> Reason:
        """The reason for an item in this mode alone, as the mode states it by hand."""
        signs = (mode.lax if self.lax else "") or (mode.replay if self.replay else "") or mode.fails
        cell = f"{'training' if self.reaches == 'models' else self.reaches}/{self.frees}"
        return mode.rule if signs[CELLS.index(cell)] == "x" else Reason.ELIGIBLE


class Corpus(NamedTuple):
    """A world, and the modes that each of its first rows is in."""

    world: World
    modes: list[tuple[Mode, ...]]


PAIR = 2
TELLING = 3
"""So many modes of a test, and twice as many of the preference rule, meet those of two others in every run."""


def meetings(most: int, *, deep: bool) -> list[tuple[Mode, ...]]:
    """No mode, each mode, and those of up to `most` tests together; two that set one value differently cannot meet."""
    found: list[tuple[Mode, ...]] = []
    rules = list(dict.fromkeys(mode.rule for mode in MODES))
    for size in range(most + 1):
        ways = {rule: [mode for mode in MODES if mode.rule is rule] for rule in rules}
        if size > PAIR and not deep:
            ways = {rule: modes[: TELLING * (1 + (rule is Reason.OPTED_OUT))] for rule, modes in ways.items()}
        for chosen in combinations(rules, size):
            found.extend(way for way in product(*(ways[rule] for rule in chosen)) if _compatible(way))
    return found


def _compatible(modes: tuple[Mode, ...]) -> bool:
    names = [name for mode in modes for name in mode.sets]
    return len(names) == len(set(names))


def corpus(variant: Variant, most: int, *, deep: bool = False) -> Corpus:
    """The world in which each item is in one meeting of modes."""
    modes = meetings(most, deep=deep)
    return Corpus(_Builder(variant).world([BASE | _sets(way) for way in modes]), modes)


def _sets(modes: Iterable[Mode]) -> dict[str, Any]:
    return {name: value for mode in modes for name, value in mode.sets.items()}


class _Builder:
    """Makes one owner for each way an owner may be, and one country for each regime."""

    def __init__(self, variant: Variant) -> None:
        self._variant = variant
        self._countries: dict[tuple[Any, ...], str] = {}
        self._owners: dict[tuple[Any, ...], str] = {}
        self._members = {OBJECTOR: Member((Residence(None),)), NOBODY: Member((Residence(None),))}
        self._objections: dict[str, tuple[Objection, ...]] = {
            OBJECTOR: (Objection(None, P),),
            STRANGER: (Objection(None, P),),
            RECONCILED: (Objection(None, P, "withdrawn", E),),
        }

    def world(self, cases: list[dict[str, Any]]) -> World:
        items = [self._item(number, case) for number, case in enumerate(cases)]
        withheld = {f"i{number}": case["withheld_at"] for number, case in enumerate(cases) if case["withheld_at"]}
        twins = [Item(f"i{number}", None, None, None, None, withheld=True) for number in _twins(cases)]
        everything = items + twins
        known = register(self._members, self._objections, withheld, everything)
        return World(self._rules(), Moment(T, self._variant.replay), known, everything)

    def _item(self, number: int, case: dict[str, Any]) -> Item:
        owner = self._owner(case)
        subjects, named = (
            None if case[name] is None else tuple(owner if one == OWNER else one for one in case[name])
            for name in ("subjects", "named")
        )
        values = {name: case[name] for name in ITEM_FIELDS}
        ids = (f"i{number}" if case["item_id"] else None, owner if case["member_id"] else None)
        return Item(*ids, subjects=subjects, named=named, **values)

    def _owner(self, case: dict[str, Any]) -> str:
        country = self._countries.setdefault(tuple(case[name] for name in REGIME_FIELDS), f"c{len(self._countries)}")
        known = (country, *(case[name] for name in OWNER_FIELDS))
        if known not in self._owners:
            owner = self._owners[known] = f"m{len(self._owners)}"
            homes = tuple(
                Residence(country if home.country == HERE else home.country, home.since, home.recorded_at)
                for home in case["homes"]
            )
            if case["registered"]:
                notices = case["notice_given"] + case["recipient_notice_given"]
                self._members[owner] = Member(homes, case["births"], case["acts"], notices)
            if case["objections"]:
                self._objections[owner] = case["objections"]
        return self._owners[known]

    def _rules(self) -> Rules:
        regimes = tuple(_regime(country, values) for values, country in self._countries.items())
        lax = self._variant.lax
        return Rules(
            pack_id="exhaustive@1",
            pack_digest="none",
            purpose=GENERATIVE_AI,
            recipient="linkedin",
            category_use=CATEGORY_USE,
            visibility_use={(name, shown): VISIBILITY_USE[shown] for name in CATEGORY_USE for shown in VISIBILITIES},
            minimum_years=18,
            unknown_age_in=lax,
            leaves_ai_out=True,
            unknown_ai_in=lax,
            reaches=self._variant.reaches,
            frees=self._variant.frees,
            settings=frozenset({"train", "train-old"}),
            known_settings=frozenset({"train", "train-old", "ads"}),
            regimes=regimes,
            by_country={code: regime for regime in regimes for code in regime.countries},
        )


def _twins(cases: list[dict[str, Any]]) -> Iterator[int]:
    """The rows beside which another row carries the same id and the flag."""
    return (number for number, case in enumerate(cases) if case["twin_withheld"] and case["item_id"])


def _regime(country: str, values: tuple[Any, ...]) -> RegimeRules:
    named = dict(zip(REGIME_FIELDS, values, strict=True))
    categories = named.pop("recipient_categories")
    return RegimeRules(
        name=country,
        countries=frozenset({country}),
        recipient_categories=None if categories is None else frozenset(categories),
        **named,
    )

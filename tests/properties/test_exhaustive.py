"""Every test exhausted over its own values, and all tests against each other three at a time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from byleave.kernel.decision import Reason
from tests.properties.engines import Answer, by_definition, on_duckdb
from tests.properties.exhaustive import Corpus, Variant, corpus, meetings
from tests.properties.modes import BASE, MODES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.properties.modes import Mode

DEEP = bool(os.environ.get("BYLEAVE_DEEP"))
PAIRS, TRIPLES = 2, 3
VARIANTS = {
    Variant("collection", "everything", replay=False): TRIPLES,
    Variant("collection", "everything", replay=True): TRIPLES,
    Variant("collection", "new-content", replay=False): TRIPLES,
    Variant("collection", "new-content", replay=True): TRIPLES,
    Variant("training", "everything", replay=False): TRIPLES,
    Variant("training", "new-content", replay=True): TRIPLES,
    Variant("models", "everything", replay=True): TRIPLES,
    Variant("models", "new-content", replay=False): TRIPLES,
    Variant("collection", "everything", replay=True, lax=True): PAIRS,
    Variant("collection", "new-content", replay=False, lax=True): PAIRS,
    Variant("training", "everything", replay=True, lax=True): PAIRS,
    Variant("models", "new-content", replay=False, lax=True): PAIRS,
}


def _name(variant: Variant) -> str:
    flags = ["replay" if variant.replay else "present", *(["lax"] if variant.lax else [])]
    return "-".join([variant.reaches, variant.frees, *flags])


@pytest.mark.parametrize("variant", VARIANTS, ids=_name)
def test_every_meeting(variant: Variant, record_property: Callable[[str, object], None]) -> None:
    """Each mode alone gives the reason written down for it, the first failing test wins, and compiled = definition.

    One test, so that the corpus is decided once.
    """
    made = corpus(variant, VARIANTS[variant], deep=DEEP)
    defined, compiled = by_definition(made.world), on_duckdb(made.world)
    different = [row for row in defined.keys() | compiled.keys() if defined.get(row) != compiled.get(row)]
    record_property("compared", ("DuckDB", len(defined), len(different)))

    assert surprises(variant, made, defined) == []
    assert [(row, made.world.items[row], defined[row], compiled.get(row)) for row in different[:3]] == []


def surprises(variant: Variant, made: Corpus, defined: dict[int, Answer]) -> list[tuple[tuple[Mode, ...], str]]:
    """The modes and the reason given, where it is not the expected one: of the mode, or of the first of several.

    Modes that pass are not taken into account beside others: they may move the edge on which another one stands.
    """
    found, expecting = [], 0
    for row, modes in enumerate(made.modes):
        rules = [variant.expects(mode) for mode in modes]
        if len(modes) <= 1 or Reason.ELIGIBLE not in rules:
            expecting += 1
            reason = min(rules, key=lambda rule: rule.order, default=Reason.ELIGIBLE)
            found += [(modes, defined[row].reason)] * (defined[row].reason != reason)
    assert expecting > 1_000
    return found


def test_modes_are_complete() -> None:
    """Every test of the definition has a mode in which it fails and, save two, one in which it is near but passes."""
    rules = set(Reason) - {Reason.ELIGIBLE}
    variants = [one for one in VARIANTS if not one.lax]
    fails = {mode.rule for mode in MODES if any(one.expects(mode) is mode.rule for one in variants)}
    passes = {mode.rule for mode in MODES if any(one.expects(mode) is Reason.ELIGIBLE for one in VARIANTS)}

    assert fails == rules
    assert rules - passes == {
        Reason.INVALID_ITEM,
        Reason.UNKNOWN_CATEGORY,
        Reason.UNKNOWN_VISIBILITY,
        Reason.UNKNOWN_MEMBER,
    }
    assert [
        mode for mode in MODES if any(BASE[name] == value for name, value in mode.sets.items()) and len(mode.sets) == 1
    ] == []


def test_every_three_tests_meet() -> None:
    """No two modes of different tests are kept apart, unless both set the same value of the item or its owner."""
    rules = {mode.rule for mode in MODES}
    met = {frozenset(mode.rule for mode in modes) for modes in meetings(TRIPLES, deep=False)}
    apart = {
        frozenset({Reason.UNKNOWN_CATEGORY, Reason.EXCLUDED_CATEGORY}),
        frozenset({Reason.UNKNOWN_VISIBILITY, Reason.NOT_PUBLIC}),
    }
    for first in rules:
        for second in rules - {first}:
            for third in rules - {first, second}:
                three = frozenset({first, second, third})
                assert three in met or any(pair <= three for pair in apart), three

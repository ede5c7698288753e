"""The checker of histories sees each fault that it is there for, and nothing where there is none."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.machine.history import BUILD, READ, WRITE, Call, Held, faults

if TYPE_CHECKING:
    from collections.abc import Callable

MEMBERS = tuple(f"m{number}" for number in range(20))
CALLS = 3_000


def honest(seed: int, count: int = CALLS) -> tuple[list[Call], dict[int, Held]]:
    """What happens around a ledger that keeps its promises: calls overlap, and some answers are lost."""
    chance, ledger, chosen, calls = random.Random(seed), dict[int, Held](), dict[str, str](), list[Call]()

    def used() -> set[str]:
        return {name for name in MEMBERS if chosen.get(name) != "off"}

    def build(begun: int, ended: int, number: int) -> Call:
        names, head = tuple(sorted(used())), len(ledger)
        return Call(BUILD, begun, ended, "", None, head, head, number, number, names)

    for number in range(count):
        middle = number * 1_000
        begun, ended = middle - chance.randrange(1, 5_000), middle + chance.randrange(1, 5_000)
        name, what = chance.choice(MEMBERS), chance.choice([WRITE, WRITE, READ, READ, BUILD])
        if what == WRITE:
            value, lost = chance.choice(["on", "off"]), chance.random() < 0.05
            if not lost or chance.random() < 0.5:
                ledger[len(ledger) + 1] = Held(name, value, number)
                chosen[name] = value
            calls.append(Call(WRITE, begun, None if lost else ended, name, value, 0 if lost else len(ledger)))
        elif what == READ:
            calls.append(Call(READ, begun, ended, name, chosen.get(name), len(ledger)))
        else:
            calls.append(build(begun, ended, number))
    chance.shuffle(calls)
    return calls, ledger


def test_nothing_is_found_where_every_promise_was_kept() -> None:
    """Overlapping calls and lost answers are explained by one order."""
    for seed in range(5):
        calls, ledger = honest(seed)

        assert faults(calls, ledger, MEMBERS) == []


def _lost(calls: list[Call], ledger: dict[int, Held]) -> None:
    """An acknowledged act is gone; those behind it move up."""
    gone = next(one.seq for one in calls if one.what == WRITE and one.ended)
    for seq in range(gone, len(ledger)):
        ledger[seq] = ledger[seq + 1]
    ledger.popitem()


def _missed(calls: list[Call], _: dict[int, Held]) -> None:
    """A build uses somebody who is off."""
    place, one = next((n, one) for n, one in enumerate(calls) if one.what == BUILD and len(one.used) < len(MEMBERS))
    calls[place] = replace(one, used=MEMBERS)


def _left_out(calls: list[Call], _: dict[int, Held]) -> None:
    """A build leaves out everybody, also who is on."""
    place, one = next((n, one) for n, one in enumerate(calls) if one.what == BUILD and one.used)
    calls[place] = replace(one, used=())


def _stale(calls: list[Call], ledger: dict[int, Held]) -> None:
    """A read is true, but of a state from before somebody was answered."""
    begun = max(one.begun for one in calls)
    calls.append(Call(READ, begun + 10_000, begun + 10_001, MEMBERS[0], None, 0))
    assert ledger


def _stale_build(calls: list[Call], _: dict[int, Held]) -> None:
    """A build has read the ledger as it was long before it began."""
    begun = max(one.begun for one in calls)
    calls.append(Call(BUILD, begun + 10_000, begun + 10_001, used=MEMBERS))


def _untrue(calls: list[Call], _: dict[int, Held]) -> None:
    """A read tells another value than the ledger has there."""
    place, one = next((n, one) for n, one in enumerate(calls) if one.what == READ and one.value == "off")
    calls[place] = replace(one, value="on")


def _backwards(calls: list[Call], _: dict[int, Held]) -> None:
    """Who was answered first has the greater number."""
    place, one = next((n, one) for n, one in enumerate(calls) if one.what == WRITE and one.ended and one.seq > 50)
    calls[place] = replace(one, begun=-99_000, ended=-98_000)


def _invented(_: list[Call], ledger: dict[int, Held]) -> None:
    """The ledger holds an act that nobody asked for."""
    ledger[len(ledger) + 1] = Held("m0", "on", 0)
    ledger[len(ledger) + 1] = Held("m0", "on", 0)
    for _turn in range(CALLS):
        ledger[len(ledger) + 1] = Held("m0", "on", 0)


def _gap(_: list[Call], ledger: dict[int, Held]) -> None:
    """A number is missing."""
    ledger[len(ledger) + 5] = Held("m0", "registered", 0)


def _twice(calls: list[Call], _: dict[int, Held]) -> None:
    """Two acts have one number."""
    calls.append(next(one for one in calls if one.what == WRITE and one.ended))


PLANTS = (_lost, _missed, _left_out, _stale, _stale_build, _untrue, _backwards, _invented, _gap, _twice)


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_fault_is_found(plant: Callable[[list[Call], dict[int, Held]], None]) -> None:
    """Each fault alone is found (M10)."""
    calls, ledger = honest(3)
    plant(calls, ledger)

    assert faults(calls, ledger, MEMBERS) != []

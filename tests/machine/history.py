"""What many processes did at once, and whether one order explains it all. In linear time, after sorting.

Every call is noted with the instants before and after it (one monotonic clock for the machine) and what came back. A
call whose answer never came may have happened or not. The ledger's own order is taken as the explanation, and checked:

1. It holds every acknowledged act at its number, no number is missing, and what else it holds was asked for by somebody
   whose answer never came, once.
2. Real time: who was answered before another asked has the smaller number.
3. A read says what the ledger holds up to its head, and its head is not behind any act that was acknowledged, nor any
   head that was read, before it began.
4. A build uses exactly those who are on at (T, W) and still at (T', W'); W is not behind what was acknowledged before
   it began. An *off* counts whatever its instant; an *on* that was recorded after T does not count yet.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

WRITE, READ, BUILD = "write", "read", "build"


@dataclass(frozen=True, slots=True)
class Call:
    """One call."""

    what: str
    begun: int
    """Nanoseconds of the monotonic clock before it was made."""
    ended: int | None
    """After its answer; None where no answer came."""
    member: str = ""
    """Of a write or a read."""
    value: str | None = None
    """What was written or read: `on`, `off`; None where nothing was ever chosen."""
    seq: int = 0
    """A write's number, a read's head, a build's W."""
    later: int = 0
    """A build's W'."""
    as_of: int = 0
    """A build's T, in microseconds since 1970."""
    later_as_of: int = 0
    """A build's T'."""
    used: tuple[str, ...] = ()
    """The members whom a build uses."""

    def line(self) -> str:
        """As a line of a log."""
        return json.dumps(asdict(self)) + "\n"


def read_log(path: Path) -> Iterator[Call]:
    """The calls of a log; a last line that is cut off, by a process that was killed, was no call that anybody saw."""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            told = json.loads(line)
            yield Call(**{**told, "used": tuple(told["used"])})


class Held(NamedTuple):
    """What the ledger holds at a number."""

    member: str
    value: str
    recorded_at: int
    """Microseconds since 1970."""


def faults(calls: Iterable[Call], ledger: Mapping[int, Held], members: Iterable[str]) -> list[str]:
    """Everything that one order does not explain; nothing, if the ledger kept its promises.

    Args:
        calls: in any order.
        ledger: number → what it holds there; other entries, such as registrations, with other values than on and off.
        members: everybody.
    """
    told = list(calls)
    return [
        *_acknowledged(told, ledger),
        *_real_time(told),
        *_values([one for one in told if one.ended is not None], ledger, sorted(members)),
    ]


def _acknowledged(calls: Sequence[Call], ledger: Mapping[int, Held]) -> Iterator[str]:
    if sorted(ledger) != list(range(1, len(ledger) + 1)):
        yield "the ledger's numbers have a gap"
    taken = set()
    unknown: dict[tuple[str, str], int] = defaultdict(int)
    for one in calls:
        if one.what != WRITE:
            continue
        if one.ended is None:
            unknown[one.member, one.value or ""] += 1
            continue
        if one.seq in taken:
            yield f"two acts were acknowledged as {one.seq}"
        taken.add(one.seq)
        held = ledger.get(one.seq)
        if held is None or held[:2] != (one.member, one.value):
            yield f"{one.member}'s `{one.value}` was acknowledged as {one.seq}, which holds {held}"
    for seq, held in ledger.items():
        if seq not in taken and held.value in ("on", "off"):
            unknown[held[:2]] -= 1
            if unknown[held[:2]] < 0:
                yield f"nobody asked for entry {seq}: {held}"


def _real_time(calls: Iterable[Call]) -> Iterator[str]:
    """Sweep over the instants: whatever ended is a floor for what begins later."""
    instants: list[tuple[int, int, int, Call]] = []
    for number, one in enumerate(calls):
        if one.ended is not None:
            # at one and the same instant nothing has ended before something began
            instants += [(one.begun, 0, number, one), (one.ended, 1, number, one)]
    instants.sort(key=lambda instant: instant[:3])
    written = seen = 0
    floors: dict[int, tuple[int, int]] = {}
    for _, end, number, one in instants:
        if not end:
            floors[number] = written, seen
            continue
        floor, read = floors.pop(number)
        if one.what == WRITE:
            if one.seq <= max(floor, read):
                yield f"an act that began after {max(floor, read)} was there has the number {one.seq}"
            written = max(written, one.seq)
        elif one.seq < max(floor, read):
            yield f"a {one.what} has seen {one.seq}, although {max(floor, read)} was there before it began"
        if one.what == READ:
            seen = max(seen, one.seq)


def _values(calls: Iterable[Call], ledger: Mapping[int, Held], members: Sequence[str]) -> Iterator[str]:
    """Follow the ledger from its first entry on, and compare at each number what was seen there."""
    at: dict[int, list[tuple[Call, int]]] = defaultdict(list)
    for one in calls:
        if one.what == READ:
            at[one.seq].append((one, 0))
        elif one.what == BUILD:
            at[one.seq].append((one, 0))
            at[one.later].append((one, 1))
            if one.later < one.seq:
                yield f"a build has read {one.later} after {one.seq}"
    chosen: dict[str, str] = {}
    acts: dict[str, list[Held]] = defaultdict(list)
    eligible: dict[int, set[str]] = {}
    for seq in range(max([*ledger, *at, 0]) + 1):
        held = ledger.get(seq)
        if held and held.value in ("on", "off"):
            chosen[held.member] = held.value
            # nothing before an act that counts at every later T matters
            acts[held.member] = [held] if held.value == "off" else [*acts[held.member], held]
        for one, turn in sorted(at.get(seq, ()), key=lambda pair: pair[1]):
            if one.what == READ:
                if chosen.get(one.member) != one.value:
                    yield f"{one.member} was read as `{one.value}` at {seq}, and is `{chosen.get(one.member)}` there"
                continue
            as_of = one.later_as_of if turn else one.as_of
            on = {name for name in members if _is_on(acts[name], as_of)}
            if turn == 0:
                eligible[id(one)] = on
            elif set(one.used) != (expected := eligible.pop(id(one), set()) & on):
                wrong = sorted(set(one.used) ^ expected)
                yield f"the build at {one.seq} and {one.later} differs from the ledger in {', '.join(wrong[:5])}"


def _is_on(acts: Sequence[Held], as_of: int) -> bool:
    """Whether the last act that counts is not an *off*."""
    last = next((one for one in reversed(acts) if one.value == "off" or one.recorded_at <= as_of), None)
    return last is None or last.value == "on"

"""How alike the texts of a corpus are, period by period: who wrote them, how many words they draw on, and near-copies.

Words in use are counted as a moving share of different words (MATTR, Covington and McFall 2010), which does not depend
on how many texts there are. Near-copies are found by signatures of a few numbers (MinHash, Broder 1997), so that no
text is held: two texts share a band with 93 % if they share four fifths of their triples of words, and with 28 % at
a half.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

WINDOW = 50
"""Words of which the different ones are counted."""
SHINGLE, BANDS, ROWS = 3, 5, 4
"""Words in a row that are compared; a signature has so many bands of so many numbers."""
_PRIME = (1 << 61) - 1
_WORD = re.compile(r"\w+")


def _number(*parts: object) -> int:
    return int.from_bytes(hashlib.blake2b(" ".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


_MIXES = tuple((_number("times", row) % _PRIME or 1, _number("plus", row) % _PRIME) for row in range(BANDS * ROWS))


@dataclass(frozen=True, slots=True)
class Text:
    """One item's text."""

    period: str
    text: str
    ai_written: bool | None
    """None: not known."""


@dataclass(frozen=True, slots=True)
class Period:
    """What was found of one period."""

    period: str
    items: int
    ai_written: int
    unknown: int
    """Of which nobody knows who wrote them."""
    different: float | None
    """Share of different words among `WINDOW` in a row, on average; None for fewer words than that."""
    near_copies: int
    """Items that are almost like an earlier one."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine; shares as fractions of one."""
        return {
            "period": self.period,
            "items": self.items,
            "ai_written": self.ai_written,
            "unknown": self.unknown,
            "ai_share": self.ai_written / self.items,
            "different_words": self.different,
            "near_copies": self.near_copies,
            "near_copy_share": self.near_copies / self.items,
        }


@dataclass(slots=True)
class Measuring:
    """Measures one corpus; texts come in the order of time. Held is about 0.4 kB for each text, and no text."""

    _seen: set[int] = field(default_factory=set)
    _found: dict[str, Counter[str]] = field(default_factory=dict)
    _windows: dict[str, _Window] = field(default_factory=dict)

    def add(self, one: Text) -> None:
        """Measure one more text."""
        words = [word.casefold() for word in _WORD.findall(one.text)]
        counts = self._found.setdefault(one.period, Counter())
        counts["items"] += 1
        counts["ai"] += one.ai_written is True
        counts["unknown"] += one.ai_written is None
        window = self._windows.setdefault(one.period, _Window())
        for word in words:
            window.add(word)
        mine = bands(words)
        counts["copies"] += any(band in self._seen for band in mine)
        self._seen.update(mine)

    def periods(self) -> list[Period]:
        """What was found, by period."""
        return [
            Period(name, told["items"], told["ai"], told["unknown"], self._windows[name].share(), told["copies"])
            for name, told in sorted(self._found.items())
        ]


@dataclass(slots=True)
class _Window:
    """The last words of a period, and how many of them are different."""

    last: deque[str] = field(default_factory=deque)
    counts: Counter[str] = field(default_factory=Counter)
    total: int = 0
    windows: int = 0

    def add(self, word: str) -> None:
        """One more word."""
        self.last.append(word)
        self.counts[word] += 1
        if len(self.last) > WINDOW:
            gone = self.last.popleft()
            self.counts[gone] -= 1
            if not self.counts[gone]:
                del self.counts[gone]
        if len(self.last) == WINDOW:
            self.total += len(self.counts)
            self.windows += 1

    def share(self) -> float | None:
        """The mean share of different words; None before the first whole window."""
        return self.total / self.windows / WINDOW if self.windows else None


def bands(words: list[str]) -> list[int]:
    """The signature of a text: near-copies share one of these numbers; none for a text that is too short."""
    if len(words) < SHINGLE:
        return []
    triples = {_number(*words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)}
    least = [min((times * one + plus) % _PRIME for one in triples) for times, plus in _MIXES]
    return [_number(band, *least[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]

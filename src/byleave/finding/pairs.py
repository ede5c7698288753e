"""Pairs of neighbouring words, by hash: whether a text may hold one that is looked for, at the speed of memory.

A word's hash reads its first and last eight bytes and its length, a pair's those of two words. Words that differ only
between those bytes share a hash: whoever asks looks at the words again.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BITS, PAIR_BITS = 23, 25
"""Of an index into a filter: one bit each. That for words has 1 MiB, which stays in a processor's cache; that for
pairs 4 MiB, which is read for few of them and spares nearly all the search among those that are looked for."""
_FIRST, _LAST, _LENGTH = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_WHOLE = (1 << 64) - 1
_LONG = 8


def mixed(value: Any) -> Any:  # noqa: ANN401 - an array, or a number, of 64 bits
    """Spread the bits of a hash. Source: the finaliser of SplitMix64 (Steele, Lea, Flood, 2014)."""
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9
    value = value & _WHOLE if isinstance(value, int) else value
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB
    value = value & _WHOLE if isinstance(value, int) else value
    return value ^ (value >> 31)


def hash_word(word: str) -> int:
    """The hash of one word, as `hash_words` makes it of many."""
    plain = word.encode()
    first = int.from_bytes(plain[:_LONG], "little")
    last = int.from_bytes(plain[-_LONG:], "little")
    return int(mixed((first * _FIRST ^ last * _LAST ^ len(plain) * _LENGTH) & _WHOLE))


def hash_pair(one: int, other: int) -> int:
    """The hash of two neighbours."""
    return int(mixed((one * _FIRST + other) & _WHOLE))


class Pairs:
    """The pairs that are looked for, each with the number of who is looked for by it."""

    def __init__(self, pairs: Sequence[tuple[str, str]], owners: Sequence[int]) -> None:
        """Sort them by hash."""
        self.filters: tuple[Any, Any, Any] | None = None
        """For first words, for second ones, and for pairs."""
        if not pairs:
            return
        import numpy as np  # noqa: PLC0415 - only whoever looks for somebody by name needs it

        words = np.array([(hash_word(one), hash_word(other)) for one, other in pairs], dtype=np.uint64)
        hashes = mixed(words[:, 0] * np.uint64(_FIRST) + words[:, 1])
        order = np.argsort(hashes, kind="stable")
        self.hashes, self._owners = hashes[order], np.array(owners, dtype=np.int32)[order]
        self.filters = _filter(words[:, 0], BITS), _filter(words[:, 1], BITS), _filter(hashes, PAIR_BITS)

    def found_in(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Index of a word and the number of somebody, for each pair of a text that is looked for."""
        if self.filters is None or len(words) < 2:  # noqa: PLR2004 - a pair
            return
        import numpy as np  # noqa: PLC0415

        hashed = [hash_word(word) for word in words]
        wanted = np.array([hash_pair(*two) for two in pairwise(hashed)], dtype=np.uint64)
        left, right = (np.searchsorted(self.hashes, wanted, side) for side in ("left", "right"))
        for at in np.flatnonzero(right > left):
            for owner in self._owners[left[at] : right[at]]:
                yield int(at), int(owner)


def _filter(hashes: Any, bits: int) -> Any:  # noqa: ANN401 - arrays
    import numpy as np  # noqa: PLC0415

    there = np.zeros(1 << bits, dtype=bool)
    there[hashes >> np.uint64(64 - bits)] = True
    return np.packbits(there, bitorder="little")

"""The first step of a search: which texts of a batch may hold something. Whole arrays at once, no text for itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from byleave.finding.folding import PLAIN_BYTES, fold_character, unmixed
from byleave.finding.pairs import BITS, PAIR_BITS, mixed
from byleave.finding.shapes import BETWEEN, FEWEST_DIGITS, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from byleave.finding.pairs import Pairs

_GREEK, _CYRILLIC = 0xCD, 0xD4
"""First bytes in UTF-8 of U+0370 to U+052F."""
_SPACE, _LINE, _DOT, _AT = 32, 10, 46, 64
_SLASH = 47
_PADDING = b"\n" + b" " * 16
_FIRST, _LAST, _LENGTH = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_ROUNDS = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
_MASKS = np.array([(1 << (8 * length)) - 1 for length in range(8)] + [(1 << 64) - 1], dtype=np.uint64)


def _table() -> bytes:
    """Letters in lower case, digits and everything beyond ASCII as they are; every other sign becomes a space."""
    return bytes(
        number | 32 if 65 <= number <= 90  # noqa: PLR2004 - A to Z
        else number if number >= 128 or chr(number).isalnum() or number == _LINE  # noqa: PLR2004 - beyond ASCII
        else _SPACE
        for number in range(256)
    )  # fmt: skip


_WORDS = _table()
_PLAIN_LINES = PLAIN_BYTES[:_LINE] + b"\n" + PLAIN_BYTES[_LINE + 1 :]
_NO_LINES = str.maketrans("\n", " ")


class _Characters:
    """What each character becomes, in arrays by its number; filled with those that texts hold."""

    def __init__(self) -> None:
        numbers = sys.maxunicode + 1
        self.count = np.full(numbers, _UNSEEN, dtype=np.uint8)
        """How many characters it becomes."""
        self.only = np.zeros(numbers, dtype=np.uint32)
        """The one that it becomes, where it is one."""

    def counts(self, numbers: Any) -> Any:  # noqa: ANN401 - arrays of numbers
        """How many characters each becomes."""
        counts = self.count[numbers]
        if counts.max() == _UNSEEN:
            self._learn(numbers[counts == _UNSEEN])
            counts = self.count[numbers]
        return counts

    def _learn(self, numbers: Any) -> None:  # noqa: ANN401 - an array of numbers
        for number in np.unique(numbers).tolist():
            folded = chr(number) if number < 128 else fold_character(chr(number))  # noqa: PLR2004 - ASCII
            self.count[number] = len(folded)
            self.only[number] = ord(folded) if len(folded) == 1 else 0


_UNSEEN = 255
_characters: list[_Characters] = []


def _folded(text: str) -> str:
    """The same as `fold_runs`."""
    if not _characters:
        _characters.append(_Characters())
    table, numbers = _characters[0], _numbers(text)
    counts = table.counts(numbers)
    if counts.max() > 1:
        for number in np.unique(numbers[counts > 1]).tolist():
            text = text.replace(chr(number), fold_character(chr(number)))
        numbers = _numbers(text)
        counts = table.counts(numbers)
    folded = table.only[numbers]
    return str((folded if counts.min() else folded[counts > 0]).tobytes(), "utf-32-le")


def _numbers(text: str) -> Any:  # noqa: ANN401 - an array of numbers
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


class Batch:
    """Several texts as one row of bytes, folded, a line for each."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Fold them."""
        self._count = len(texts)
        whole = "\n".join(texts)
        if whole.count("\n") >= self._count:
            whole = "\n".join([one.replace("\n", " ") for one in texts])
        if not whole.isascii():
            whole = _folded(whole)
        self._bytes = whole.encode() + _PADDING
        self._raw = np.frombuffer(self._bytes, dtype=np.uint8)
        self._plain = np.frombuffer(self._bytes.translate(_WORDS), dtype=np.uint8)
        self._lines = np.flatnonzero(self._raw == _LINE)
        self._mixed = set() if whole.isascii() else set(self._texts_with(self._mixes()))

    def row(self, several: Sequence[int]) -> Row:
        """Some of the texts, folded as `fold` folds each."""
        starts = np.concatenate([[0], self._lines + 1])[several].tolist()
        ends = self._lines[several].tolist()
        parts = [self._bytes[start:end] for start, end in zip(starts, ends, strict=True)]
        text = BETWEEN.join(parts).translate(_PLAIN_LINES).decode()
        return Row(unmixed(text) if self._mixed else text)

    def _texts_at(self, places: Any) -> Any:  # noqa: ANN401 - arrays of numbers
        """The index of the text at each place."""
        return np.searchsorted(self._lines, places, "left")

    def _mixes(self) -> Any:  # noqa: ANN401 - an array of numbers
        """Places where a Latin letter stands beside one whose two bytes in UTF-8 are Greek or Cyrillic."""
        latin = (self._plain | np.uint8(32)) - np.uint8(97) < 26  # noqa: PLR2004 - from `a` to `z`
        other = (self._plain >= _GREEK) & (self._plain <= _CYRILLIC)
        after = latin[:-1] & other[1:]
        before = other[:-2] & latin[2:]
        return np.concatenate([np.flatnonzero(after), np.flatnonzero(before)])

    def with_shapes(self, kinds: Collection[str]) -> Iterator[tuple[frozenset[str], list[int]]]:
        """Kinds of shapes of those that are looked for, and the texts that may hold one of them."""
        for several, places in _SIGNS.items():
            wanted = several.intersection(kinds)
            texts = sorted({*places(self), *self._mixed}) if wanted else []
            if texts:
                yield wanted, texts

    def with_at(self) -> list[int]:
        """Texts with the sign of addresses and handles."""
        return self._texts_with(np.flatnonzero(self._raw == _AT))

    def with_digits(self) -> list[int]:
        """Texts with as many digits as a number has."""
        digits = np.flatnonzero((self._raw - np.uint8(48)) < 10)  # noqa: PLR2004 - ten digits, from `0` on
        counts = np.diff(np.searchsorted(digits, self._lines[: self._count]), prepend=0)
        return list(np.flatnonzero(counts >= FEWEST_DIGITS).tolist())

    def with_sign_inside(self, sign: int) -> list[int]:
        """Texts with a sign between letters or digits."""
        at = np.flatnonzero(self._raw == sign)
        return self._texts_with(at[(self._plain[at - 1] > _SPACE) & (self._plain[at + 1] > _SPACE)])

    def _texts_with(self, places: Any) -> list[int]:  # noqa: ANN401 - an array of numbers
        there = np.zeros(self._count + 1, dtype=bool)
        there[self._texts_at(places)] = True
        return list(np.flatnonzero(there).tolist())

    def with_pairs(self, pairs: Pairs) -> set[int]:
        """The texts that may hold a pair of words."""
        if pairs.filters is None:
            return set()
        plain = self._plain
        within = plain > _SPACE
        edges = np.flatnonzero(within[1:] != within[:-1]) + 1
        if within[0]:
            edges = np.concatenate([np.zeros(1, dtype=edges.dtype), edges])
        starts, lengths = edges[::2], edges[1::2] - edges[::2]
        hashes = self.hashes_at(starts, lengths)
        first, second, whole = pairs.filters
        may_begin = np.flatnonzero(_holds(first, hashes[:-1], BITS))
        may_begin = may_begin[_holds(second, hashes[may_begin + 1], BITS)]
        wanted = mixed(hashes[may_begin] * _FIRST + hashes[may_begin + 1])
        left = _holds(whole, wanted, PAIR_BITS)
        may_begin, wanted = may_begin[left], wanted[left]
        at = np.searchsorted(pairs.hashes, wanted)
        at[at == len(pairs.hashes)] = 0
        there = may_begin[pairs.hashes[at] == wanted]
        return set(self._texts_with(starts[there])) | self._mixed

    def hashes_at(self, starts: Any, lengths: Any) -> Any:  # noqa: ANN401 - arrays of numbers
        """The hash of each word, as `hash_word` makes it of one."""
        words = np.ndarray((len(self._plain) - 8,), dtype="<u8", buffer=self._plain.data, strides=(1,))
        first = words[starts]
        first &= _MASKS.take(lengths, mode="clip")
        last = first.copy()
        long = np.flatnonzero(lengths > 8)  # noqa: PLR2004 - bytes
        last[long] = words[starts[long] + lengths[long] - 8]
        # in place: these arrays are longer than what a processor keeps near
        first *= _FIRST
        last *= _LAST
        first ^= last
        np.multiply(lengths, _LENGTH, out=last, dtype=np.uint64, casting="unsafe")
        first ^= last
        return _mix(first, last)


def _mix(value: Any, spare: Any) -> Any:  # noqa: ANN401 - arrays
    """`pairs.mixed` in place."""
    for shift, factor in _ROUNDS:
        np.right_shift(value, shift, out=spare)
        value ^= spare
        value *= factor
    np.right_shift(value, np.uint64(31), out=spare)
    value ^= spare
    return value


def _holds(bits: Any, hashes: Any, width: int) -> Any:  # noqa: ANN401 - arrays
    at = hashes >> np.uint64(64 - width)
    return (bits[at >> np.uint64(3)] >> (at & np.uint64(7)).astype(np.uint8)) & np.uint8(1) != 0


_SIGNS: Mapping[frozenset[str], Callable[[Batch], list[int]]] = {
    frozenset({"email", "handle"}): Batch.with_at,
    frozenset({"phone", "phone-short"}): Batch.with_digits,
    frozenset({"url"}): lambda batch: batch.with_sign_inside(_SLASH),
    frozenset({"site"}): lambda batch: batch.with_sign_inside(_DOT),
}
"""Kinds of shapes → the texts that have the sign without which none of them is there."""

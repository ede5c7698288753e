"""Folding: texts that read alike become equal, character by character, so that places in a text stay known.

Case, diacritics, forms of width, look-alike signs of one letter and invisible signs are folded away (NFKD of Unicode
Standard Annex 15, then case folding). Letters of another script stay, except in a word that mixes scripts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

_LETTERS = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŀ": "l",
    # Arabic script as it is searched: one alef, one ya, one kaf, ta marbuta as ha
    "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه",
}  # fmt: skip
"""What NFKD leaves apart though people write one for the other."""
_TATWEEL = "\u0640"
_ALONE = dict(zip("аеорсухіјѕһԁԛԝгкмнтв" + "αορνικυεητχβγωρ", "aeopcyxijshdqwrkmhtb" + "aopvikuentxbywp", strict=False))
"""Look-alikes of Latin letters in Cyrillic and Greek; read so only in a word that also holds Latin letters.

Source: confusables.txt of Unicode Technical Standard 39, the single lower-case letters of the two scripts.
"""
_TO_LATIN = str.maketrans(_ALONE)
MIXED = re.compile("[a-z][\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f][a-z]")
"""A place where a Latin letter stands beside a Greek or Cyrillic one."""
_WORD = re.compile(r"[^\W_]+")
_OTHER = re.compile("[^\x00-\x7f]+")


@cache
def fold_character(character: str) -> str:
    """What one character becomes: its letters or digits in ASCII where they have a form there, a sign, or nothing."""
    plain = unicodedata.normalize("NFKD", character)
    folded = []
    for one in unicodedata.normalize("NFKD", plain.casefold()):
        kind = unicodedata.category(one)
        if kind in ("Mn", "Me", "Cf") or one == _TATWEEL:
            continue
        digit = unicodedata.decimal(one, None)
        if digit is not None:
            folded.append(str(digit))
        elif one.isascii():
            folded.append(" " if one < " " or one == "\x7f" else one)
        elif one.isalnum():
            folded.append(_LETTERS.get(one, one))
        else:
            folded.append("-" if kind == "Pd" else " ")
    return "".join(folded)


class _Runs(dict[str, str]):
    """What runs of characters outside ASCII become; each is folded once."""

    def __missing__(self, run: str) -> str:
        folded = "".join(map(fold_character, run))
        if len(self) < _MOST_RUNS:
            self[run] = folded
        return folded


_MOST_RUNS = 200_000
_runs = _Runs()
_CONTROLS = {
    **dict.fromkeys((*range(32), 127), " "),
    **{ord(one): one.lower() for one in map(chr, range(65, 91))},
}

PLAIN_BYTES = bytes(ord(_CONTROLS.get(number, chr(number))) for number in range(256))
"""What folding makes of each byte of UTF-8 in ASCII: small letters, and a space for what steers a machine."""


def fold(text: str) -> str:
    """A text folded; what is no letter or digit stays a sign or becomes a space.

    A word with Latin and Greek or Cyrillic letters is read as Latin.
    """
    if text.isascii():
        return text.encode().translate(PLAIN_BYTES).decode()
    # in UTF-8 no sign outside ASCII holds a byte of ASCII
    plain = text.encode("utf-8", "surrogatepass").translate(PLAIN_BYTES).decode("utf-8", "surrogatepass")
    return unmixed(fold_runs(plain))


def fold_runs(text: str) -> str:
    """Fold what is outside ASCII; the rest stays as it is."""
    return _OTHER.sub(lambda run: _runs[run[0]], text)


def unmixed(folded: str) -> str:
    """Read words of mixed scripts as Latin. Every character stays one."""
    if MIXED.search(folded) is None:
        return folded
    return _WORD.sub(lambda word: word[0].translate(_TO_LATIN) if MIXED.search(word[0]) else word[0], folded)


class Folded(NamedTuple):
    """A folded text that knows where each of its characters came from."""

    text: str
    places: list[int]
    """Index in the original of each character."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that a part of the folded text came from, `start < end`."""
        return self.places[start], self.places[end - 1] + 1


def fold_with_places(text: str) -> Folded:
    """The same as `fold`, with the places."""
    parts, places = [], []
    for index, character in enumerate(text):
        folded = fold_character(character)
        parts.append(folded)
        places.extend([index] * len(folded))
    return Folded(unmixed("".join(parts)), places)


def words(folded: str) -> list[tuple[str, int, int]]:
    """The words of a folded text with their places: runs of letters and digits."""
    return [(one[0], one.start(), one.end()) for one in _WORD.finditer(folded)]


def tokens(text: str) -> tuple[str, ...]:
    """The words of any text, folded."""
    return tuple(word for word, _, _ in words(fold(text)))

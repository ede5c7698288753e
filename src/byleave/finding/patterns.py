"""Names, postal addresses and quotes as rows of words, in the ways in which people write them."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from byleave.finding.folding import tokens


class Pattern(NamedTuple):
    """Words that follow each other."""

    words: tuple[str, ...]
    anchor: int
    """Index of the word that, with the next one, a search begins from."""
    shortened: bool = False
    """A given name is an initial: it counts only where the text writes both with capital letters."""


_WRITTEN_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "å": "aa", "Å": "Aa", "ø": "oe", "Ø": "Oe"}
)
_ARABIC = re.compile("[\u0620-\u064a]")
_JOINED = ("و", "ف", "ب", "ل", "ك")
"""Arabic particles (and, so, by, for, like) that are written as one word with the next one."""
_SERVANT = "عبد"
"""It is written apart from the name that follows it, or as one word."""
_INITIALS = re.compile("[a-z\u0370-\u03ff\u0400-\u052f]")
_CASES = (
    # ending of the word itself, and the endings that Russian has in its place, case by case: genitive, dative,
    # accusative, instrumental, prepositional
    ("ова", ("овои", "овои", "ову", "овои", "овои")),
    ("ева", ("евои", "евои", "еву", "евои", "евои")),
    ("ина", ("инои", "инои", "ину", "инои", "инои")),
    ("ая", ("ои", "ои", "ую", "ои", "ои")),
    ("скии", ("ского", "скому", "ского", "ским", "ском")),
    ("ия", ("ии", "ии", "ию", "иеи", "ии")),
    ("га", ("ги", "ге", "гу", "гои", "ге")),
    ("ка", ("ки", "ке", "ку", "кои", "ке")),
    ("ша", ("ши", "ше", "шу", "шеи", "ше")),
    ("а", ("ы", "е", "у", "ои", "е")),
    ("я", ("и", "е", "ю", "еи", "е")),
    ("ов", ("ова", "ову", "ова", "овым", "ове")),
    ("ев", ("ева", "еву", "ева", "евым", "еве")),
    ("ин", ("ина", "ину", "ина", "иным", "ине")),
    ("еи", ("ея", "ею", "ея", "еем", "ее")),
    ("ии", ("ия", "ию", "ия", "ием", "ии")),
    ("аи", ("ая", "аю", "ая", "аем", "ае")),
    ("ь", ("я", "ю", "я", "ем", "е")),
)
_PLAIN_CASES = ("а", "у", "а", "ом", "е")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_GREEK = re.compile("[\u0370-\u03ff]")
_VOWELS = "аеиоуыэюя"


def name_patterns(name: str) -> tuple[Pattern, ...]:
    """The ways in which a name is written: in either order, with initials, with another spelling or ending.

    Args:
        name: as the person wrote it, given names first or last.
    """
    found: dict[tuple[str, ...], bool] = {}
    for one in dict.fromkeys((tokens(name), tokens(unicodedata.normalize("NFC", name).translate(_WRITTEN_OUT)))):
        for full in (one, *_other_endings(one)):
            for row in _orders(full):
                found.setdefault(row, False)
        for row in _initials(one):
            found.setdefault(row, True)
    return tuple(Pattern(row, 0, short) for row, short in found.items())


def _orders(row: tuple[str, ...]) -> list[tuple[str, ...]]:
    first, last = row[0], row[-1]
    rows = [row, (last, *row[:-1]), (*row[1:], first), (first, last), (last, first)]
    if _SERVANT in row[:-1]:
        at = row.index(_SERVANT)
        joined = (*row[:at], row[at] + row[at + 1], *row[at + 2 :])
        rows += [joined] if len(joined) > 1 else []
    if _ARABIC.search(first):
        rows += [(particle + one[0], *one[1:]) for one in rows for particle in _JOINED]
    return rows


def _initials(row: tuple[str, ...]) -> list[tuple[str, ...]]:
    """With initials instead of given names, in scripts that have capital letters."""
    if not _INITIALS.match(row[0]) or len(row[-1]) < 2:  # noqa: PLR2004 - an initial is no family name
        return []
    short, last, middle = row[0][0], row[-1], row[1:-1]
    rows = [(short, last), (last, short), (short, *row[1:])]
    if middle:
        letters = tuple(one[0] for one in middle)
        rows += [(row[0], *letters, last), (short, *letters, last), (last, short, *letters), (short + letters[0], last)]
    return rows


def _other_endings(row: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The other cases of a Russian name, and of a Greek one in the masculine."""
    if all(_CYRILLIC.match(word) for word in row):
        several = [_russian(word) for word in row]
        return [tuple(word[case] for word in several) for case in range(len(_PLAIN_CASES))]
    if all(_GREEK.match(word) for word in row) and any(word.endswith("σ") for word in row):
        cut = tuple(word.removesuffix("σ") for word in row)
        genitive = tuple(re.sub("οσ$", "ου", word) if word.endswith("οσ") else word.removesuffix("σ") for word in row)
        accusative = tuple(re.sub("οσ$", "ο", word) for word in row)
        return [cut, genitive, tuple(re.sub("οσ$|ησ$|ασ$", lambda e: e[0][0], word) for word in accusative)]
    return []


def _russian(word: str) -> tuple[str, ...]:
    for ending, others in _CASES:
        if word.endswith(ending) and len(word) > len(ending):
            return tuple(word.removesuffix(ending) + other for other in others)
    return (word,) * len(_PLAIN_CASES) if word[-1] in _VOWELS else tuple(word + one for one in _PLAIN_CASES)


_STREETS = (
    ("strasse", "str"), ("straat", "str"), ("street", "st"), ("road", "rd"), ("avenue", "ave", "av"), ("lane", "ln"),
    ("drive", "dr"), ("boulevard", "blvd", "bd"), ("square", "sq"), ("place", "pl"), ("platz", "pl"), ("court", "ct"),
    ("rue", "r"), ("via", "v"), ("calle", "c"), ("улица", "ул"), ("проспект", "пр"), ("οδοσ", "οδ"), ("شارع", "ش"),
)  # fmt: skip
"""How words for a street are shortened."""


class Place(NamedTuple):
    """A postal address: the line with the street, and the words of the rest."""

    street: tuple[Pattern, ...]
    rest: frozenset[str]
    """Postcode and place; where a text has one of them too, the address is found with certainty."""


def address_patterns(address: str) -> Place:
    """The ways in which the line with the street is written; it is the first part that holds a number and a word."""
    parts = [part for part in re.split(r"[,;\n]", address) if tokens(part)]
    row = next((found for part in parts if _is_street(found := tokens(part))), tokens(address))
    rest = {word for part in parts for word in tokens(part)} - set(row)
    rows = dict.fromkeys((row, *_shortened(row)))
    return Place(tuple(Pattern(one, _anchor(one)) for one in rows if len(one) > 1), frozenset(rest))


def _is_street(row: tuple[str, ...]) -> bool:
    return any(word[0].isdigit() for word in row) and any(not word[0].isdigit() for word in row)


def _shortened(row: tuple[str, ...]) -> list[tuple[str, ...]]:
    rows = []
    for forms in _STREETS:
        for index, word in enumerate(row):
            ends = next((form for form in forms if word == form or (len(form) > 2 and word.endswith(form))), None)  # noqa: PLR2004
            if ends is None:
                continue
            stem = word.removesuffix(ends)
            rows += [(*row[:index], stem + form, *row[index + 1 :]) for form in forms]
            if stem:
                rows += [(*row[:index], stem, form, *row[index + 1 :]) for form in forms]
    return rows


def quote_pattern(quote: str) -> Pattern:
    """The words of a quote."""
    row = tokens(quote)
    return Pattern(row, _anchor(row))


def _anchor(row: tuple[str, ...]) -> int:
    """Where the longest two neighbours begin: fewest texts hold them."""
    return max(range(max(len(row) - 1, 1)), key=lambda at: len("".join(row[at : at + 2])))


def is_written_large(text: str, start: int, end: int) -> bool:
    """Whether every word in a part of a text begins with a capital letter, or is in a script without them."""
    words = re.findall(r"[^\W_]+", text[start:end])
    return all(word[0] == word[0].upper() for word in words)

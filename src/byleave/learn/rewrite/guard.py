"""What a rewrite must keep of a draft, checked in code: numbers, names, language, length, and nothing but text.

A model that writes may drop a name or invent a number. Whoever reads the rewrite sees no such: a rewrite that does not
keep the draft's facts is not shown. A name without a capital is a word like any other here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.learn.rewrite.fact_words import COMMON, NEGATIONS, NUMBERS, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHORTEST_PERCENT, LONGEST_PERCENT = 40, 160
"""Of the draft's words; below five words any length will do."""
FEWEST_WORDS = 5
MOST_NEW_PERCENT = 50
"""Of a sentence's words, the small ones aside: where more begin like no word of the draft, it is another text."""
IN_A_ROW, MOST_NEW_IN_A_ROW = 6, 4
"""The same of any so many words in a row, since what is put in need not be a sentence."""
_BEGINNING = 4
_MINUS = {"-", "\u2212", "\u2013"}
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<sign>[-+\u2212\u2013\u00b1])?(?:(?P<money>[$\u00a3\u00a5\u20ac])\s?)?(?P<inner>[-\u2212])?"
    r"(?P<number>\d+(?:[.,:]\d+)*)(?:[\s-]?(?P<unit>[%$\u00a3\u00a5\u20ac]|\u00b0?[^\W\d_]+))?|(?P<loose>\d+(?:[.,:]\d+)*)"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")
_I = re.compile(r"I(?:['\u2019]\w+)?")
"""Alone, or as in `I'm`: a capital that makes no name."""
_MARKUP = re.compile(r"<[^>]*>|```[^`]*```|```|\[[^\]]*\]\(|&#?\w+;")
"""A block of code counts with all that stands in it: what is typed into a computer is no draft to rewrite."""
_SENTENCE = re.compile(r"[.!?\n]+")
_ADDRESS = re.compile(
    r"\S+@[\w.-]*\w|@\w+|https?:|www\.|\b[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}\b(?:/[^\s,;)]*)?", re.IGNORECASE
)
"""Any `word.word` too, with what follows a slash: there are more than a thousand top-level domains."""
_ENDS = ".!?\n:\u2022"
_LANGUAGES = {
    "en": {"the", "and", "to", "of", "is", "with", "for", "that", "my", "we", "was", "have"},
    "de": {"der", "die", "das", "und", "ist", "mit", "f\u00fcr", "nicht", "ich", "wir", "ein", "eine"},
    "fr": {"le", "la", "les", "et", "est", "avec", "pour", "pas", "je", "nous", "une", "des"},
    "es": {"el", "los", "las", "y", "es", "con", "para", "que", "mi", "una", "por", "como"},
}
_SMALL = frozenset().union(*_LANGUAGES.values())


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a text may neither be lost nor invented."""

    numbers: frozenset[str]
    """With sign, currency and unit, such as `3 year`, `-2.5`, `5 \u20ac` or `10:30`; number words as digits."""
    names: frozenset[str]
    """Words with a capital inside a sentence, or all in capitals; in German these are all nouns."""
    openers: frozenset[str]
    """Words that begin a sentence and are none of the small words of a language: each may be a name."""
    negations: int = 0
    """How often something is denied."""


def facts(text: str) -> Facts:
    """The numbers and names of a text."""
    names, openers = set[str](), set[str]()
    for found in _WORD.finditer(text):
        word = found[0]
        if not word[0].isupper() or _I.fullmatch(word):
            continue
        before = text[: found.start()].rstrip(" \t\"'(\u201c\u201e\u00ab")
        begins = not before or before[-1] in _ENDS
        if not begins or (len(word) > 1 and word.isupper()):
            names.add(word)
        elif word.casefold() not in _SMALL:
            openers.add(word)
    words = [word.casefold() for word in _WORD.findall(text)]
    denied = sum(word in NEGATIONS for word in words)
    return Facts(frozenset(_numbers(text)), frozenset(names), frozenset(openers), denied)


def is_fact(word: str) -> bool:
    """Whether a word is a number or denies something, whatever it begins with."""
    return word.casefold() in NUMBERS or word.casefold() in NEGATIONS


def _stem(word: str) -> str:
    """A word without what follows an apostrophe, in small letters."""
    return re.split("['\u2019]", word)[0].casefold()


def _numbers(text: str) -> Iterator[str]:
    """The numbers of a text as they are compared. A comma before three digits is no fraction but in English alone."""
    grouped = language_of(text) in {None, "en"}
    for found in _NUMBER.finditer(text):
        number = found["number"] or found["loose"]
        if grouped and _THOUSANDS.fullmatch(number):
            number = number.replace(",", "")
        sign = "-" if (found["sign"] or found["inner"] or "") in _MINUS else found["sign"] or ""
        units = {UNITS.get(one.casefold()) for one in (found["money"], found["unit"]) if one} - {None}
        yield " ".join([f"{sign}{number}", *sorted(filter(None, units))])
    for found in re.finditer(r"[^\W\d_]+", text):
        number = NUMBERS.get(found[0].casefold())
        if number is not None:
            after = re.match(r"[\s-]?([^\W\d_]+)", text[found.end() :])
            unit = UNITS.get(after[1].casefold()) if after else None
            yield f"{number} {unit}" if unit else number


def problems(draft: str, rewrite: str) -> tuple[str, ...]:
    """Why a rewrite may not be shown, by code; none when it may.

    Codes: `empty`, `markup`, `number-lost`, `number-invented`, `name-lost`, `name-invented`, `negation-changed`,
    `address-invented`, `other-language`, `other-text`, `length`.
    """
    if not rewrite.strip():
        return ("empty",)
    mine, theirs = facts(draft), facts(rewrite)
    words = {word.casefold() for word in _WORD.findall(rewrite)}
    named = {word.casefold() for word in _WORD.findall(rewrite) if word[0].isupper()}
    drafted = {word.casefold() for word in _WORD.findall(draft)}
    told, count = len(_WORD.findall(rewrite)), len(_WORD.findall(draft))
    fits = count < FEWEST_WORDS or SHORTEST_PERCENT * count <= 100 * told <= LONGEST_PERCENT * count
    languages = {language_of(draft), language_of(rewrite)} - {None}
    found = {
        "markup": not set(_MARKUP.findall(rewrite)) <= set(_MARKUP.findall(draft)),
        "number-lost": not mine.numbers <= theirs.numbers,
        # also one of the draft's that stands there once more: it may be somebody else's by now
        "number-invented": bool(Counter(_numbers(rewrite)) - Counter(_numbers(draft))),
        "name-lost": any(one.casefold() not in (words if _may_be_small(one) else named) for one in mine.names)
        or any(one.casefold() not in words for one in mine.openers),
        "name-invented": any(name.casefold() not in drafted for name in theirs.names)
        or any(
            one.casefold() not in drafted and _stem(one) not in drafted | COMMON | NUMBERS.keys()
            for one in theirs.openers
        ),
        "negation-changed": mine.negations != theirs.negations,
        "address-invented": not set(_ADDRESS.findall(rewrite.casefold())) <= set(_ADDRESS.findall(draft.casefold())),
        "other-text": _is_another(drafted, rewrite),
        "other-language": len(languages) > 1,
        "length": not fits,
    }
    return tuple(code for code, holds in found.items() if holds)


def _may_be_small(name: str) -> bool:
    """Whether a name is one without its capital, too: all in capitals it may be a word that was shouted."""
    return len(name) > 1 and name.isupper()


def _is_another(draft: set[str], rewrite: str) -> bool:
    """Whether a sentence of a rewrite, or some words in a row, begin like none of the draft's."""
    known = {word[:_BEGINNING] for word in draft}

    def strange(text: str) -> list[bool]:
        words = map(str.casefold, _WORD.findall(text))
        return [word[:_BEGINNING] not in known for word in words if word not in _SMALL]

    sentences = [one for one in map(strange, _SENTENCE.split(rewrite)) if len(one) >= FEWEST_WORDS]
    every = strange(rewrite)
    rows = (every[start : start + IN_A_ROW] for start in range(len(every) - IN_A_ROW + 1))
    return any(100 * sum(one) > MOST_NEW_PERCENT * len(one) for one in sentences) or any(
        sum(row) > MOST_NEW_IN_A_ROW for row in rows
    )


def language_of(text: str) -> str | None:
    """The language of a text by its small words, of those that are known here; None where they do not tell."""
    words = [word.casefold() for word in _WORD.findall(text)]
    counted = sorted(((sum(word in small for word in words), name) for name, small in _LANGUAGES.items()), reverse=True)
    (most, name), (second, _) = counted[:2]
    return name if most > second + 1 else None


def keeps(draft: str, rewrite: str) -> bool:
    """Whether a rewrite may be shown."""
    return not problems(draft, rewrite)


def first_that_keeps(draft: str, attempts: Iterable[str]) -> str | None:
    """The first rewrite that may be shown; None where none may, and the draft stays as it is."""
    return next((one for one in attempts if keeps(draft, one)), None)

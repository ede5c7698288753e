"""A profile and a query as terms, and the features of a query and one profile.

A feature reads the query, this one profile and constants, and nothing of anybody else: otherwise taking a member out
would change the rows of all others, and the sums could not be made right by subtracting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from byleave.learn.talent.words import Words

    Tokenize = Callable[[str], list[str]]

SCALE = 4_096
"""Features are whole numbers from 0 to this."""
FEATURES = (
    *("one", "headline", "of-headline", "anywhere", "often", "pairs", "first-part", "parts", "worst-part"),
    *("stems-anywhere", "stems-parts", "stems-headline"),
)
"""Their names, in order; their meaning stands in docs/reference/models.md."""
STEM = 5
"""Letters by which words are taken to be related: `wool` and `woollen` are not, `grader` and `grading` are."""
_OFTEN, _LENGTH, _LEAST = 12, 40, 4
"""Of BM25 with k1 = 1.2, b = 0.75 and a profile of 40 terms as the usual one, in tenths. Source: as `term_weight`."""
_PARTS = re.compile(r"[,;\n]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a profile, or one part of a query."""

    terms: tuple[str, ...]
    distinct: frozenset[str]
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as terms; the first line is the headline."""

    lines: tuple[Line, ...]

    @property
    def distinct(self) -> frozenset[str]:
        """All terms, each once."""
        return frozenset().union(*[line.distinct for line in self.lines])

    def text(self) -> str:
        """The same as text: terms with blanks between, lines with breaks between."""
        return "\n".join(" ".join(line.terms) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Query:
    """What a hirer asks for: parts between commas, semicolons or line breaks, the job first."""

    parts: tuple[Line, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """All terms, each once, in the order in which they were written."""
        return tuple(dict.fromkeys(term for part in self.parts for term in part.terms))


def line_of(terms: Iterable[str]) -> Line:
    """A line of these terms."""
    several = tuple(terms)
    return Line(several, frozenset(several), frozenset([term[:STEM] for term in several]))


def _lines(texts: Iterable[str], tokenize: Tokenize) -> tuple[Line, ...]:
    found = (line_of(tokenize(text)) for text in texts)
    return tuple(line for line in found if line.terms)


def read_profile(text: str, tokenize: Tokenize) -> Profile:
    """The lines of a profile's text that hold a term."""
    return Profile(_lines(text.splitlines(), tokenize))


def read_query(text: str, tokenize: Tokenize) -> Query:
    """The parts of a query that hold a term."""
    return Query(_lines(_PARTS.split(text), tokenize))


def features(query: Query, profile: Profile, words: Words) -> tuple[int, ...]:
    """The features of a query and a profile, in the order of `FEATURES`, each from 0 to `SCALE`; whole numbers only."""
    if not query.parts or not profile.lines:
        return (SCALE, *(0 for _ in FEATURES[1:]))
    asked, headline = frozenset(query.terms), profile.lines[0]
    everything, weight = profile.distinct, words.all_of
    whole, first = weight(asked), query.parts[0]
    close = [_closest(part, profile, words) for part in query.parts]
    stems = frozenset().union(*[part.stems for part in query.parts])
    related = frozenset().union(*[line.stems for line in profile.lines])
    return (
        SCALE,
        _share(weight(asked & headline.distinct), whole),
        _share(weight(asked & headline.distinct), weight(headline.distinct)),
        _share(weight(asked & everything), whole),
        _often(asked & everything, profile, words, whole),
        _pairs(query, profile),
        close[0],
        sum(close) // len(close),
        min(close),
        _share(len(stems & related), len(stems)),
        sum(max(_alike(part.stems, line.stems) for line in profile.lines) for part in query.parts) // len(query.parts),
        _alike(first.stems, headline.stems),
    )


def _share(some: int, whole: int) -> int:
    return SCALE * some // whole if whole else 0


def _closest(part: Line, profile: Profile, words: Words) -> int:
    """How alike a part and the line most like it are: twice the weight of the words in both, of the weight of each.

    Source: Dice, Ecology 26 (1945), 297-302.
    """
    best, mine, asked = 0, words.all_of(part.distinct), part.distinct
    for line in profile.lines:
        both = asked & line.distinct
        if both:
            best = max(best, _share(2 * words.all_of(both), mine + words.all_of(line.distinct)))
    return best


def _alike(one: frozenset[str], other: frozenset[str]) -> int:
    return _share(2 * len(one & other), len(one) + len(other))


def _often(found: frozenset[str], profile: Profile, words: Words, whole: int) -> int:
    """The share of BM25 that a profile reaches, of what no profile can exceed."""
    counts = dict.fromkeys(found, 0)
    length = 0
    for line in profile.lines:
        length += len(line.terms)
        for term in line.terms:
            if term in counts:
                counts[term] += 1
    # k1 (1 - b + b length / usual length), ten times, and everything by four times the usual length
    damp = _OFTEN * (_LENGTH + (_LEAST - 1) * length)
    base = 10 * _LEAST * _LENGTH
    return _share(sum(words.of(term) * count * base // (count * base + damp) for term, count in counts.items()), whole)


def _pairs(query: Query, profile: Profile) -> int:
    """The share of neighbouring terms of a part that are neighbours in a line, too."""
    asked = {pair for part in query.parts for pair in zip(part.terms, part.terms[1:], strict=False)}
    if not asked:
        return 0
    there = {pair for line in profile.lines for pair in zip(line.terms, line.terms[1:], strict=False)}
    return _share(len(asked & there), len(asked))

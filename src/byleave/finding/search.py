"""Search texts for people: the words of names, addresses and quotes, and everything that has a shape.

A search has two steps. The first reads a whole batch of texts at once and keeps those that may hold something: it
looks at pairs of neighbouring words through hashes, and at signs that addresses and numbers have. It may keep too much
and never too little. The second reads each of these texts word by word, and says what it holds.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import compress, count
from operator import not_
from typing import TYPE_CHECKING, NamedTuple

from byleave.finding.folding import fold, fold_with_places, words
from byleave.finding.identifiers import HASHED, Identifier
from byleave.finding.pairs import Pairs
from byleave.finding.patterns import (
    Pattern,
    Place,
    address_patterns,
    is_written_large,
    name_patterns,
    quote_pattern,
)
from byleave.finding.shapes import readings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from byleave.finding.identifiers import Keys
    from byleave.finding.shapes import Reading

CERTAIN = frozenset({"email", "phone", "handle", "url", "site"})
"""Kinds that tell who is meant; a name, and a number or street without its place, may be somebody else's."""
FEWEST_CERTAIN_WORDS = 12
"""Of a quote that tells whose post is meant; a shorter one may be a phrase that many people use."""
NOT_REDACTED = frozenset({"quote"})
"""The whole item is what the person means: nothing would be left of it."""


REDACTED = "[\N{HORIZONTAL ELLIPSIS}]"
"""Stands in a text where somebody was named."""


class Sought(NamedTuple):
    """Somebody, and one identifier of theirs."""

    subject: str
    identifier: Identifier


class Match(NamedTuple):
    """Somebody whom a text may name."""

    subject: str
    kind: str
    certain: bool
    start: int
    """In the folded text."""
    end: int


class Search:
    """A list of people who are looked for. Built once, used for any number of texts."""

    def __init__(self, sought: Sequence[Sought], keys: Keys | None) -> None:
        """Build it. `keys` are those that the hashes were made with; None is enough where there are none."""
        self._keys = keys
        self._hashed: dict[str, dict[str, list[str]]] = defaultdict(dict)
        """Kind → hash → who is looked for by it."""
        self._rows: list[Sought] = []
        anchors: list[tuple[str, str]] = []
        owners: list[int] = []
        for one in dict.fromkeys(sought):
            kind, value = one.identifier
            if kind in HASHED:
                self._hashed[kind].setdefault(value, []).append(one.subject)
                continue
            pairs = {pattern.words[pattern.anchor : pattern.anchor + 2] for pattern in _patterns(one.identifier)}
            for pair in pairs:
                anchors.append((pair[0], pair[1]))
                owners.append(len(self._rows))
            self._rows.append(one)
        self._pairs = Pairs(anchors, owners)

    def __len__(self) -> int:
        """How many identifiers are looked for."""
        return len(self._rows) + sum(map(len, self._hashed.values()))

    def batch(self, texts: Sequence[str]) -> Iterator[tuple[int, list[Match]]]:
        """The texts that name somebody, by their index, with everybody whom each names.

        Args:
            texts: any number of texts that fit into memory several times over.
        """
        plain = list(map(str.isascii, texts))
        found: dict[int, set[Match]] = {}
        for part in (list(compress(count(), plain)), list(compress(count(), map(not_, plain)))):
            if part:
                self._look(part, texts, found)
        return ((index, _by_place(found[index])) for index in sorted(found))

    def _look(self, part: Sequence[int], texts: Sequence[str], found: dict[int, set[Match]]) -> None:
        """Look for everybody in some of the texts, which are all in ASCII, or all are not."""
        from byleave.finding.streaming import Batch  # noqa: PLC0415 - it needs numpy, and a search of nobody does not

        batch = Batch([texts[index] for index in part])
        for kinds, several in batch.with_shapes(self._hashed):
            row = batch.row(several)
            for match in self._shapes(row.text, kinds):
                at, start = row.place(match.start)
                moved = match._replace(start=match.start - start, end=match.end - start)
                found.setdefault(part[several[at]], set()).add(moved)
        for one in batch.with_pairs(self._pairs):
            text = texts[part[one]]
            matches = set(self._words(text, fold(text)))
            if matches:
                found.setdefault(part[one], set()).update(matches)

    def text(self, text: str) -> list[Match]:
        """Everybody whom one text names, by place."""
        folded = fold(text)
        return _by_place({*self._shapes(folded, self._hashed), *self._words(text, folded)})

    def _shapes(self, folded: str, kinds: Collection[str]) -> Iterator[Match]:
        keys = self._keys
        if keys is None:
            return
        sought = {kind: (keys.hash_of(kind), self._hashed[kind]) for kind in kinds}
        for kind, form, start, end in readings(folded, kinds):
            hash_of, subjects = sought[kind]
            for subject in subjects.get(hash_of(form), ()):
                yield Match(subject, kind, kind in CERTAIN, start, end)

    def _words(self, text: str, folded: str) -> Iterator[Match]:
        row = words(folded)
        plain = [word for word, _, _ in row]
        for at, owner in self._pairs.found_in(plain):
            subject, identifier = self._rows[owner]
            for pattern in _patterns(identifier):
                first = at - pattern.anchor
                last = first + len(pattern.words)
                if first < 0 or tuple(plain[first:last]) != pattern.words:
                    continue
                start, end = row[first][1], row[last - 1][2]
                if pattern.shortened and not is_written_large(text, *fold_with_places(text).span(start, end)):
                    continue
                yield Match(subject, identifier.kind, _is_certain(identifier, plain), start, end)


def _by_place(matches: Iterable[Match]) -> list[Match]:
    return sorted(matches, key=lambda one: (one.start, one.end, one.subject, one.kind))


def _patterns(identifier: Identifier) -> tuple[Pattern, ...]:
    if identifier.kind == "name":
        return name_patterns(identifier.value)
    if identifier.kind == "address":
        return address_patterns(identifier.value).street
    return (quote_pattern(identifier.value),)


def _is_certain(identifier: Identifier, plain: list[str]) -> bool:
    """An address is certain where postcode or place stand in the text, too; a quote by its length."""
    if identifier.kind == "quote":
        return len(quote_pattern(identifier.value).words) >= FEWEST_CERTAIN_WORDS
    if identifier.kind != "address":
        return identifier.kind in CERTAIN
    place: Place = address_patterns(identifier.value)
    return not place.rest.isdisjoint(plain)


def redact(text: str, matches: Iterable[Match | Reading]) -> str:
    """The text with a sign in place of every part that names somebody."""
    places = fold_with_places(text)
    parts, done = [], 0
    for start, end in _joined(places.span(one.start, one.end) for one in matches):
        parts += [text[done:start], REDACTED]
        done = end
    return "".join([*parts, text[done:]])


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans that overlap, as one."""
    current: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if current is not None and start <= current[1]:
            current = current[0], max(current[1], end)
            continue
        if current is not None:
            yield current
        current = start, end
    if current is not None:
        yield current

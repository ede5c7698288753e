"""Search texts for people: the words of names, addresses and quotes, and everything that has a shape.

A search has two steps. The first reads a whole batch of texts at once and keeps those that may hold something: it
looks at pairs of neighbouring words through hashes, and at signs that addresses and numbers have. It may keep too much
and never too little. The second reads each of these texts word by word, and says what it holds.
"""

from __future__ import annotations

from collections import defaultdict
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
        self._hashed: dict[str, list[str]] = defaultdict(list)
        self._kinds: set[str] = set()
        self._rows: list[Sought] = []
        anchors: list[tuple[str, str]] = []
        owners: list[int] = []
        for one in dict.fromkeys(sought):
            kind, value = one.identifier
            if kind in HASHED:
                self._hashed[f"{kind}:{value}"].append(one.subject)
                self._kinds.add(kind)
                continue
            pairs = {pattern.words[pattern.anchor : pattern.anchor + 2] for pattern in _patterns(one.identifier)}
            for pair in pairs:
                anchors.append((pair[0], pair[1]))
                owners.append(len(self._rows))
            self._rows.append(one)
        self._pairs = Pairs(anchors, owners)

    def __len__(self) -> int:
        """How many identifiers are looked for."""
        return len(self._rows) + len(self._hashed)

    def batch(self, texts: Sequence[str]) -> Iterator[tuple[int, list[Match]]]:
        """The texts that name somebody, by their index, with everybody whom each names.

        Args:
            texts: any number of texts that fit into memory several times over.
        """
        plain = [index for index, text in enumerate(texts) if text.isascii()]
        other = [index for index, text in enumerate(texts) if not text.isascii()] if len(plain) < len(texts) else []
        flagged = sorted(one for part in (plain, other) if part for one in self._flagged(part, texts))
        for index, shapes, rows in flagged:
            matches = self._matches(texts[index], shapes=shapes, rows=rows)
            if matches:
                yield index, matches

    def _flagged(self, part: Sequence[int], texts: Sequence[str]) -> Iterator[tuple[int, Collection[str], bool]]:
        """Index of each text that may hold something: the kinds of shapes, whether a row of words."""
        from byleave.finding.streaming import Batch  # noqa: PLC0415 - it needs numpy, and a search of nobody does not

        batch = Batch([texts[index] for index in part])
        shaped, paired = batch.with_shapes(self._kinds), batch.with_pairs(self._pairs)
        return ((part[one], shaped.get(one, frozenset()), one in paired) for one in shaped.keys() | paired)

    def text(self, text: str) -> list[Match]:
        """Everybody whom one text names, by place."""
        return self._matches(text, shapes=self._kinds, rows=bool(self._rows))

    def _matches(self, text: str, *, shapes: Collection[str], rows: bool) -> list[Match]:
        folded = fold(text)
        matches = set(self._shapes(folded, shapes)) if shapes else set()
        if rows:
            matches.update(self._words(text, folded))
        return sorted(matches, key=lambda one: (one.start, one.end, one.subject, one.kind))

    def _shapes(self, folded: str, kinds: Collection[str]) -> Iterator[Match]:
        keys = self._keys
        if keys is None:
            return
        for kind, form, start, end in readings(folded, kinds):
            for subject in self._hashed.get(f"{kind}:{keys.hash(kind, form)}", ()):
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

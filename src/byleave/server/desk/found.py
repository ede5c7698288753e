"""What was found of somebody: items that name them, for certain or only by a name, from the content source.

A page reads a part of the content and says how far it came; whoever wants more goes on from there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from byleave.finding.folding import fold_with_places
from byleave.finding.identifiers import MARK, Identifier, digest_text
from byleave.finding.search import Match, Search, Sought
from byleave.kernel.decision import Reason, Verdict
from byleave.kernel.errors import InputError, MissingExtraError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Entry, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from byleave.cases.case import Case
    from byleave.server.answers import ItemState
    from byleave.server.content import ContentItem
    from byleave.server.service import Service

AT_ONCE = 2_000
"""Items that are read together."""
SECONDS = 1.5
"""What a page spends on looking."""
SECONDS_BEFORE_A_REFUSAL = 10.0
"""The same, for the page that says what a refusal would do."""
MOST_FOUND = 25
"""On one page."""
MOST_COUNTED = 2_000
"""Of which it is counted what a refusal would free."""
OWN_ITEMS = 200
"""Of somebody's own items, the newest, that are decided twice to show what a refusal would free."""
PUBLIC = "public"
NEVER_USED = frozenset(
    {Reason.INVALID_ITEM, Reason.UNKNOWN_CATEGORY, Reason.EXCLUDED_CATEGORY, Reason.UNKNOWN_VISIBILITY}
    | {Reason.NOT_PUBLIC}
)
"""Reasons by which an item is left out whatever anybody chooses."""
_AROUND = 160


@dataclass(frozen=True, slots=True)
class Found:
    """One item that names somebody, or may."""

    item: ContentItem
    kinds: tuple[str, ...]
    """By what they were found: `name`, `email`, … ; `subject` where the platform itself says so."""
    certain: bool
    parts: tuple[tuple[str, bool], ...]
    """The text around it, in parts, each with whether it is what was found; none of an item that nobody reads here."""
    digest: str
    """Of the text, for a review."""
    review: str | None
    """`person` or `other`, as somebody has found; None: nobody has looked."""
    is_out: bool = True
    """Whether it is kept out of all training now."""
    freed: bool = False
    """Whether a refusal would let it be used."""

    is_read: bool = False
    """Whether staff may read its text: everybody can see it, and it might be trained on, were nobody against it."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look has found."""

    found: tuple[Found, ...]
    items: int
    """How many were looked at."""
    after: str | None
    """From where to go on; None: everything was looked at."""
    own: int
    """Items of the person's own."""
    own_looked_at: int
    own_freed: int
    """Of the newest own items, how many a refusal would free."""


class OtherKeyError(InputError):
    """The suppression key is another one than the identifiers were hashed with."""


def look(  # noqa: PLR0913 - how far is asked apart
    service: Service,
    case: Case,
    entries: Sequence[Entry],
    after: str | None,
    *,
    seconds: float = SECONDS,
    most: int = MOST_FOUND,
) -> Looked:
    """Look for the person of a case.

    Args:
        service: with the content.
        case: whose person it is.
        entries: everything that is recorded about them.
        after: as the look before told; None: from the first item on.
        seconds: how long at most.
        most: how many are shown, or few more.

    Raises: OtherKeyError; MissingExtraError; InputError and LedgerError when the content cannot be read.
    """
    ids = {one.subject for one in entries}
    search, named = _search(service, entries)
    reviews = reviews_of(entries)
    found: list[Found] = []
    items, until = 0, time.monotonic() + seconds
    while len(found) < most and time.monotonic() < until:
        page = service.content.every(after, AT_ONCE)
        for one, matches in _matches(page.items, search, named, ids):
            found.append(_found(one, matches, reviews))
        items, after = items + len(page.items), page.after
        if after is None:
            break
    own = service.content.items_of(sorted(ids), None, OWN_ITEMS).items
    counted = sum(service.content.counts(sorted(ids)).values())
    told = _decided(service, case, found)
    return Looked(tuple(told), items, after, counted, len(own), sum(_freed(service, case, own)))


def waits_for_review(service: Service, entries: Sequence[Entry], item: str, text: str) -> bool:
    """Whether an item that staff may read names somebody by a name alone now, and its text is the one of this digest.

    Raises: as `look`.
    """
    search, named = _search(service, entries)
    ids = {one.subject for one in entries}
    found = [_found(*one, {}) for one in _matches(service.content.items([item]), search, named, ids)]
    waits = [one.item for one in found if not one.certain and one.digest == text]
    return bool(waits) and _is_read(service.decide(waits)[0])


def readable(service: Service, entries: Sequence[Entry], items: Sequence[str]) -> list[str]:
    """Those of some items that name somebody now, and that staff may read. Raises: as `look`."""
    search, named = _search(service, entries)
    ids = {one.subject for one in entries}
    found = [one for one, _ in _matches(service.content.items(items), search, named, ids)]
    return [one.item.item_id for one in service.decide(found) if _is_read(one)] if found else []


def reviews_of(entries: Iterable[Entry]) -> dict[tuple[str, str], str]:
    """Item and digest of its text → whom the name is about; the last word counts."""
    return {
        (one.data["item"], one.data["text"]): one.data["about"] for one in entries if one.kind is Kind.FINDING_REVIEWED
    }


def _search(service: Service, entries: Iterable[Entry]) -> tuple[Search | None, set[str]]:
    """A search for everything that somebody gave to be found by, and the items that they named."""
    given = [
        (one.subject, Identifier.read(text))
        for one in entries
        if one.kind is Kind.OBJECTION_IDENTIFIED
        for text in one.data["identifiers"]
    ]
    keys = service.finding_keys()
    if {str(one) for _, one in given if one.kind == MARK} - {keys.mark()}:
        raise OtherKeyError("the suppression key is not the one that identifiers were hashed with")
    sought = [Sought(subject, one) for subject, one in given if one.kind not in (MARK, "item")]
    if sought and find_spec("numpy") is None:
        raise MissingExtraError("looking for people in texts needs numpy", hint="pip install 'byleave[people]'")
    return Search(sought, keys) if sought else None, {one.value for _, one in given if one.kind == "item"}


def _matches(
    items: Sequence[ContentItem], search: Search | None, named: set[str], ids: set[str]
) -> Iterator[tuple[ContentItem, list[Match]]]:
    """The items of others that name somebody, with the places in their texts."""
    texts = [one.text or "" for one in items]
    in_texts = dict(search.batch(texts)) if search else {}
    for at, one in enumerate(items):
        if one.facts.member_id in ids:
            continue
        matches = list(in_texts.get(at, ()))
        subject = next(iter(sorted(ids & set(one.facts.subjects or ()))), None)
        if subject is not None:
            matches.insert(0, Match(subject, "subject", certain=True, start=0, end=0))
        if one.item_id in named:
            matches.insert(0, Match(min(ids), "item", certain=True, start=0, end=0))
        if matches:
            yield one, matches


def _found(item: ContentItem, matches: Sequence[Match], reviews: dict[tuple[str, str], str]) -> Found:
    text = item.text or ""
    digest, certain = digest_text(text), any(one.certain for one in matches)
    review = reviews.get((item.item_id, digest))
    subjects = tuple(sorted({one.subject for one in matches}))
    names = () if review == "other" and not certain else subjects
    facts = replace(item.facts, named=names or None, possibly_named=frozenset() if certain else frozenset(names))
    kinds = tuple(dict.fromkeys(one.kind for one in matches))
    return Found(replace(item, facts=facts), kinds, certain, _around(text, matches), digest, review)


def _around(text: str, matches: Sequence[Match]) -> tuple[tuple[str, bool], ...]:
    """The text around one place, with what was found there marked."""
    places = [one for one in matches if one.end > one.start]
    if not places:
        return ((text[: 2 * _AROUND], False),)
    # what tells for certain who is meant comes first
    shown = next((one for one in places if one.certain), places[0])
    start, end = fold_with_places(text).span(shown.start, shown.end)
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    before, after = ("…" if first else "") + text[first:start], text[end:last] + ("…" if last < len(text) else "")
    return (before, False), (text[start:end], True), (after, False)


def _decided(service: Service, case: Case, found: Sequence[Found]) -> Iterator[Found]:
    if not found:
        return
    now, then = service.decide_after([one.item for one in found], _refusal(case))
    for one, before, after in zip(found, now, then, strict=True):
        is_out, is_read = not _used(before), _is_read(before)
        parts = one.parts if is_read else ()
        yield replace(one, is_out=is_out, freed=is_out and _used(after), is_read=is_read, parts=parts)


def _freed(service: Service, case: Case, items: Sequence[ContentItem]) -> Iterator[bool]:
    if items:
        now, then = service.decide_after(items, _refusal(case))
        yield from (_used(after) and not _used(before) for before, after in zip(now, then, strict=True))


def _is_read(state: ItemState) -> bool:
    """Whether a case needs somebody to read an item. What is in no corpus anyway is nobody's to read."""
    reasons = [set(one.failed) for one in state.outcomes]
    return state.item.facts.visibility == PUBLIC and any(not one & NEVER_USED for one in reasons)


def _used(state: ItemState) -> bool:
    return any(one.verdict is Verdict.ELIGIBLE for one in state.outcomes)


def _refusal(case: Case) -> Proposal:
    """A refusal as it would be recorded, also where it may not be."""
    data = {"objection": case.id, "grounds": "to see what it would do", "by": "nobody"}
    return Proposal(Kind.OBJECTION_REJECTED, case.subject, PLATFORM, data)

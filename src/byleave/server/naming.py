"""Whom the texts of items name: people who gave what they are found by, as far as the ledger goes now.

What a build finds in a text is found here too (`finding/search.py`), so that a page never says "may be used" of what
the gate leaves out. The list grows with the ledger; it is kept in memory, and made anew when somebody is erased or the
ledger is another one.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from byleave.finding.identifiers import HASHED, MARK, Identifier, Keys, digest_text
from byleave.finding.search import Match, Search, Sought
from byleave.kernel.errors import InputError
from byleave.ledger.entries import Kind
from byleave.ledger.wire import from_microseconds, read_data
from byleave.policy.facts import Objection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from byleave.server.content import ContentItem
    from byleave.server.db.reading import Head, Reader
    from byleave.server.db.session import Session

MOST_APART = 500
"""Identifiers that came last and are looked for in a search of their own, so that one more costs little."""
_TOLD = (
    "SELECT e.kind, p.subject, p.data FROM ledger_entry e JOIN ledger_payload p ON p.seq = e.seq "
    "WHERE e.seq > ? AND e.seq <= ? AND e.kind IN ('objection-identified', 'finding-reviewed') ORDER BY e.seq"
)
_ERASED = "SELECT 1 FROM ledger_entry WHERE seq > ? AND seq <= ? AND kind = 'member-erased' LIMIT 1"
_KEPT = "SELECT key, purpose, since FROM ledger_suppression WHERE setting IS NULL AND item IS NULL ORDER BY number"


class Named(NamedTuple):
    """Items with whom their texts name."""

    items: list[ContentItem]
    kept: Mapping[str, tuple[Objection, ...]]
    """The objections of people who were erased, by names made for them."""


class Naming:
    """The list of one ledger. May be used by several threads."""

    def __init__(self, reader: Reader, secret: bytes) -> None:
        """Take the ledger, and the suppression key under which identifiers were hashed."""
        self._reader, self._keys = reader, Keys(secret)
        self._lock = threading.Lock()
        self._begin("")

    def _begin(self, epoch: str) -> None:
        self._epoch, self._seq = epoch, 0
        self._old: dict[Sought, None] = {}
        self._new: dict[Sought, None] = {}
        self._searches: dict[bool, Search] = {}
        self._items: dict[str, set[str]] = {}
        self._others: dict[tuple[str, str, str], str] = {}
        self._kept: dict[str, tuple[Objection, ...]] = {}

    def named(self, items: Iterable[ContentItem], head: Head) -> Named:
        """The items with whom their texts name, up to a head of the ledger; those that say it already stay.

        Raises: InputError when identifiers were hashed under another key, or are of a kind that is not known here;
        LedgerError.
        """
        with self._lock:
            self._catch_up(head)
            searches = [self._search(new=new) for new in (False, True)]
            found = [one if one.facts.named is not None else self._in(one, searches) for one in items]
            return Named(found, dict(self._kept))

    def _catch_up(self, head: Head) -> None:
        if (self._epoch, self._seq) == (head.name, head.seq):
            return
        with self._reader.reading() as session:
            if self._epoch != head.name or self._seq > head.seq or session.query(_ERASED, [self._seq, head.seq]):
                self._begin(head.name)
                self._read_kept(session)
            for kind, subject, text in session.query(_TOLD, [self._seq, head.seq]):
                data = read_data(text)
                if kind == Kind.FINDING_REVIEWED.value:
                    self._others[subject, data["item"], data["text"]] = data["about"]
                else:
                    self._add(subject, data["identifiers"])
        self._seq = head.seq
        if len(self._new) > MOST_APART:
            self._old |= self._new
            self._new = {}
            self._searches.clear()

    def _read_kept(self, session: Session) -> None:
        """What outlives people who were erased: their hashes, each with its objection."""
        for number, (key, purpose, since) in enumerate(session.query(_KEPT)):
            if ":" in key:
                name = f"erased {number}"
                self._kept[name] = (Objection(purpose, from_microseconds(since)),)
                self._add(name, [key])

    def _add(self, subject: str, identifiers: Sequence[str]) -> None:
        for text in identifiers:
            one = Identifier.read(text)
            if one.kind == "item":
                self._items.setdefault(one.value, set()).add(subject)
            elif one.kind != MARK:
                self._new[Sought(subject, one)] = None
                self._searches.pop(True, None)
            elif text != self._keys.mark():
                hint = "give the suppression key that the ledger is used with"
                raise InputError("the suppression key is not the one that identifiers were hashed with", hint=hint)

    def _search(self, *, new: bool) -> Search:
        if new not in self._searches:
            sought = list(self._new if new else self._old)
            hashed = any(one.identifier.kind in HASHED for one in sought)
            self._searches[new] = Search(sought, self._keys if hashed else None)
        return self._searches[new]

    def _in(self, item: ContentItem, searches: Sequence[Search]) -> ContentItem:
        text = item.text or ""
        matches = [one for search in searches if len(search) for one in search.text(text)]
        certain = {one.subject for one in matches if one.certain} | self._items.get(item.item_id, set())
        possible = {one.subject for one in matches if not one.certain and not self._is_others(one, item, text)}
        if not certain and not possible:
            return item
        facts = replace(
            item.facts, named=tuple(sorted(certain | possible)), possibly_named=frozenset(possible - certain)
        )
        return replace(item, facts=facts)

    def _is_others(self, match: Match, item: ContentItem, text: str) -> bool:
        """Whether somebody has found that a name in this text is another's."""
        return bool(self._others) and self._others.get((match.subject, item.item_id, digest_text(text))) == "other"

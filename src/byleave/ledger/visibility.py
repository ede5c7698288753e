"""Whether searches for people find somebody: their own choice, apart from every choice about training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.ledger.entries import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from byleave.ledger.entries import Entry


def is_hidden(entries: Iterable[Entry]) -> bool:
    """Whether a person, of whom these are all entries in order, has taken themselves out of search.

    Nobody is hidden who did not choose it. Where accounts were merged, what one of them had hidden stays so until the
    person shows themselves after the last merge.
    """
    told = list(entries)
    last_merge = max((entry.seq for entry in told if entry.kind is Kind.MEMBERS_MERGED), default=0)
    hidden = set[str]()
    for entry in told:
        if entry.kind is Kind.SEARCH_HIDDEN:
            hidden.add(entry.subject)
        elif entry.kind is Kind.SEARCH_SHOWN and entry.seq > last_merge:
            hidden.clear()
        elif entry.kind is Kind.SEARCH_SHOWN:
            hidden.discard(entry.subject)
    return bool(hidden)

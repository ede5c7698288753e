"""From rows to items: the category that a pack would know the row under, and what the archive cannot tell.

What a file is of, is our own reading of LinkedIn's list of training data. The archive does not say who can see a post:
`MEMBER_NETWORK` is reported to stand on posts for anyone, and what stands on a post for connections only has not been
seen. So only `PUBLIC` says something; every other value, none included, is "cannot tell" (None), and never "private".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from byleave.archive.linkedin.catalogue import ARTICLES, LAYOUTS
from byleave.policy.facts import Item as Facts

if TYPE_CHECKING:
    from byleave.archive.linkedin.dates import When
    from byleave.archive.linkedin.layouts import Layout
    from byleave.archive.linkedin.outcomes import Record

_BY_KEY = {layout.key: layout for layout in (*LAYOUTS, ARTICLES)}
_VISIBILITY = "Visibility"
_PUBLIC = "PUBLIC"

SEEN_BY_NOBODY_ELSE = frozenset(
    ("ai-prompt", "resume", "saved-answer", "job-application", "credential", "payment", "salary")
)
"""Categories that LinkedIn shows to no other member. A message is not one: those in groups may stand among them."""


class ArchiveItem(NamedTuple):
    """A row that belongs to a category of AI training, in or out."""

    record: Record
    category: str
    doubt: str | None
    """Why the category is not certain, if so."""
    visibility: str | None
    """One of a pack's four, or None: the archive cannot tell."""
    raw_visibility: str | None
    """What the export says about it, where it has such a column; it may be blank."""
    created: When | None
    """When it came to be, where the file says so; None is "cannot tell"."""
    text: str | None
    others: bool
    """Whether it is about, or by, other people too."""

    @property
    def item_id(self) -> str:
        """Where the row stands: file and row number."""
        return f"{self.record.file}#{self.record.row}"

    def facts(self, member_id: str) -> Facts:
        """What the definition of a policy reads; what cannot be told is None there, and so never eligible by itself."""
        created = self.created.at if self.created is not None else None
        return Facts(self.item_id, member_id, self.category, self.visibility, created)


def layout_of(kind: str) -> Layout:
    """The catalogue's layout of a kind of file."""
    return _BY_KEY[kind]


def expected_kinds() -> dict[str, str]:
    """The kinds of file from which items are made: kind → the name of the file."""
    return {one.key: one.names[0] for one in _BY_KEY.values() if one.category is not None}


def item_of(record: Record) -> ArchiveItem | None:
    """The item that a row is, or None: no category of AI training is known to take up such a file."""
    layout = _BY_KEY[record.kind]
    if layout.category is None:
        return None
    raw = record.raw(_VISIBILITY)
    return ArchiveItem(
        record=record,
        category=layout.category,
        doubt=layout.doubt,
        visibility=_visibility(layout.category, raw),
        raw_visibility=raw,
        created=record.when(layout.created) if layout.created else None,
        text=record.text(layout.text) if layout.text else None,
        others=layout.others,
    )


def _visibility(category: str, raw: str | None) -> str | None:
    if category in SEEN_BY_NOBODY_ELSE:
        return "private"
    return "public" if raw == _PUBLIC else None

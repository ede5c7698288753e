"""How one file of an export is laid out: its names, its columns, what their cells promise, and what it is of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

COLUMN_WORD = re.compile(r"[\W_]+")


def squeeze(name: str) -> str:
    """A name without what drifts between exports: case, blanks, underlines and punctuation."""
    return COLUMN_WORD.sub("", name.lstrip("\ufeff")).casefold()


@dataclass(frozen=True, slots=True)
class Layout:
    """A file that LinkedIn's exports are known to hold."""

    key: str
    names: tuple[str, ...]
    """Base names without suffix; the present one first, then the older ones."""
    columns: tuple[str, ...] = ()
    """The columns of the newest layout, in its order; empty where nobody has recorded the header."""
    older: tuple[str, ...] = ()
    """Columns that only other layouts have."""
    aliases: tuple[tuple[str, str], ...] = ()
    """(Another name of a column, the name above)."""
    dates: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    """Columns whose text holds HTML entities."""
    layered: frozenset[str] = frozenset()
    """Columns with a second layer of quotes."""
    preamble: bool = False
    """Whether a note is known to stand above the header."""
    empty_line: str | None = None
    """What the file says in place of a header when it has nothing to say."""
    category: str | None = None
    """The pack's category, or None: no category of AI training is known to take it up."""
    doubt: str | None = None
    """Why the category is not certain, if so."""
    text: str | None = None
    """The column with the person's words."""
    created: str | None = None
    """The column that says when it came to be."""
    others: bool = False
    """Whether it holds other people's data."""
    known: dict[str, str] = field(default_factory=dict, compare=False)
    """Squeezed column name → column."""

    def __post_init__(self) -> None:
        """Index the columns."""
        self.known.update({squeeze(name): name for name in (*self.older, *self.columns) if name})
        self.known.update({squeeze(alias): name for alias, name in self.aliases})

    def expects(self, column: str) -> str | None:
        """What a cell of the column promises, in a word; None for text, of which nothing can be said."""
        kinds = (("a date", self.dates), ("a link", self.links), ("yes or no", self.flags))
        return next((word for word, columns in kinds if column in columns), None)


def layout(  # noqa: PLR0913 - one argument for each column of the catalogue
    names: str,
    columns: str = "",
    *,
    older: str = "",
    aliases: dict[str, str] | None = None,
    dates: str = "",
    links: str = "",
    flags: str = "",
    entities: str = "",
    layered: str = "",
    preamble: bool = False,
    empty_line: str | None = None,
    category: str | None = None,
    doubt: str | None = None,
    text: str | None = None,
    created: str | None = None,
    others: bool = False,
) -> Layout:
    """A layout from text: names with `|` between them, columns with commas as the header has them."""
    known = tuple(names.split("|"))
    return Layout(
        key=known[0].casefold().replace(" ", "-").replace("_", "-"),
        names=known,
        columns=tuple(columns.split(",")) if columns else (),
        older=tuple(older.split(",")) if older else (),
        aliases=tuple((aliases or {}).items()),
        dates=_set(dates),
        links=_set(links),
        flags=_set(flags),
        entities=_set(entities),
        layered=_set(layered),
        preamble=preamble,
        empty_line=empty_line,
        category=category,
        doubt=doubt,
        text=text,
        created=created,
        others=others,
    )


def _set(columns: str) -> frozenset[str]:
    return frozenset(columns.split(",")) if columns else frozenset()

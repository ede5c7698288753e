"""The index of those who can be found, in one SQLite file with FTS5. Nothing in it was trained.

Who is in it depends on what a member shows and on the member's own choice to hide, and never on the choice about
training. A row's number is the key of its item, so that no order depends on who was there once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from byleave.adapters.talent.model_file import profile_of
from byleave.adapters.talent.opening import TOKENIZER, open_database, writing
from byleave.learn.talent.search import Shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from byleave.learn.talent.profile import Profile

_TABLES = f"""
CREATE TABLE shown (item INTEGER PRIMARY KEY, member_id TEXT NOT NULL, item_id TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX shown_member ON shown (member_id);
CREATE TABLE hidden (member_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE found USING fts5 (words, tokenize = '{" ".join(TOKENIZER)}');
INSERT INTO found (found, rank) VALUES ('secure-delete', 1);
"""


class VisibleFile:
    """Who can be found. Made for one thread."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - apsw's
        """Use an open connection (`open`, `make`) of a file that has the tables."""
        self.connection = connection
        connection.execute("CREATE VIRTUAL TABLE temp.places USING fts5vocab(main, found, instance)")

    @classmethod
    def open(cls, path: Path) -> Self:
        """An index that is there. Raises: InputError."""
        return cls(open_database(path))

    @classmethod
    def make(cls, path: Path | str) -> Self:
        """A new index, in a file that nobody relies on yet."""
        connection = open_database(path, new=True, building=True)
        connection.execute(_TABLES)
        return cls(connection)

    def add(self, rows: Iterable[tuple[int, str, str, str, Profile]]) -> None:
        """Show profiles: key of the item, member, item, text and words; those of members who hide are passed over."""
        hidden = {member for (member,) in self.connection.execute("SELECT member_id FROM hidden")}

        def told() -> Iterator[tuple[int, str]]:
            for item, member, name, text, profile in rows:
                if member in hidden:
                    continue
                self.connection.execute("INSERT INTO shown VALUES (?, ?, ?, ?)", [item, member, name, text])
                yield item, profile.text()

        with writing(self.connection):
            self.connection.executemany("INSERT INTO found (rowid, words) VALUES (?, ?)", told())

    def tidy(self) -> None:
        """Bring the index into one piece, after many profiles were added."""
        self.connection.execute("INSERT INTO found (found) VALUES ('optimize')")

    def hide(self, member: str) -> int:
        """Take a member out of search by their own choice, for good; how many profiles that were."""
        with writing(self.connection):
            self.connection.execute("INSERT OR IGNORE INTO hidden VALUES (?)", [member])
            return self._remove(member)

    def show(self, member: str) -> None:
        """End a member's own choice to hide; their profile comes back when it is added again."""
        with writing(self.connection):
            self.connection.execute("DELETE FROM hidden WHERE member_id = ?", [member])

    def remove(self, member: str) -> int:
        """Take out what a member showed, as when the account is gone; how many profiles that were."""
        with writing(self.connection):
            return self._remove(member)

    def _remove(self, member: str) -> int:
        rows = self.connection.execute("SELECT item FROM shown WHERE member_id = ?", [member]).fetchall()
        self.connection.executemany("DELETE FROM found WHERE rowid = ?", rows)
        self.connection.execute("DELETE FROM shown WHERE member_id = ?", [member])
        return len(rows)

    def members(self) -> list[str]:
        """Everybody who can be found."""
        return [name for (name,) in self.connection.execute("SELECT DISTINCT member_id FROM shown ORDER BY member_id")]

    def places(self, term: str, most: int) -> list[int]:
        """The items whose profile has a term, by key, once for each place where it stands; at most so many."""
        rows = self.connection.execute("SELECT doc FROM temp.places WHERE term = ? LIMIT ?", [term, most]).fetchall()
        return [item for (item,) in rows]

    def profiles(self, items: Sequence[int]) -> Iterator[tuple[int, Profile]]:
        """The words of some items' profiles."""
        marks = ", ".join("?" * len(items))
        for item, words in self.connection.execute(f"SELECT rowid, words FROM found WHERE rowid IN ({marks})", items):
            yield item, profile_of(words)

    def shown(self, items: Sequence[int]) -> dict[int, Shown]:
        """What is shown of some items."""
        marks = ", ".join("?" * len(items))
        sql = f"SELECT item, member_id, item_id, text FROM shown WHERE item IN ({marks})"
        return {item: Shown(member, name, text) for item, member, name, text in self.connection.execute(sql, items)}

    def by_words_alone(self, terms: Sequence[str], most: int) -> list[tuple[int, float]]:
        """What FTS5's own BM25 finds, best first: what the ranker is measured against."""
        sql = "SELECT rowid, -rank FROM found WHERE found MATCH ? ORDER BY rank, rowid LIMIT ?"
        asked = " OR ".join(f'"{term}"' for term in terms)
        return list(self.connection.execute(sql, [asked, most])) if terms else []

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()

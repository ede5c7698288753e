"""Look in the items' texts for people whose objection stands, batch by batch, and keep where somebody was found.

What was found becomes a column of the view `items`, `byleave_named`, which the compiled decision reads beside
`subjects`; with redaction, the text column of that view has a sign in place of every part that names somebody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from byleave.adapters.duckdb_engine.columns import quoted
from byleave.adapters.duckdb_engine.kept import SECRET_FILE, required_secret
from byleave.adapters.duckdb_engine.tables import FILE, ROW
from byleave.compile.tables import NAMED
from byleave.finding.identifiers import HASHED, MARK, Identifier, Keys, digest_text
from byleave.finding.search import NOT_REDACTED, Match, Search, Sought, redact
from byleave.kernel.errors import InputError, MissingExtraError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from byleave.adapters.duckdb_engine.facts import Found
    from byleave.adapters.duckdb_engine.session import Session

_BATCH_ROWS = 8_192
"""Rows that are searched at once: with 200 bytes each, what is compared stays in a processor's cache."""


@dataclass(slots=True)
class Tally:
    """What a run found, for the manifest."""

    column: str
    identifiers: int = 0
    """How many were looked for."""
    certain: int = 0
    """Rows that name somebody for certain."""
    in_review: int = 0
    """Rows that hold no more than a name, and that nobody has looked at yet."""
    redacted: int = 0
    """Rows in which something was replaced instead."""

    def as_json(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "column": self.column,
            "identifiers": self.identifiers,
            "rows": {"certain": self.certain, "in_review": self.in_review, "redacted": self.redacted},
        }


class Texts:
    """The texts of one run's items."""

    def __init__(self, session: Session, column: str | None, *, redacting: bool) -> None:
        """Begin.

        Args:
            session: with the tables of the register.
            column: with the text; None: the items have none.
            redacting: whether a part that names somebody is replaced, instead of leaving the item out.
        """
        self._session, self._column, self._redacting = session, column, redacting
        self.tally = Tally(column or "")
        self.changed = False
        """Whether the last look has changed a text."""
        self._dismissed: set[tuple[str, str, str]] = set()
        session.run("CREATE OR REPLACE TEMP TABLE byleave_searched (subject_id VARCHAR, identifier VARCHAR)")

    def require_searchable(self, *, allowed: bool) -> int:
        """Refuse items without a text when somebody can be found by texts alone; how many such people, if allowed.

        Raises: RefusedError.
        """
        people = int(self._session.one(f"SELECT count(DISTINCT subject_id) FROM {_STANDING}"))
        if self._column is not None or not people:
            return 0
        if not allowed:
            hint = "say which column holds the text: --map text=YOURS; or go on with --allow-orphans"
            message = "somebody objects whom only a text can tell, and the items have no column `text`"
            raise RefusedError(message, hint=hint)
        return people

    def look(self, base: str, on_progress: Callable[[float], None]) -> bool:
        """Search the rows of the view `base` and put what was found into the view `items`; whether there is anything.

        Whoever was looked for before is not looked for again: what was eligible then does not name them.

        Raises: RefusedError for a wrong or missing key; MissingExtraError.
        """
        session = self._session
        sought, ids = self._sought()
        hits = list(self._hits(base, sought, ids, on_progress)) if sought or ids else []
        kinds = (
            ("file", pa.string()),
            ("row", pa.int64()),
            ("named", pa.list_(pa.string())),
            ("redacted", pa.string()),
        )
        columns = [pa.array([hit[at] for hit in hits], kind) for at, (_, kind) in enumerate(kinds)]
        session.register("byleave_found_now", pa.table(columns, [name for name, _ in kinds]))
        session.run("CREATE OR REPLACE TEMP TABLE byleave_hits AS FROM byleave_found_now")
        session.run(f"CREATE OR REPLACE TEMP VIEW items AS {self._view(base) if hits else f'FROM {base}'}")
        self.changed = any(text is not None for *_, text in hits)
        return bool(hits)

    def _sought(self) -> tuple[list[Sought], dict[str, set[str]]]:
        """Who is looked for now: by identifiers, and by ids of items with the people who named them."""
        session, before = self._session, self._dismissed
        self._dismissed = set(session.rows("SELECT subject_id, item_id, text FROM reviews WHERE about = 'other'"))
        again = sorted({subject for subject, _, _ in before - self._dismissed})
        session.rows("DELETE FROM byleave_searched WHERE list_contains(?, subject_id)", [again])
        new = f"SELECT subject_id, identifier FROM {_STANDING} EXCEPT FROM byleave_searched"
        rows = session.rows(f"FROM ({new}) ORDER BY ALL")
        session.run(f"INSERT INTO byleave_searched {new}")
        sought, ids = sort_out(rows)
        self.tally.identifiers += sum(not text.startswith(f"{MARK}:") for _, text in rows)
        return sought, ids

    def _hits(
        self, base: str, sought: Sequence[Sought], ids: Mapping[str, set[str]], on_progress: Callable[[float], None]
    ) -> Iterator[tuple[str, int, list[str] | None, str | None]]:
        """File and row of every item that names somebody, whom it names, and its text if that was changed."""
        search, rows = search_for(sought), max(int(self._session.one(f"SELECT count(*) FROM {base}")), 1)
        column = f"CAST({quoted(self._column)} AS VARCHAR)" if self._column is not None else "NULL::VARCHAR"
        read = 0
        for batch in self._session.batches(f"SELECT item_id, {FILE}, {ROW}, {column} AS text FROM {base}", _BATCH_ROWS):
            items, files, numbers, texts = (batch.column(index).to_pylist() for index in range(4))
            spoken = [text or "" for text in texts]
            named = {at: set(ids[item]) for at, item in enumerate(items) if item in ids} if ids else {}
            changed: dict[int, str] = {}
            for at, matches in search.batch(spoken):
                kept = undismissed(matches, items[at], spoken[at], self._dismissed)
                left, text = self._redacted(spoken[at], kept, search)
                if text != spoken[at]:
                    changed[at] = text
                if left:
                    named[at] = named.get(at, set()) | left
            for at in sorted({*named, *changed}):
                yield files[at], numbers[at], sorted(named[at]) if at in named else None, changed.get(at)
            read += len(items)
            on_progress(read / rows)

    def _redacted(self, text: str, matches: Sequence[Match], search: Search) -> tuple[set[str], str]:
        """Who is still named, and the text: everybody and as it was, or who remains when it was changed."""
        if matches and self._redacting:
            wanted = {(one.subject, one.kind) for one in matches}
            text = redact(text, [one for one in matches if one.kind not in NOT_REDACTED])
            matches = [one for one in search.text(text) if (one.subject, one.kind) in wanted]
            self.tally.redacted += not matches
        if matches:
            certain = any(one.certain for one in matches)
            self.tally.certain += certain
            self.tally.in_review += not certain
        return {one.subject for one in matches}, text

    def _view(self, base: str) -> str:
        changed = ""
        if self._redacting and self._column is not None:
            text = quoted(self._column)
            changed = f" REPLACE (coalesce(hit.redacted, CAST(item.{text} AS VARCHAR)) AS {text})"
        return (
            f"SELECT item.*{changed}, hit.named AS {NAMED} FROM {base} AS item LEFT JOIN byleave_hits AS hit"
            f" ON item.{FILE} = hit.file AND item.{ROW} = hit.row"
        )

    def name(self, found: Sequence[Found]) -> list[Found]:
        """The rows of one item with whom their texts name, whether or not an objection of theirs stands."""
        session, column = self._session, self._column
        sought, ids = sort_out(session.rows("SELECT DISTINCT subject_id, identifier FROM identifiers ORDER BY ALL"))
        dismissed = set(session.rows("SELECT subject_id, item_id, text FROM reviews WHERE about = 'other'"))
        search, named = search_for(sought), []
        for one in found:
            item = one.item
            of_row = (
                f"SELECT CAST({quoted(column)} AS VARCHAR) FROM items WHERE {FILE} = ? AND {ROW} = ?" if column else ""
            )
            text = (session.one(of_row, [one.file, one.row]) or "") if column else ""
            matches = undismissed(search.text(text), item.item_id, text, dismissed)
            certain = {match.subject for match in matches if match.certain} | ids.get(item.item_id or "", set())
            everybody = certain | {match.subject for match in matches}
            facts = replace(item, named=tuple(sorted(everybody)), possibly_named=frozenset(everybody - certain))
            named.append(replace(one, item=facts))
        return named


_STANDING = "identifiers SEMI JOIN byleave_objecting USING (subject_id)"


def sort_out(rows: Iterable[tuple[str, str]]) -> tuple[list[Sought], dict[str, set[str]]]:
    """Subjects with their identifiers, apart by what is looked for in texts and by ids of items.

    Raises: RefusedError for an identifier of a kind that is not known here: it cannot be looked for.
    """
    sought: list[Sought] = []
    ids: dict[str, set[str]] = {}
    for subject, text in rows:
        try:
            one = Identifier.read(text)
        except InputError as error:
            hint = "use the version of byleave that recorded it, or a newer one"
            raise RefusedError(error.message, hint=hint) from error
        if one.kind == "item":
            ids.setdefault(one.value, set()).add(subject)
        else:
            sought.append(Sought(subject, one))
    return sought, ids


def search_for(sought: Sequence[Sought]) -> Search:
    """A search under the suppression key, which is asked for where hashes are looked for.

    Raises: RefusedError when the key is missing or another one; MissingExtraError.
    """
    if find_spec("numpy") is None:
        hint = "install it: pip install 'byleave[people]'"
        raise MissingExtraError("looking for people in texts needs numpy", hint=hint)
    keys = None
    if any(one.identifier.kind in HASHED for one in sought):
        keys = Keys(required_secret())
        marks = {str(one.identifier) for one in sought if one.identifier.kind == MARK}
        if marks - {keys.mark()}:
            hint = f"give the file of the key that the ledger is used with: {SECRET_FILE}"
            raise RefusedError("the suppression key is not the one that identifiers were hashed with", hint=hint)
    return Search([one for one in sought if one.identifier.kind != MARK], keys)


def undismissed(
    matches: Sequence[Match], item: str | None, text: str, dismissed: Collection[tuple[str, str, str]]
) -> list[Match]:
    """Matches without those that are no more than a name, and of which somebody has found that it is another's."""
    if not dismissed or all(one.certain for one in matches):
        return list(matches)
    digest = digest_text(text)
    return [one for one in matches if one.certain or (one.subject, item, digest) not in dismissed]

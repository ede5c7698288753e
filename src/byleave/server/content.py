"""Where the items are: a port that a platform fills, and an adapter for a table.

The ledger knows what people chose and nothing of what they wrote. Whoever decides about items, or shows a member their
own, asks this port.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from byleave.kernel.errors import InputError
from byleave.kernel.instants import FIRST, LAST, parse_instant
from byleave.ledger.address import sqlite_path
from byleave.ledger.wire import check_text
from byleave.policy.facts import Item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.server.db.session import Session

MOST_ITEMS = 200
"""On one page."""


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One item: what a decision reads of it, and what its owner sees."""

    facts: Item
    text: str | None = None
    language: str | None = None
    """BCP 47."""

    @property
    def item_id(self) -> str:
        """Its id; blank where the source has none."""
        return self.facts.item_id or ""


@dataclass(frozen=True, slots=True)
class ContentPage:
    """Some items of a member, newest first."""

    items: tuple[ContentItem, ...]
    after: str | None
    """What to ask with for the next page; None: this is the last."""


class ContentSource(Protocol):
    """The items of a platform. May be used by many threads."""

    def items_of(
        self, members: Sequence[str], after: str | None, limit: int, category: str | None = None
    ) -> ContentPage:
        """The items of one person, newest first.

        Args:
            members: every id of the person.
            after: as the page before told; None: from the newest on.
            limit: at most so many, up to `MOST_ITEMS`.
            category: only these; None: all.

        Raises: InputError for an `after` that no page told.
        """

    def counts(self, members: Sequence[str]) -> dict[str, int]:
        """How many items of each category one person has, the most first; those without a category under a blank."""

    def items(self, item_ids: Sequence[str]) -> list[ContentItem]:
        """The items with these ids, in any order; those that are not there are missing."""

    def every(self, after: str | None, limit: int) -> ContentPage:
        """The items of everybody, by their ids, page by page.

        Args:
            after: as the page before told; None: from the first on.
            limit: at most so many.
        """


class NoContent:
    """A platform that shows no items here: choices are kept, and whoever trains brings the items."""

    def items_of(
        self,
        members: Sequence[str],  # noqa: ARG002
        after: str | None,  # noqa: ARG002
        limit: int,  # noqa: ARG002
        category: str | None = None,  # noqa: ARG002
    ) -> ContentPage:
        """None."""
        return ContentPage((), None)

    def counts(self, members: Sequence[str]) -> dict[str, int]:  # noqa: ARG002
        """None."""
        return {}

    def items(self, item_ids: Sequence[str]) -> list[ContentItem]:  # noqa: ARG002
        """None."""
        return []

    def every(self, after: str | None, limit: int) -> ContentPage:  # noqa: ARG002
        """None."""
        return ContentPage((), None)


COLUMNS = (
    "item_id", "member_id", "category", "visibility", "created_at", "changed_at", "public_since", "withheld",
    "subjects", "ai_written", "language", "text",
)  # fmt: skip


_PLACE = "CAST(created_at AS TEXT) AS place"
"""An item's place among a member's items. The order itself is by the plain columns, so that an index has it."""


class TableContent:
    """Items in a table of a SQLite or PostgreSQL database, with the columns of `docs/reference/tables.md`, all there.

    Only reads. An index on `member_id, created_at, item_id` keeps a page of the list fast, and one on
    `member_id, category` the counts. Instants are timestamps, or text in RFC 3339 in UTC; `subjects` is an array, or
    JSON text.
    """

    def __init__(self, address: str, table: str) -> None:
        """Open it. The table's name stands in the statements as it is. Raises: LedgerError, UsageError."""
        self._address, self._table = address, table
        # the configuration holds the name to be one
        self._select = f"SELECT {', '.join(COLUMNS)}, {_PLACE} FROM {table} "  # noqa: S608

    def _open(self) -> Session:
        path = sqlite_path(self._address)
        if path is not None:
            from byleave.server.db.sqlite import SqliteSession

            return SqliteSession(path)
        from byleave.server.db.postgresql import PostgresqlSession

        return PostgresqlSession(self._address)

    def _query(self, where: str, values: list[Any]) -> list[tuple[Any, ...]]:
        return self._ask(self._select + where, values)

    def _ask(self, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
        session = self._open()
        try:
            return session.query(sql, values)
        except session.errors as error:
            told = str(error).strip()
            raise InputError(f"the items cannot be read from `{self._table}`: {told}") from error
        finally:
            session.close()

    def items_of(
        self, members: Sequence[str], after: str | None, limit: int, category: str | None = None
    ) -> ContentPage:
        """The items of one person, newest first, by the instant at which each was created; those without come last."""
        # with one id an index has the order; several are sorted
        owner = "= ?" if len(members) == 1 else f"IN ({', '.join('?' for _ in members)})"
        where, values = f"WHERE member_id {owner} ", list[Any](members)
        if category is not None:
            where, values = f"{where}AND category = ? ", [*values, category]
        place = None if after is None else _read_cursor(after)
        limit = max(1, min(limit, MOST_ITEMS))
        rows: list[tuple[Any, ...]] = []
        if place is None or place[0] is not None:
            dated = "AND created_at IS NOT NULL " + ("" if place is None else "AND (created_at, item_id) < (?, ?) ")
            order = f"ORDER BY created_at DESC, item_id DESC LIMIT {limit + 1}"
            rows = self._query(where + dated + order, [*values, *(place or ())])
        if len(rows) <= limit:
            # item ids are text, and a page that has begun among these goes on after one
            undated = "AND created_at IS NULL " + ("AND item_id < ? " if place and place[0] is None else "")
            order = f"ORDER BY item_id DESC LIMIT {limit + 1 - len(rows)}"
            rows += self._query(
                where + undated + order, [*values, *((place[1],) if place and place[0] is None else ())]
            )
        last = rows[limit - 1] if len(rows) > limit else None
        return ContentPage(tuple(map(_item, rows[:limit])), json.dumps([last[-1], last[0]]) if last else None)

    def counts(self, members: Sequence[str]) -> dict[str, int]:
        """How many items of each category."""
        marks = ", ".join("?" for _ in members)
        where = f"WHERE member_id IN ({marks}) GROUP BY 1 ORDER BY 2 DESC, 1"
        sql = f"SELECT COALESCE(category, ''), COUNT(*) FROM {self._table} {where}"  # noqa: S608 - as in `__init__`
        return dict(self._ask(sql, list(members)))

    def items(self, item_ids: Sequence[str]) -> list[ContentItem]:
        """The items with these ids."""
        if not item_ids:
            return []
        marks = ", ".join("?" for _ in item_ids)
        return [_item(row) for row in self._query(f"WHERE item_id IN ({marks})", list(item_ids))]

    def every(self, after: str | None, limit: int) -> ContentPage:
        """The items of everybody, by their ids, which an index keeps fast; rows without an id are passed over."""
        where, values = (
            ("WHERE item_id IS NOT NULL ", list[Any]()) if after is None else ("WHERE item_id > ? ", [after])
        )
        rows = self._query(f"{where}ORDER BY item_id LIMIT {max(1, limit) + 1}", values)
        more = rows[limit - 1] if len(rows) > limit else None
        return ContentPage(tuple(map(_item, rows[:limit])), str(more[0]) if more else None)


def _read_cursor(after: str) -> tuple[str | None, str]:
    """Where a page ended: the instant as the table's text, None where the item had none; and the item."""
    try:
        told = json.loads(after)
    except (ValueError, RecursionError):
        told = None
    match told:
        case [str() | None as created, str(item)]:
            check_text("after", created or "")
            check_text("after", item)
            return created, item
        case _:
            raise InputError(f"`{after}` is no place in the list", hint="use `after` as the page before told it")


def _item(row: tuple[Any, ...]) -> ContentItem:
    """A row as an item. A value that cannot be read makes it unreadable, and so never eligible."""
    told = dict(zip(COLUMNS, row, strict=False))  # the order's own column is left over
    failed: list[str] = []

    def instant(name: str) -> datetime | None:
        value = told[name]
        if value is None or value == "":
            return None
        if isinstance(value, datetime) and value.tzinfo is not None and FIRST <= value < LAST:
            return value.astimezone(UTC)
        read = parse_instant(value) if isinstance(value, str) else None
        if read is None:
            failed.append(name)
        return read

    def flag(name: str) -> bool | None:
        value = told[name]
        known = {None: None, "": None, True: True, False: False, "true": True, "false": False}
        if value not in known:
            failed.append(name)
            return None
        return known[value]

    def text(name: str) -> str | None:
        return None if told[name] in (None, "") else str(told[name])

    facts = {
        **{name: text(name) for name in ("item_id", "member_id", "category", "visibility")},
        **{name: instant(name) for name in ("created_at", "changed_at", "public_since")},
        **{name: flag(name) for name in ("withheld", "ai_written")},
        "subjects": _subjects(told["subjects"], failed),
    }
    return ContentItem(Item(**facts, unreadable=bool(failed)), text("text"), text("language"))  # type: ignore[arg-type]


def _subjects(value: object, failed: list[str]) -> tuple[str, ...] | None:
    if isinstance(value, str) and value:
        try:
            value = json.loads(value)
        except ValueError:
            value = 0
    if value is None or value == "":
        return None
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    failed.append("subjects")
    return None

"""Items in a table: page by page, newest first, and what cannot be read is never eligible."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import psycopg
import pytest

from byleave.kernel.errors import InputError
from byleave.server.content import TableContent
from tests.server.db.ledgers import server

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = "item_id, member_id, category, visibility, created_at, changed_at, public_since, withheld, subjects"


@pytest.fixture
def content(tmp_path: Path) -> TableContent:
    """Five items of two people; one has no instant, one an unreadable list of subjects."""
    path = tmp_path / "items.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE items ({COLUMNS}, ai_written, language, text)")
        for item, member, created, subjects in (
            ("a", "ana", "2026-01-01T00:00:00Z", None),
            ("b", "ana", "2026-01-02T00:00:00Z", '["bob"]'),
            ("c", "ana", "2026-01-02T00:00:00Z", "[bob"),
            ("d", "ana", None, None),
            ("e", "bob", "2026-01-03T00:00:00Z", None),
        ):
            row = (item, member, "post", "public", created, None, None, 0, subjects, "", "en", "text")
            connection.execute(f"INSERT INTO items VALUES ({', '.join('?' * 12)})", row)
    connection.close()
    return TableContent(f"sqlite:///{path}", "items")


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 50])
def test_every_item_is_on_one_page(content: TableContent, limit: int) -> None:
    """Whatever the length of a page, each item of the person comes once, newest first, one without an instant too."""
    found, after = list[str](), None
    while True:
        page = content.items_of(["ana"], after, limit)
        found += [one.item_id for one in page.items]
        after = page.after
        if after is None:
            break

    assert found == ["c", "b", "a", "d"]


def test_accounts_that_were_merged_are_one_list(content: TableContent) -> None:
    """The items of several ids come in one order."""
    first = content.items_of(["ana", "bob"], None, 2)
    second = content.items_of(["ana", "bob"], first.after, 50)

    assert [one.item_id for one in (*first.items, *second.items)] == ["e", "c", "b", "a", "d"]


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize("kind", ["timestamptz", "text"])
def test_postgresql_has_the_same_order(kind: str) -> None:
    """Whether instants are timestamps or text, each item comes once, newest first, and without an instant last."""
    address = server().database()
    with psycopg.connect(address) as connection:
        others = "category text, visibility text, changed_at text, public_since text, withheld bool, subjects text"
        connection.execute(
            f"CREATE TABLE items (item_id text, member_id text, created_at {kind}, {others},"
            " ai_written bool, language text, text text)"
        )
        for item, created in (("a", "2026-01-01T00:00:00Z"), ("b", "2026-01-02T00:00:00.5Z"), ("d", None), ("c", None)):
            connection.execute(
                "INSERT INTO items (item_id, member_id, created_at) VALUES (%s, 'ana', %s)", (item, created)
            )
    content, found, after = TableContent(address, "items"), list[str](), None
    while True:
        page = content.items_of(["ana"], after, 1)
        found += [one.item_id for one in page.items]
        after = page.after
        if after is None:
            break

    assert found == ["b", "a", "d", "c"]


def test_what_cannot_be_read_is_unreadable(content: TableContent) -> None:
    """A list of subjects that is none makes the item unreadable, which no decision lets in."""
    found = {one.item_id: one.facts for one in content.items(["b", "c", "none"])}

    assert (found["b"].subjects, found["b"].unreadable, found["b"].withheld) == (("bob",), False, False)
    assert found["c"].unreadable
    assert found.keys() == {"b", "c"}


@pytest.mark.parametrize("after", ["", "null", "[]", "[1, 2]", '["a"]', '["a", "\\ud800"]', "[" * 5000])
def test_wrong_place_is_told(content: TableContent, after: str) -> None:
    """A place that no page told is an error in words."""
    with pytest.raises(InputError):
        content.items_of(["ana"], after, 1)

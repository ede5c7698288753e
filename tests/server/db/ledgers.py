"""New ledgers for tests, on both databases, and acts to record in them."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
from functools import cache
from typing import TYPE_CHECKING, Any

import psycopg

from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Entry, Kind
from byleave.policy.facts import MEMBER
from byleave.server.db.migrating import migrate
from tests.server.db.postgres import Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[[], str]

SECRET = b"0123456789abcdef0123456789abcdef"
SETTING = "data-for-ai-improvement"


@cache
def server() -> Server:
    """The one server of this process of the tests; stopped when the process ends."""
    made = Server()
    atexit.register(made.stop)
    return made


@cache
def _template_file(folder: Path) -> Path:
    path = folder / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@cache
def _template_database() -> str:
    address = server().database()
    migrate(address)
    return address.partition("?")[0].rpartition("/")[2]


def new_ledger(engine: str, folder: Path, name: str = "ledger") -> str:
    """The address of an empty ledger; copied from one that was migrated once."""
    if engine == "postgresql":
        return server().database(_template_database())
    path = folder / f"{name}.db"
    shutil.copy(_template_file(folder.parent), path)
    return f"sqlite:///{path}"


class Raw:
    """The database itself, behind the store's back."""

    def __init__(self, address: str) -> None:
        """Connect."""
        if address.startswith("sqlite"):
            self._connection: Any = sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None)
        else:
            self._connection = psycopg.connect(address, autocommit=True)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement; its rows."""
        cursor = self._connection.execute(sql)
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Close."""
        self._connection.close()


REFUSED = (sqlite3.Error, psycopg.Error)
"""What a database raises when it refuses."""


def registered(name: str) -> Proposal:
    """Somebody who lives in Germany is registered."""
    return Proposal(Kind.MEMBER_REGISTERED, name, "platform", {"country": "DE", "birth_date": None})


def switched(name: str, value: str = "off", actor: str = MEMBER) -> Proposal:
    """Somebody switches the setting."""
    return Proposal(Kind.PREFERENCE_SET, name, actor, {"setting": SETTING, "value": value})


def objected(name: str, objection: str, purpose: str | None = None) -> Proposal:
    """Somebody objects."""
    return Proposal(Kind.OBJECTION_RECEIVED, name, MEMBER, {"objection": objection, "purpose": purpose})


def asked(entry: Entry) -> Proposal:
    """The act that an entry records."""
    return Proposal(entry.kind, entry.subject, entry.actor, entry.data, entry.at)

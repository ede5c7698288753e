"""Opening a ledger: what is none, what is of another form, or what would not keep what it confirms, is refused."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from byleave.kernel.errors import LedgerError, UsageError
from byleave.ledger.address import NEWEST_FORM, sqlite_path, without_password
from byleave.server.db.address import django_database
from byleave.server.db.migrating import migrate
from byleave.server.db.opening import connect
from byleave.server.db.postgresql import PostgresqlSession
from byleave.server.db.sqlite import SqliteSession
from byleave.server.db.store import Store
from tests.server.db.ledgers import Raw, objected

if TYPE_CHECKING:
    from pathlib import Path


def test_migrating_twice_changes_nothing(address: str) -> None:
    """An upgrade of a ledger that is up to date applies nothing, and keeps epoch and entries."""
    with Store(address) as store:
        store.append([objected("x", "o-1")])
        before = store.head()
    assert migrate(address) == []
    with Store(address) as store:
        assert store.head() == before


def test_a_newer_ledger_is_refused(address: str) -> None:
    """One that a newer version made is neither opened nor migrated."""
    raw = Raw(address)
    raw.run("INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '0999_later', CURRENT_TIMESTAMP)")
    raw.close()

    for act in (Store, migrate):
        with pytest.raises(LedgerError, match="made by a newer byleave: it has `0999_later`"):
            act(address)


def test_an_older_ledger_is_refused(address: str) -> None:
    """One whose upgrade is missing says how to upgrade it."""
    raw = Raw(address)
    raw.run("UPDATE django_migrations SET name = '0000_before' WHERE app = 'ledger'")
    raw.close()

    with pytest.raises(LedgerError, match="of an older form\n  help: bring it up to date: byleave migrate"):
        Store(address)


def test_what_is_no_ledger_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """A file that is missing is not made, and another program's database is not touched."""
    text, other = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("not a database, and long enough to be taken for one by nobody\n" * 20)
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE other (x)")
    connection.close()
    before = text.read_bytes(), other.read_bytes()
    for path in (tmp_path / "missing.db", text, other, tmp_path):
        with pytest.raises(LedgerError):
            Store(f"sqlite:///{path}")

    assert (text.read_bytes(), other.read_bytes()) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "other.db"]


def test_sqlite_that_would_not_flush_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything weaker than FULL is refused when a ledger is opened."""
    address = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(address)
    for weak in ("OFF", "NORMAL"):
        monkeypatch.setattr(SqliteSession, "synchronous", weak)
        with pytest.raises(LedgerError, match="would not keep what it confirms"):
            connect(address)
    for strong in ("FULL", "EXTRA"):
        monkeypatch.setattr(SqliteSession, "synchronous", strong)
        connect(address).close()


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_postgresql_that_would_not_flush_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is set to confirm before flushing is overruled; where that does not help, it is refused."""
    raw = Raw(address)
    name = raw.run("SELECT current_database()")[0][0]
    raw.run(f"ALTER DATABASE {name} SET synchronous_commit = off")
    raw.close()
    connect(address).close()
    monkeypatch.setattr(PostgresqlSession, "synchronous_commit", "off")

    with pytest.raises(LedgerError, match="would not keep what it confirms: synchronous_commit off"):
        connect(address)


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    """The message has the address, and never the password."""
    with pytest.raises(LedgerError) as error:
        Store("postgresql://ana:secret-4711@127.0.0.1:1/ledger")

    assert "cannot open the ledger `postgresql://ana@127.0.0.1:1/ledger`" in str(error.value)
    assert "4711" not in str(error.value)


@pytest.mark.parametrize("address", ["ledger.db", "sqlite://ledger.db", "sqlite:///", "mysql://host/x", ""])
def test_a_wrong_address_is_told(address: str) -> None:
    """What is neither a file nor a server is a usage error that shows how an address looks."""
    with pytest.raises(UsageError, match="is no address of a ledger"):
        sqlite_path(address)


def test_addresses_are_read() -> None:
    """Relative and absolute files; servers with all that Django has a name for, and the rest as options."""
    assert sqlite_path("sqlite:///a%20b/l.db") == "a b/l.db"
    assert sqlite_path("sqlite:////data/l.db") == "/data/l.db"
    assert without_password("postgresql://u:p@h/d") == "postgresql://u@h/d"
    assert django_database("postgresql://u:p@h:5/d?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "d",
        "USER": "u",
        "PASSWORD": "p",
        "HOST": "h",
        "PORT": "5",
        "OPTIONS": {"sslmode": "require"},
    }
    with pytest.raises(UsageError, match="cannot be read"):
        django_database("postgresql://h/d?nothing=1")


def test_the_newest_migration_is_known(tmp_path: Path) -> None:
    """The store expects the newest migration that Django has, and the models say what it makes."""
    migrate(f"sqlite:///{tmp_path / 'ledger.db'}")  # prepares Django
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    loader = MigrationLoader(None)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(loader.graph)

    assert [name for app, name in loader.graph.leaf_nodes() if app == "ledger"] == [NEWEST_FORM]
    assert changes == {}


def test_a_process_that_writes_keeps_another_waiting_only(address: str) -> None:
    """While one connection holds the ledger, an act of another waits; it is recorded once the first has let go."""
    first = connect(address)
    first.begin()
    with Store(address) as store:
        answer = store.submit([objected("x", "o-1")])
        with pytest.raises(TimeoutError):
            answer.result(timeout=0.3)
        first.roll_back()
        assert answer.result(timeout=20)[0].seq == 1
    first.close()

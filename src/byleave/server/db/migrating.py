"""Create or upgrade a ledger's database, and open its first epoch."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ConnectionHandler

from byleave.adapters.publishing import require_folder
from byleave.kernel.errors import LedgerError
from byleave.ledger.address import one_line, sqlite_path, without_password
from byleave.ledger.wire import to_microseconds
from byleave.server.db.address import django_database
from byleave.server.db.routing import LEDGER, LEDGER_APPS

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNTS = "byleave-accounts"
SETTINGS = "byleave.server.settings"


def migrate(address: str, *, first_epoch: bool = True) -> list[str]:
    """Bring a ledger's database to the newest form; create a file that is not there.

    Args:
        address: the database.
        first_epoch: whether to open an epoch where there is none. One that is to hold the rows of another ledger gets
            its epochs with them.

    Returns: The names of the migrations that were applied, oldest first; none when it was up to date.

    Raises: LedgerError when it cannot be reached or was made by a newer byleave; UsageError for a wrong address.
    """
    with _connected(LEDGER, address) as connection:
        return _migrate(connection, without_password(address), first_epoch=first_epoch)


def migrate_accounts(address: str) -> list[str]:
    """The same for the database of accounts, sessions and tokens.

    Raises: LedgerError when it cannot be reached; UsageError for a wrong address.
    """
    with _connected(ACCOUNTS, address) as connection:
        executor = MigrationExecutor(connection)
        targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in LEDGER_APPS]
        plan = executor.migration_plan(targets)
        executor.migrate(targets, plan=plan)
        return [f"{migration.app_label} {migration.name}" for migration, _ in plan]


@contextmanager
def _connected(alias: str, address: str) -> Iterator[Any]:
    """One of Django's connections under a name of its own, so that what else the process uses stays as it is.

    Raises: OutputError where the folder of a file is not there; LedgerError.
    """
    path = sqlite_path(address)
    if path is not None:
        require_folder(Path(path))
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
        django.setup()
    connections.settings[alias] = ConnectionHandler({DEFAULT_DB_ALIAS: django_database(address)}).settings["default"]
    connection = connections[alias]
    try:
        yield connection
    except DatabaseError as error:
        raise LedgerError(f"cannot prepare `{without_password(address)}`: {one_line(error)}") from error
    finally:
        connection.close()
        del connections[alias], connections.settings[alias]


def _migrate(connection: Any, shown: str, *, first_epoch: bool) -> list[str]:  # noqa: ANN401 - a connection of Django
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    newer = sorted(one[1] for one in executor.loader.applied_migrations if one[0] in LEDGER_APPS and one not in known)
    if newer:
        hint = "use the version of byleave that made it, or a newer one"
        raise LedgerError(f"`{shown}` was made by a newer byleave: it has `{newer[-1]}`", hint=hint)
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in LEDGER_APPS]
    plan = executor.migration_plan(targets)
    executor.migrate(targets, plan=plan)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_epoch")
        if cursor.fetchone()[0] == 0 and first_epoch:
            row = [1, secrets.token_hex(16), to_microseconds(datetime.now(UTC)), "created"]
            cursor.execute("INSERT INTO ledger_epoch (number, name, opened_at, reason) VALUES (%s, %s, %s, %s)", row)
    return [migration.name for migration, _ in plan]

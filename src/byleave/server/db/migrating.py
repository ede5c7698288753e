"""Create or upgrade a ledger's database, and open its first epoch."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

import django
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ConnectionHandler

from byleave.kernel.errors import LedgerError
from byleave.ledger.address import one_line, without_password
from byleave.ledger.wire import to_microseconds
from byleave.server.db.address import django_database

APP = "byleave.server.db"
ALIAS = "byleave-migrate"


def migrate(address: str) -> list[str]:
    """Bring a database to the newest form; create a file that is not there.

    Returns: The names of the migrations that were applied, oldest first; none when it was up to date.

    Raises: LedgerError when it cannot be reached or was made by a newer byleave; UsageError for a wrong address.
    """
    if not settings.configured:
        settings.configure(INSTALLED_APPS=[APP], USE_TZ=True)
        django.setup()
    # under a name of its own among Django's connections, so that what else the process uses stays as it is
    connections.settings[ALIAS] = ConnectionHandler({DEFAULT_DB_ALIAS: django_database(address)}).settings["default"]
    connection = connections[ALIAS]
    try:
        return _migrate(connection, without_password(address))
    except DatabaseError as error:
        raise LedgerError(f"cannot prepare `{without_password(address)}`: {one_line(error)}") from error
    finally:
        connection.close()
        del connections[ALIAS], connections.settings[ALIAS]


def _migrate(connection: Any, shown: str) -> list[str]:  # noqa: ANN401 - a connection of Django
    executor = MigrationExecutor(connection)
    known = {name for app, name in executor.loader.disk_migrations if app == "ledger"}
    newer = sorted(name for app, name in executor.loader.applied_migrations if app == "ledger" and name not in known)
    if newer:
        hint = "use the version of byleave that made it, or a newer one"
        raise LedgerError(f"`{shown}` was made by a newer byleave: it has `{newer[-1]}`", hint=hint)
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "ledger"]
    plan = executor.migration_plan(targets)
    executor.migrate(targets, plan=plan)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_epoch")
        if cursor.fetchone()[0] == 0:
            row = [1, secrets.token_hex(16), to_microseconds(datetime.now(UTC)), "created"]
            cursor.execute("INSERT INTO ledger_epoch (number, name, opened_at, reason) VALUES (%s, %s, %s, %s)", row)
    return [migration.name for migration, _ in plan]

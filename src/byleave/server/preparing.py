"""A first start: folders, secrets, keys and databases are made where they are missing, and never over others."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from byleave.adapters.key_files import RING, new_keys
from byleave.adapters.small_file import read_bytes
from byleave.kernel.errors import OutputError
from byleave.ledger.address import sqlite_path
from byleave.ledger.suppression import SHORTEST_KEY
from byleave.server.db.migrating import migrate, migrate_accounts
from byleave.server.running import secret_in

if TYPE_CHECKING:
    from byleave.server.configuration import Configuration

SUPPRESSION_KEY = "suppression.key"
"""Beside the ledger of a demonstration: whoever plays with it finds members by this key, as `byleave trace` does."""
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def prepare(configuration: Configuration) -> list[str]:
    """Make what is missing, and bring both databases up to date.

    Returns: What was made, in words.

    Raises: OutputError when something cannot be written; InputError when a file that is named cannot be read;
    LedgerError when a database cannot be prepared.
    """
    if configuration.demo_password_file is not None:
        read_bytes(configuration.demo_password_file)  # the sign-in page shows it
    made = [*_secrets(configuration), *_keys(configuration)]
    for address in (configuration.ledger, configuration.accounts):
        path = sqlite_path(address)
        if path is not None:
            _folder(Path(path).parent)
    if migrate(configuration.ledger):
        made.append("the ledger's tables")
    if migrate_accounts(configuration.accounts):
        made.append("the tables of accounts")
    return made


def _folder(path: Path) -> None:
    try:
        path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder `{path}`: {(error.strerror or '').lower()}") from error


def _secrets(configuration: Configuration) -> list[str]:
    made = []
    if write_once(configuration.suppression_key, secrets.token_bytes(SHORTEST_KEY)):
        made.append(f"the suppression key `{configuration.suppression_key}`: keep a copy where the database is not")
    if write_once(configuration.session_key, secrets.token_urlsafe(64).encode()):
        made.append(f"the key of sessions `{configuration.session_key}`")
    return made


def write_once(path: Path, data: bytes) -> bool:
    """Write a file that only its owner can read, unless there is one."""
    _folder(path.parent)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    except FileExistsError:
        return False
    except OSError as error:
        raise OutputError(f"cannot write `{path}`: {(error.strerror or '').lower()}") from error
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return True


def _keys(configuration: Configuration) -> list[str]:
    if (configuration.keys / RING).exists():
        return []
    _folder(configuration.keys.parent)
    passphrase = secret_in(configuration.passphrase_file)
    new_keys(configuration.keys, configuration.key_name, datetime.now(UTC), passphrase)
    return [f"a key `{configuration.key_name}` that signs receipts, in `{configuration.keys}`"]

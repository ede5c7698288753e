"""The one service of this process: made when it is first asked for, from the configuration."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from byleave.adapters.small_file import read_bytes
from byleave.kernel.errors import InputError
from byleave.ledger.address import sqlite_path
from byleave.server.content import TableContent
from byleave.server.db.store import Store
from byleave.server.forms import FOLDER, Forms
from byleave.server.policy_in_force import in_force
from byleave.server.service import Service, present
from byleave.server.signing import Signing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from byleave.server.configuration import Configuration
    from byleave.server.content import ContentSource
    from byleave.server.db.observer import Observer

FEED = "feed_item"
"""The table of `server.feed`."""
_lock = threading.Lock()
_current: list[Service] = []
_tried = [0.0]
"""When a database that hung up was last called; seconds of a clock that never jumps."""


def start(
    configuration: Configuration, clock: Callable[[], datetime] = present, observer: Observer | None = None
) -> Service:
    """Open the ledger, and everything around it; `observer` counts what is recorded.

    Raises: ByleaveError when something is missing; `byleave serve` makes what a first start needs.
    """
    secret = _suppression_key(configuration.suppression_key)
    policy = in_force(configuration.packs)
    signing = Signing(configuration.keys, secret_in(configuration.passphrase_file))
    store = Store(
        configuration.ledger, suppression_secret=secret, copy=configuration.copy, clock=clock, observer=observer
    )
    forms = Forms(configuration.keys / FOLDER)
    return Service(store, policy, signing, content_source(configuration), secret=secret, clock=clock, forms=forms)


def _suppression_key(file: Path) -> bytes:
    try:
        return read_bytes(file)
    except InputError as error:
        hint = "byleave serve makes what a service needs; of one that is there, name its folder: --data FOLDER"
        raise InputError(error.message, hint=hint) from error


def content_source(configuration: Configuration) -> ContentSource:
    """Where the items are: in the platform's own table, or in that of the small platform."""
    if configuration.content is None:
        return TableContent(configuration.accounts, FEED)
    return TableContent(configuration.content, configuration.content_table)


def secret_in(file: Path | None) -> bytes | None:
    """A secret without the line break at its end; None where there is no file."""
    return None if file is None else read_bytes(file).removesuffix(b"\n").removesuffix(b"\r")


def current() -> Service:
    """The service of this process.

    A PostgreSQL server that was away is tried again, at most once a second: what it confirmed it has kept, and what it
    did not was answered as an error. A ledger in a file stays stopped, because after a failed flush nobody knows what
    the disk has kept (docs/adr/0041); somebody has to look at the disk and start again.

    Raises: LedgerError when the ledger cannot be opened.
    """
    if _current and (_current[0].store.usable or _is_file(_current[0])):
        return _current[0]
    with _lock:
        if _current and not (_current[0].store.usable or _is_file(_current[0])) and time.monotonic() >= _tried[0] + 1:
            _tried[0] = time.monotonic()
            _replace()
        if not _current:
            from django.conf import settings

            from byleave.server.metrics import Counting

            _current.append(start(settings.CONFIGURATION, observer=Counting()))
        return _current[0]


def _is_file(service: Service) -> bool:
    return sqlite_path(service.store.address) is not None


def _replace() -> None:
    """Put a service on a new connection in the place of one whose database hung up."""
    from django.conf import settings

    from byleave.server.metrics import Counting

    new = start(settings.CONFIGURATION, observer=Counting())
    old, _current[0] = _current[0], new
    old.close()


def install(service: Service | None) -> None:
    """Take another service from now on, such as one with a clock of its own; None: make one when it is asked for."""
    with _lock:
        _current[:] = [service] if service else []


def stop() -> None:
    """Record what waits, and close the ledger, at the end of a process."""
    with _lock:
        for service in _current:
            service.close()
        _current.clear()

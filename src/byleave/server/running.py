"""The one service of this process: made when it is first asked for, from the configuration."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from byleave.adapters.small_file import read_bytes
from byleave.server.content import TableContent
from byleave.server.db.store import Store
from byleave.server.policy_in_force import in_force
from byleave.server.service import Service, present
from byleave.server.signing import Signing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from byleave.server.configuration import Configuration
    from byleave.server.content import ContentSource

FEED = "feed_item"
"""The table of `server.feed`."""
_lock = threading.Lock()
_current: list[Service] = []


def start(configuration: Configuration, clock: Callable[[], datetime] = present) -> Service:
    """Open the ledger, and everything around it.

    Raises: ByleaveError when something is missing; `byleave serve` makes what a first start needs.
    """
    secret = read_bytes(configuration.suppression_key)
    policy = in_force(configuration.packs)
    signing = Signing(configuration.keys, secret_in(configuration.passphrase_file))
    store = Store(configuration.ledger, suppression_secret=secret, copy=configuration.copy, clock=clock)
    return Service(store, policy, signing, content_source(configuration), secret=secret, clock=clock)


def content_source(configuration: Configuration) -> ContentSource:
    """Where the items are: in the platform's own table, or in that of the small platform."""
    if configuration.content is None:
        return TableContent(configuration.accounts, FEED)
    return TableContent(configuration.content, configuration.content_table)


def secret_in(file: Path | None) -> bytes | None:
    """A secret without the line break at its end; None where there is no file."""
    return None if file is None else read_bytes(file).removesuffix(b"\n").removesuffix(b"\r")


def current() -> Service:
    """The service of this process."""
    with _lock:
        if not _current:
            from django.conf import settings

            _current.append(start(settings.CONFIGURATION))
        return _current[0]


def install(service: Service | None) -> None:
    """Take another service from now on, such as one with a clock of its own; None: make one when it is asked for."""
    with _lock:
        _current[:] = [service] if service else []

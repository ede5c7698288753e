"""A service in the process of the tests, on a ledger of its own, with a clock that is set by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from byleave.adapters.key_files import new_keys
from byleave.server.content import NoContent
from byleave.server.db.store import Store
from byleave.server.forms import Forms
from byleave.server.policy_in_force import in_force
from byleave.server.service import Service
from byleave.server.signing import Signing
from tests.server.db.ledgers import SECRET, new_ledger

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
"""New Year's Day."""


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        """It begins with `BEGIN`."""
        self.now = BEGIN

    def __call__(self) -> datetime:
        """What it shows."""
        return self.now


def new_service(engine: str, folder: Path, clock: Clock, pack: str = "byleave@1") -> Service:
    """A service under one pack, with nobody in it. Whoever makes it closes it."""
    new_keys(folder / "keys", "example.org/receipts", BEGIN)
    store = Store(new_ledger(engine, folder), suppression_secret=SECRET, clock=clock)
    parts = (store, in_force([pack]), Signing(folder / "keys"), NoContent())
    return Service(*parts, secret=SECRET, clock=clock, forms=Forms(folder / "keys" / "forms"))

"""A process that goes on recording acts, and after each time builds as a new run does, which writes the copy anew."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from byleave.adapters.duckdb_engine.ledger import read_ledger
from byleave.adapters.duckdb_engine.session import Session
from byleave.server.db.store import Store
from tests.server.db.ledgers import switched

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path


def go_on(address: str, spill: Path, told: Connection) -> None:
    """Go on until killed; something is sent after the first build."""
    with Store(address) as store:
        for number in count():
            # a copy is written anew after a hundredth of what it holds: these are more
            store.append([switched(f"m{one}", "off" if number % 2 else "on") for one in range(40)])
            session = Session(spill)
            read_ledger(session, address)
            session.close()
            if number == 0:
                told.send("ready")

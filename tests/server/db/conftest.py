"""Every test of the store runs on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from byleave.server.db.store import Store
from tests.server.db.ledgers import SECRET, new_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]


@pytest.fixture(params=ENGINES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty ledger."""
    return new_ledger(request.param, tmp_path)


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """A store on an empty ledger."""
    with Store(address, suppression_secret=SECRET) as store:
        yield store

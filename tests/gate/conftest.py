"""Plans of these tests are kept together, and not in the person's own cache; a small ledger, on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from byleave.server.db.store import Store
from tests.gate.plans import plans_apart
from tests.gate.scene import THREE, write_parquet
from tests.server.db.conftest import ENGINES
from tests.server.db.ledgers import SECRET, new_ledger, registered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["plans_apart"]


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A ledger of three members, on either database."""
    address = new_ledger(request.param, tmp_path)
    with Store(address, suppression_secret=SECRET) as store:
        for name in ("m1", "m2", "m3"):
            store.append([registered(name)])
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Its store."""
    with Store(url, suppression_secret=SECRET) as one:
        yield one


@pytest.fixture
def items(tmp_path: Path) -> Path:
    """Three items; the first names somebody without an account."""
    return write_parquet(tmp_path / "items.parquet", THREE, subjects=pa.array([["guest"], [], []]))

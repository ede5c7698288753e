"""Plans of these tests are kept together, not in the person's own cache; and a place to type commands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gate.plans import plans_apart
from tests.gate.scene import write_parquet, write_register

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["plans_apart"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with items and a register."""
    write_parquet(tmp_path / "items.parquet")
    write_register(tmp_path / "register")
    return tmp_path

"""Plans of these tests are kept together; the large corpus is made once in each process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gate.plans import plans_apart
from tests.reliability.large import Place, write_large

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["plans_apart"]


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus that takes some seconds."""
    folder = tmp_path_factory.mktemp("large")
    write_large(folder)
    return folder


@pytest.fixture
def place(inputs: Path, tmp_path: Path) -> Place:
    """The large corpus, and an empty folder for the snapshot."""
    return Place(inputs, tmp_path)

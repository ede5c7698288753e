"""Where tests keep compiled plans."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def plans_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep plans in one folder for all processes of this test run."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "plans"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BYLEAVE_CACHE", str(folder))
        yield

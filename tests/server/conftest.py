"""A server of its own for each file of tests that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server on SQLite with the recommended pack, in which nobody is registered yet."""
    with serving(tmp_path_factory.mktemp("server")) as made:
        yield made

"""A server of its own for each file of tests that asks for one."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.server.db.conftest import ENGINES
from tests.server.in_process import Clock, new_service
from tests.server.lineage.trained import Place, make
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from byleave.server.service import Service
    from tests.server.serving import Running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server on SQLite with the recommended pack, in which nobody is registered yet."""
    with serving(tmp_path_factory.mktemp("server")) as made:
        yield made


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A ledger of everybody, one of whom is off, a snapshot, and a model that was trained on it."""
    return make(tmp_path_factory.mktemp("talent"))


@pytest.fixture
def place(once: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A copy of it, to be changed."""
    monkeypatch.setenv("BYLEAVE_STATE", "")
    shutil.copytree(once.folder, tmp_path / "copy")
    return Place(tmp_path / "copy", f"sqlite:///{tmp_path}/copy/ledger.db")


@pytest.fixture
def clock() -> Clock:
    """New Year's Day."""
    return Clock()


@pytest.fixture(params=ENGINES)
def service(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Service]:
    """A service under the recommended pack, with nobody in it."""
    with closing(new_service(request.param, tmp_path, clock)) as made:
        yield made

"""The base and a model that was trained on it, once for all tests here."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.rewrite.training import Learning, learn
from tests.adapters.rewrite.tiny import ORIGIN, SECRET, SETTINGS, posts_of, tiny_base

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path
    from typing import Any

MEMBERS = 160


@dataclass(frozen=True)
class Scene:
    """A trained model of everybody, and what it was trained with."""

    folder: Path
    learning: Learning

    def without(self, gone: Collection[int], place: Path) -> Mapping[str, Any]:
        """The manifest of a model that never knew some people, from posts in another order."""
        place.mkdir()
        posts = [one for one in reversed(posts_of(MEMBERS)) if one[1] not in gone]
        return learn(place, posts, ORIGIN, self.learning)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The model of 160 members in eight shards; not to be changed."""
    place = tmp_path_factory.mktemp("rewrite")
    learning = Learning(SECRET, tiny_base(place / "base"), SETTINGS, place)
    (place / "model").mkdir()
    learn(place / "model", posts_of(MEMBERS), ORIGIN, learning)
    return Scene(place / "model", learning)


@pytest.fixture
def scene(once: Scene, tmp_path: Path) -> Scene:
    """A copy of it, to be changed."""
    shutil.copytree(once.folder, tmp_path / "model")
    return Scene(tmp_path / "model", once.learning)

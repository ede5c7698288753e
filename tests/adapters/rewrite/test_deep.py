"""`make check-deep`: forgetting is exact at the full number of shards and members, for each of twenty drawn people."""

from __future__ import annotations

import json
import os
import random
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.rewrite.leaving import enqueue, set_aside, settle
from byleave.adapters.rewrite.model_file import ADAPTERS, MANIFEST
from byleave.adapters.rewrite.training import Learning, learn
from byleave.kernel.canonical import digest_bytes
from tests.adapters.rewrite.tiny import ORIGIN, SECRET, SETTINGS, posts_of, tiny_base

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

pytestmark = [
    pytest.mark.needs("torch"),
    pytest.mark.skipif(not os.environ.get("BYLEAVE_DEEP"), reason="BYLEAVE_DEEP is not set"),
]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MEMBERS, SHARDS = 1_024, 64
POSTS = posts_of(MEMBERS)
EVERYBODY = sorted({member for _, member, _ in POSTS})


@pytest.fixture(scope="module")
def learning(tmp_path_factory: pytest.TempPathFactory) -> Learning:
    """What trains in 64 shards."""
    from dataclasses import replace

    place = tmp_path_factory.mktemp("deep")
    return Learning(SECRET, tiny_base(place / "base"), replace(SETTINGS, shards=SHARDS), place)


@pytest.fixture(scope="module")
def whole(learning: Learning) -> Path:
    """The model of everybody; not to be changed."""
    folder = learning.spill / "whole"
    folder.mkdir()
    learn(folder, POSTS, ORIGIN, learning)
    return folder


def held(folder: Path) -> tuple[dict[str, str], Any]:
    """Every file of adapters by its digest, and the manifest."""
    files = {path.name: digest_bytes(path.read_bytes()) for path in (folder / ADAPTERS).iterdir()}
    return files, json.loads((folder / MANIFEST).read_bytes())


def forgotten_is_never_known(whole: Path, learning: Learning, place: Path, gone: Collection[int]) -> bool:
    """Whether what is left after some people left is what training without them makes."""
    shutil.copytree(whole, place / "left")
    enqueue(place / "left", gone, NOW)
    set_aside(place / "left")
    settle(place / "left", learning, [], lambda _made: None, lambda: NOW)
    (place / "never").mkdir()
    learn(place / "never", [one for one in reversed(POSTS) if one[1] not in gone], ORIGIN, learning)
    return held(place / "left") == held(place / "never") != held(whole)


@pytest.mark.parametrize("number", range(20))
def test_each_of_twenty_drawn_members(whole: Path, learning: Learning, tmp_path: Path, number: int) -> None:
    """`M18` One drawn member leaves; every file, and the manifest, is that of training on all others from the start."""
    gone = random.Random(20).sample(EVERYBODY, 20)[number]

    assert forgotten_is_never_known(whole, learning, tmp_path, {gone})


@pytest.mark.parametrize("batch", [1, 10, 100])
def test_each_batch(whole: Path, learning: Learning, tmp_path: Path, batch: int) -> None:
    """`M18` 1, 10 or 100 members leave at once, to the same end."""
    gone = random.Random(batch).sample(EVERYBODY, batch)

    assert forgotten_is_never_known(whole, learning, tmp_path, set(gone))

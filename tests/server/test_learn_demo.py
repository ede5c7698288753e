"""The demonstration that trains tells a story that holds, with a small base of random numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from byleave.adapters.rewrite.settings import Settings
from byleave.server.learn_demo import Place, learn_story
from tests.adapters.rewrite.tiny import tiny_base

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.needs("torch")
def test_the_story_holds(tmp_path: Path) -> None:
    """`M1` `M18` From a post to the certificate: learned from, switched off, taken out, and the same bytes again."""
    tiny_base(tmp_path / "base")
    settings = Settings(1, rank=2, layers=1, epochs=1)
    place = Place(tmp_path / "demo", members=48, base=str(tmp_path / "base"), settings=settings, workers=1)
    told = list(learn_story(place))

    assert told[-1] == "Trained again from the start without them: every byte is the same."
    assert any("The certificate holds offline, signed by demonstration/receipts" in line for line in told)
    assert sum(line.startswith("  draft") for line in told) == 2

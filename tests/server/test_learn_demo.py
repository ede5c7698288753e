"""The demonstration that trains tells a story that holds, with a small base of random numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from byleave.adapters.rewrite.settings import Settings
from byleave.cli.main import group as byleave
from byleave.kernel.errors import OutputError, UsageError
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


@pytest.mark.needs("torch")
def test_what_is_no_demonstration_is_left_alone(tmp_path: Path) -> None:
    """A folder that holds something else is refused, and nothing in it is deleted; no option is ignored."""
    mine = tmp_path / "learn" / "thesis.txt"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")

    assert isinstance(CliRunner().invoke(byleave, ["demo", "--learn", "--out", str(tmp_path)]).exception, OutputError)
    assert [*tmp_path.rglob("*")] == [mine.parent, mine]
    told = ["demo", "--learn", "--out", str(tmp_path / "new"), "--members", "128"]
    assert isinstance(CliRunner().invoke(byleave, told).exception, UsageError)
    assert not (tmp_path / "new").exists()

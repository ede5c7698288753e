"""The public list of words for talent search: read whole, or refused with the line that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from byleave.adapters.talent.training import read_words
from byleave.kernel.errors import InputError
from byleave.learn.talent.words import words_from

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "term,documents\n"


def test_list_is_read(tmp_path: Path) -> None:
    """The first row has no word, and says of how many entries the others are counted."""
    file = tmp_path / "words.csv"
    file.write_text(HEADER + ",16000\nwelder,12\nmanage,1031\n")

    assert read_words(file) == words_from(16000, {"welder": 12, "manage": 1031})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("word,number\n", "needs the columns term,documents"),
        (HEADER, "nowhere"),
        (HEADER + "welder,12\n", "line 2: `welder,12`"),
        (HEADER + ",16\nwelder\n", "line 3: `welder`"),
        (HEADER + ",16\nwelder,many\n", "line 3: `welder,many`"),
        (HEADER + ",16\nwelder,-3\n", "line 3: `welder,-3`"),
        (HEADER + ",16\nwelder,3,4\n", "line 3: `welder,3,4`"),
        (HEADER + ",16\nwelder,3\nwelder,4\n", "line 4: `welder,4`"),
        (HEADER + ",16\n,4\n", "line 3: `,4`"),
        (HEADER + ",16\nwelder,17\n", "words.csv`: the word `welder` stands in 17 of 16 entries"),
    ],
)
def test_wrong_list_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """What is wrong is told with its file, its line and what stands there."""
    file = tmp_path / "words.csv"
    file.write_text(text)

    with pytest.raises(InputError) as caught:
        read_words(file)
    assert told in caught.value.message
    assert caught.value.hint

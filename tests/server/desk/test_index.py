"""The index: whoever reads first, and whoever is erased, it says what the ledger says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.server.desk.doing import inside

if TYPE_CHECKING:
    from tests.server.serving import Running


def followed(running: Running, *arguments: str) -> Any:
    """What `following.py` found."""
    code = Path(__file__).with_name("following.py").read_text("utf-8")
    return json.loads(inside(running, code, *arguments).splitlines()[-1])


def test_two_first_readers_do_not_disturb_each_other(running: Running) -> None:
    """Whichever of two is quicker, each entry is read once, and nobody gets an error."""
    found = followed(running, "race")

    assert found["errors"] == []
    assert (found["wrong"], found["rows"] > 4) == (0, True)


def test_an_erasure_leaves_what_an_index_made_anew_says(running: Running) -> None:
    """Whoever is erased is in no count of any day: an index that followed says what one that is made anew says."""
    found = followed(running, "erase", "1")

    assert found["wrong"] == []
    assert found["rows"] > 10

"""`byleave migrate` and `byleave ledger` from the command line to what is printed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from byleave.server.db.store import Store
from tests.gate.scene import byleave
from tests.server.db.ledgers import objected

if TYPE_CHECKING:
    from pathlib import Path


def test_a_ledger_is_made_and_looked_at(tmp_path: Path) -> None:
    """What is printed is what the ledger holds, as text and as JSON."""
    made = [byleave("migrate", "sqlite:///ledger.db", "--json", cwd=tmp_path) for _ in range(2)]
    with Store(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        store.append([objected("x", "o-1")])
        head = store.head()
    told = json.loads(byleave("ledger", "head", "sqlite:///ledger.db", "--json", cwd=tmp_path).stdout)

    assert [json.loads(one.stdout) for one in made] == [{"applied": ["0001_initial"]}, {"applied": []}]
    assert (told["seq"], told["chain"], told["epoch"]) == (1, head.chain, {"number": 1, "name": head.name})
    assert told["recorded_at"].endswith("Z")
    assert f"chain        {head.chain}\n" in byleave("ledger", "head", "sqlite:///ledger.db", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ledger", "head", "sqlite:///missing.db"), 1, "error: cannot open the ledger `missing.db`"),
        (("ledger", "head", "missing.db"), 2, "error: `missing.db` is no address of a ledger"),
        (("migrate", "sqlite:///no/such/folder/ledger.db"), 1, "error: cannot prepare `sqlite:///no/such"),
        (("migrate", "ledger.db"), 2, "error: `ledger.db` is no address of a ledger"),
    ],
)
def test_what_goes_wrong_is_told(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    """A missing file, a wrong address, a folder that is not there: one message, and nothing is made."""
    told = byleave(*arguments, cwd=tmp_path)

    assert (told.returncode, told.stdout) == (code, "")
    assert told.stderr.startswith(words)
    assert list(tmp_path.iterdir()) == []

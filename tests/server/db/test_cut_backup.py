"""A backup whose end is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.server.db.backup import back_up
from byleave.server.db.restoring import restore
from byleave.server.db.store import Store
from tests.server.db.ledgers import new_ledger, registered, switched

if TYPE_CHECKING:
    from pathlib import Path


def test_a_backup_that_is_cut_off_says_so(tmp_path: Path) -> None:
    """What is left of a file whose end is gone comes back, and that it was more is said; builds are shut."""
    out, address = tmp_path / "backup.jsonl", new_ledger("sqlite", tmp_path, "cut")
    with Store(address) as store:
        store.append([registered("ana"), switched("ana")])
    back_up(address, out)
    out.write_bytes(out.read_bytes()[:-20])
    done = restore(out, f"sqlite:///{tmp_path / 'restored.db'}")

    assert (done.cut, done.backup, done.shut is None) == (True, 1, False)
    assert done.as_json()["cut"] is True

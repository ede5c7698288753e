"""Where a command is to write a file: a folder that is not there is told before any work is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from byleave.cli.main import group
from byleave.kernel.errors import LedgerError, OutputError
from byleave.server.db.store import Store
from tests.gate.scene import THREE, write_parquet
from tests.server.db.ledgers import new_ledger, registered

if TYPE_CHECKING:
    from pathlib import Path

LEDGER = ("--ledger", "LEDGER")
GATE = ("--pack=linkedin@2025-11-03", "--purpose=generative-ai", "--recipient=linkedin")
CANARY = ("--member=m1", "--item=i1", "--setting=x")
COMMANDS = {
    "guide": ("guide", "linkedin", "--html=none/page.html"),
    "corpus": ("corpus", "diversity", "not-there.parquet", "--html=none/page.html"),
    "check": ("check", "not-there.zip", "--country=DE", "--html=none/page.html"),
    "letter": ("check", "not-there.zip", "--country=DE", "--letter=none/letter.txt"),
    "gate": ("gate", "items.parquet", "--register=LEDGER", *GATE, "--out=none/snapshot"),
    "backup": ("ledger", "backup", *LEDGER, "--out=none/backup.jsonl"),
    "restore": ("ledger", "restore", "backup.jsonl", "--ledger=sqlite:///none/ledger.db"),
    "reconcile": ("ledger", "reconcile", "register", *LEDGER, "--apply", "--csv=none/differences.csv"),
    "second copy": ("ledger", "import", "register", *LEDGER, "--copy=none/copy.jsonl"),
    "migrate": ("migrate", "sqlite:///none/ledger.db"),
    "canary": ("canary", "snapshots", *CANARY, "--metrics=none/canary.prom"),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_a_folder_that_is_not_there_is_told_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    """Whatever writes a file says in the same words that its folder must be made, and nothing is done or recorded."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BYLEAVE_STATE", "")
    address = new_ledger("sqlite", tmp_path)
    with Store(address) as store:
        store.append([registered("m1")])
        before = store.head()
    write_parquet(tmp_path / "items.parquet", THREE)
    (tmp_path / "backup.jsonl").write_text("{}\n")
    (tmp_path / "register").mkdir()
    (tmp_path / "register" / "members.csv").write_text("member_id,country\nm2,DE\n")
    names = sorted(tmp_path.iterdir())
    done = CliRunner().invoke(group, [one.replace("LEDGER", address) for one in COMMANDS[case]])

    assert isinstance(done.exception, LedgerError if case == "second copy" else OutputError)
    assert done.exception.message.endswith("there is no folder `none`")
    assert done.exception.hint == "make the folder first"
    with Store(address) as store:
        assert store.head() == before
    assert sorted(tmp_path.iterdir()) == names

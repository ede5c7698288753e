"""`byleave migrate` and `byleave ledger` from the command line to what is printed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from byleave.server.db.store import Store
from tests.gate.scene import byleave
from tests.server.db.ledgers import SECRET, Raw, new_ledger, objected, registered, switched

if TYPE_CHECKING:
    from pathlib import Path


def test_a_ledger_is_made_and_looked_at(tmp_path: Path) -> None:
    """What is printed is what the ledger holds, as text and as JSON."""
    made = [byleave("migrate", "sqlite:///ledger.db", "--json", cwd=tmp_path) for _ in range(2)]
    with Store(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        store.append([objected("x", "o-1")])
        head = store.head()
    told = json.loads(byleave("ledger", "head", "sqlite:///ledger.db", "--json", cwd=tmp_path).stdout)

    first, second = (json.loads(one.stdout) for one in made)
    applied = ["0001_initial", "0002_keys_by_entry", "0003_kept_terms_and_items", "0001_index"]
    applied += ["0002_forgetting", "0003_forget_problem"]
    assert (first["applied"], second) == (applied, {"applied": [], "accounts": []})
    assert "accounts 0001_initial" in first["accounts"]
    assert not any(name.startswith(("ledger ", "lineage ")) for name in first["accounts"])
    assert (told["seq"], told["chain"], told["epoch"]) == (1, head.chain, {"number": 1, "name": head.name})
    assert told["recorded_at"].endswith("Z")
    assert f"chain        {head.chain}\n" in byleave("ledger", "head", "sqlite:///ledger.db", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ledger", "head", "sqlite:///missing.db"), 1, "error: cannot open the ledger `missing.db`"),
        (("ledger", "head", "missing.db"), 2, "error: `missing.db` is no address of a ledger"),
        (("migrate", "sqlite:///no/such/folder/ledger.db"), 1, "error: there is no folder `no/such/folder`"),
        (("migrate", "ledger.db"), 2, "error: `ledger.db` is no address of a ledger"),
    ],
)
def test_what_goes_wrong_is_told(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    """A missing file, a wrong address, a folder that is not there: one message, and nothing is made."""
    told = byleave(*arguments, cwd=tmp_path)

    assert (told.returncode, told.stdout) == (code, "")
    assert told.stderr.startswith(words)
    assert list(tmp_path.iterdir()) == []


def test_entries_are_printed_in_order(tmp_path: Path) -> None:
    """`export` prints every entry on a line of its own, from a number on; an erased one keeps its line."""
    url = new_ledger("sqlite", tmp_path)
    with Store(url, suppression_secret=SECRET) as store:
        store.append([registered("ana")])
        store.append([switched("ana")])
        store.append([registered("bo")])
        store.erase("ana")
    lines = [json.loads(line) for line in byleave("ledger", "export", url, cwd=tmp_path).stdout.splitlines()]
    later = byleave("ledger", "export", url, "--after=2", cwd=tmp_path).stdout.splitlines()

    assert [one["seq"] for one in lines] == [1, 2, 3, 4]
    assert [one["kind"] for one in lines][2:] == ["member-registered", "member-erased"]
    assert ["subject" in one for one in lines] == [False, False, True, True]
    assert [json.loads(line) for line in later] == lines[2:]


def test_what_comes_is_seen(tmp_path: Path) -> None:
    """`watch` prints an act soon after it was acknowledged, and nothing that came before it was started."""
    url = new_ledger("sqlite", tmp_path)
    with Store(url) as store:
        store.append([registered("ana")])
        command = [sys.executable, "-m", "byleave", "ledger", "watch", url, "--after=1"]
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as watching:
            off = store.append([switched("ana")])[0]
            assert watching.stdout is not None
            told = json.loads(watching.stdout.readline())
            watching.send_signal(signal.SIGINT)
        assert watching.returncode == 0

    assert (told["seq"], told["data"]["value"]) == (off.seq, "off")


def test_a_changed_ledger_does_not_verify(tmp_path: Path) -> None:
    """`head --verify` is exit code 0 for a ledger as it was recorded, and 3 for one that somebody has changed."""
    url = new_ledger("sqlite", tmp_path)
    with Store(url) as store:
        store.append([registered("ana")])
        store.append([switched("ana")])
    good = byleave("ledger", "head", url, "--verify", cwd=tmp_path)
    raw = Raw(url)
    for (name,) in raw.run("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        raw.run(f"DROP TRIGGER {name}")
    raw.run("UPDATE ledger_payload SET data = replace(data, 'off', 'on') WHERE seq = 2")
    raw.close()
    bad = byleave("ledger", "head", url, "--verify", cwd=tmp_path)

    assert (good.returncode, bad.returncode, bad.stdout) == (0, 3, "")
    assert bad.stderr.startswith("error: ")
    assert "2" in bad.stderr

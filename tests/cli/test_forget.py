"""`byleave train`, `forget`, `verify` and `model audit`, as they are typed."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from byleave.server.db.store import Store
from tests.gate.scene import byleave, write_parquet
from tests.server.db.ledgers import SECRET, new_ledger, objected, registered

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = {"category": "profile", "visibility": "public", "created_at": "2024-05-01T08:30:00Z"}
PROFILES = [
    {"item_id": f"i{number}", "member_id": f"m{number}", **SHAPE, "text": f"wool grader\nmend {what}"}
    for number, what in enumerate(("nets", "ropes", "sails"))
]
DECIDE = ("--pack", "linkedin@2025-11-03", "--purpose", "other-ai", "--recipient", "linkedin")


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger of three members with profiles, and its key in the environment."""
    address = new_ledger("sqlite", tmp_path)
    with Store(address) as store:
        store.append([registered(f"m{number}") for number in range(3)])
    write_parquet(tmp_path / "items.parquet", PROFILES)
    (tmp_path / "words.csv").write_text("term,documents\n,100\nwool,1\ngrader,3\n", encoding="utf-8")
    (tmp_path / "key").write_bytes(SECRET)
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(tmp_path / "key"))
    monkeypatch.setenv("BYLEAVE_STATE", "")
    return address


def test_from_training_to_the_certificate(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` A model is trained, somebody objects and is taken out, the certificate holds, and an audit agrees."""
    ledger = ("--ledger", url)
    model = ("--model", "talent", *ledger)
    byleave("gate", "items.parquet", "--register", url, *DECIDE, "--out", "s", cwd=tmp_path)
    trained = byleave(
        "train", "talent", "--snapshot", "s", *ledger, "--out", "talent", "--words", "words.csv", cwd=tmp_path
    )
    shutil.copytree(tmp_path / "talent", tmp_path / "copy")
    with Store(url) as store:
        store.append([objected("m1", "o-1")])
    early = byleave("forget", "--due", "s", *model, cwd=tmp_path)
    named = byleave("forget", "m1", *model, "--json", cwd=tmp_path)
    (path,) = json.loads(named.stdout)["certificates"]
    holds = byleave("verify", path, "--unsigned", cwd=tmp_path)
    unsigned = byleave("verify", path, cwd=tmp_path)
    audited = byleave("model", "audit", "talent", "--snapshot", "s", *ledger, cwd=tmp_path)
    older = byleave("model", "audit", "copy", "--snapshot", "s", *ledger, cwd=tmp_path)
    nobody = byleave("forget", "m-1", *model, cwd=tmp_path)
    monkeypatch.delenv("BYLEAVE_SUPPRESSION_KEY")
    keyless = byleave("forget", "m1", *model, cwd=tmp_path)
    text = (tmp_path / path).read_text(encoding="utf-8")
    (tmp_path / "forged.json").write_text(text.replace('"forgotten":["', '"forgotten":["0', 1), encoding="utf-8")

    assert "learned from 3 profiles" in trained.stdout, trained.stderr
    assert "no opt-out reaches models" in early.stderr  # as LinkedIn's pack has it
    assert "Nothing was learned of anybody" in early.stdout
    assert "1 taken out of talent-" in holds.stdout
    assert "signed by  nobody" in holds.stdout
    assert "every digest is the same" in audited.stdout, audited.stderr
    assert unsigned.returncode == 3
    assert "nobody has signed it" in unsigned.stderr
    assert byleave("verify", "forged.json", "--unsigned", cwd=tmp_path).returncode == 3
    assert older.returncode == 3
    assert "still holds 1 who were taken out since it was made: destroy it" in older.stderr
    assert nobody.stderr.startswith("error: nothing is recorded about `m-1`")
    assert "BYLEAVE_SUPPRESSION_KEY" in keyless.stderr


def test_people_are_found_and_hide(tmp_path: Path, url: str) -> None:
    """`M1` The command finds who fits, and a member who hides is not found; nothing else changes."""
    byleave("gate", "items.parquet", "--register", url, *DECIDE, "--out", "s", cwd=tmp_path)
    byleave("train", "talent", "--snapshot", "s", "--ledger", url, "--out", "talent", cwd=tmp_path)
    before = byleave("talent", "search", "wool", "grader,", "ropes", "--model", "talent", "--json", cwd=tmp_path)
    hidden = byleave("talent", "hide", "m1", "--ledger", url, "--model", "talent", cwd=tmp_path)
    after = byleave("talent", "search", "wool", "grader,", "ropes", "--model", "talent", cwd=tmp_path)
    byleave("train", "talent", "--snapshot", "s", "--ledger", url, "--out", "again", cwd=tmp_path)
    later = byleave("talent", "search", "ropes", "--model", "again", cwd=tmp_path)
    shown = byleave("talent", "show", "m1", "--ledger", url, "--json", cwd=tmp_path)
    missing = byleave("train", "talent", "--ledger", url, cwd=tmp_path)

    found = json.loads(before.stdout)["found"]
    assert (found[0]["member"], found[0]["matched"]) == ("m1", ["wool", "grader", "ropes"])
    assert "`m1` is not found from now on" in hidden.stdout, hidden.stderr
    assert {line.split()[0] for line in after.stdout.splitlines()} == {"m0", "m2"}
    assert "nobody fits" in later.stderr
    assert json.loads(shown.stdout)["kind"] == "search-shown"
    assert "missing options `--snapshot`, `--out`" in missing.stderr


def test_what_is_wrong_is_said(tmp_path: Path, url: str) -> None:
    """On a folder that is no model, or without a list of words, the error says how to go on; the model comes first."""
    wrong = ("--out", "x", "--words", "items.parquet")
    bad = byleave("train", "talent", "--snapshot", "s", "--ledger", url, *wrong, cwd=tmp_path)
    none = byleave("forget", "m1", "--model", "nowhere", "--ledger", url, cwd=tmp_path)
    nobody = byleave("forget", "m-1", "--model", "nowhere", "--ledger", url, cwd=tmp_path)

    assert (bad.returncode, none.returncode, nobody.returncode) == (1, 1, 1)
    for one in (none, nobody):
        assert one.stderr.startswith("error: there is no model in `nowhere`")


def test_a_folder_without_a_model_is_told_so(tmp_path: Path, url: str) -> None:
    """Whoever mistypes the folder is not told that it holds another kind of model."""
    done = byleave("model", "audit", "nowhere", "--snapshot", "s", f"--ledger={url}", "--trial", cwd=tmp_path)

    assert done.returncode == 1
    assert "there is no model in `nowhere`" in done.stderr


def test_a_model_is_retired(tmp_path: Path, url: str) -> None:
    """`M18` The folder is destroyed and the ledger says so; a name alone, or a folder that is there, is asked about."""
    ledger = ("--ledger", url, "--by", "staff-1")
    byleave("gate", "items.parquet", "--register", url, *DECIDE, "--out", "s", cwd=tmp_path)
    for name in ("one", "two"):
        byleave("train", "talent", "--snapshot", "s", "--ledger", url, "--out", name, "--name", name, cwd=tmp_path)
    unsure = byleave("model", "retire", "one", *ledger, "--destroyed", cwd=tmp_path)
    assert (tmp_path / "one" / "manifest.json").exists()
    done = byleave("model", "retire", "one", *ledger, cwd=tmp_path)
    gone = byleave("model", "retire", "one", *ledger, cwd=tmp_path)
    (tmp_path / "two").rename(tmp_path / "lost")
    told = byleave("model", "retire", "two", *ledger, "--destroyed", "--json", cwd=tmp_path)
    shown = byleave("model", "show", "one", "--ledger", url, cwd=tmp_path)
    trace = byleave("trace", "member", "m1", "--ledger", url, cwd=tmp_path)

    assert (unsure.returncode, done.returncode, gone.returncode) == (2, 0, 2), done.stderr
    assert "leave --destroyed out" in unsure.stderr
    assert "Nobody has to leave it any more." in done.stdout
    assert "Files destroyed: " in done.stdout
    assert not (tmp_path / "one").exists()
    assert "add --destroyed" in gone.stderr
    assert (json.loads(told.stdout)["destroyed"], json.loads(told.stdout)["files"]) == ("told", 0)
    assert "It was destroyed, by entry" in shown.stdout
    assert "Nobody here has seen that." in trace.stdout
    assert "no recorded model has to change" in trace.stdout

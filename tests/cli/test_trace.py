"""`byleave snapshot register`, `model` and `trace`, and that the gate records what it publishes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest

from byleave.server.db.store import Store
from tests.gate.scene import THREE, byleave, write_parquet
from tests.server.db.ledgers import SECRET, new_ledger, registered, switched

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

DIGEST = "sha256:" + "a" * 64
DECIDE = ("--pack", "linkedin@2025-11-03", "--purpose", "generative-ai", "--recipient", "linkedin")


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger of three members with items, and its key in the environment."""
    address = new_ledger("sqlite", tmp_path)
    with Store(address) as store:
        store.append([registered(name) for name in ("m1", "m2", "m3")])
    write_parquet(tmp_path / "items.parquet", THREE)
    (tmp_path / "key").write_bytes(SECRET)
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(tmp_path / "key"))
    monkeypatch.setenv("BYLEAVE_STATE", "")  # the ledgers of tests are copies of one, and so are their names
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return address


def gate(url: str, folder: Path, out: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Take a snapshot."""
    return byleave("gate", "items.parquet", "--register", url, *DECIDE, "--out", out, *more, cwd=folder)


def test_a_snapshot_is_recorded_and_traced_to_its_models(tmp_path: Path, url: str) -> None:
    """M17, M18: from the gate to a model that was trained elsewhere, and back from a member, in words and as JSON."""
    assert gate(url, tmp_path, "s").returncode == 0
    made = byleave(
        *("model", "register", "--snapshot", "s", "--digest", DIGEST, "--ledger", url, "--name", "rewrite"),
        cwd=tmp_path,
    )
    with Store(url) as store:
        store.append([switched("m2")])
    asked = ("member", "m1"), ("model", "rewrite"), ("item", "i1")
    folders = {"member": ("--snapshot", "s"), "item": ("--snapshot", "s"), "model": ()}
    english, german, told = (
        {
            what: byleave("trace", what, name, "--ledger", url, *folders[what], *more, cwd=tmp_path)
            for what, name in asked
        }
        for more in ((), ("--lang", "de"), ("--json",))
    )
    value = {what: json.loads(one.stdout) for what, one in told.items()}

    assert made.returncode == 0, made.stderr
    assert "These models would have to change if m1 goes: model-aaaaaaaaaaaaaaaa (rewrite)." in english["member"].stdout
    assert "Diese Modelle wären zu ändern, wenn m1 geht" in german["member"].stdout
    assert "Items in s: i1" in english["member"].stdout
    assert "Switched off or objected, and still do: m2." in english["model"].stdout
    assert value["member"]["to_rebuild"] == ["model-aaaaaaaaaaaaaaaa"]
    assert value["member"]["items"] == [{"folder": "s", "items": ["i1"]}]
    assert value["model"]["saw"][0]["left_since"]["refused"] == {"m2": 1}
    assert value["item"]["snapshots"][0]["rows"] == 1


@pytest.mark.needs("postgresql")
def test_a_gate_that_may_only_read_says_so(tmp_path: Path, url: str) -> None:
    """With a role that may only read, the snapshot is published, exit code 0, and the note says how to record it."""
    assert url
    address = new_ledger("postgresql", tmp_path)
    with Store(address) as store:
        store.append([registered(name) for name in ("m1", "m2", "m3")])
    with psycopg.connect(address, autocommit=True) as owner:
        role = "byleave_only_reads"
        owner.execute(f"CREATE ROLE {role} LOGIN".encode())
        owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}".encode())
    taken = gate(address.replace("byleave@", f"{role}@"), tmp_path, "s")
    with Store(address) as store:
        before = store.head().seq
    recorded = byleave("snapshot", "register", "s", "--ledger", address, "--json", cwd=tmp_path)

    assert taken.returncode == 0, taken.stderr
    assert "is not recorded in the ledger" in taken.stderr
    assert "byleave snapshot register s --ledger URL" in taken.stderr
    assert (before, json.loads(recorded.stdout)["seq"]) == (3, 4)


def test_what_is_not_wished_is_not_recorded_and_can_be_later(tmp_path: Path, url: str) -> None:
    """With `--no-record` nothing is written; recording twice later is one entry."""
    bare = gate(url, tmp_path, "bare", "--no-record")
    with Store(url) as store:
        before = store.head().seq
    told = [byleave("snapshot", "register", "bare", "--ledger", url, "--json", cwd=tmp_path) for _ in range(2)]

    assert (bare.returncode, bare.stderr, before) == (0, "", 3)
    assert [json.loads(one.stdout)["was_known"] for one in told] == [False, True]
    assert all(json.loads(one.stdout)["indexed"] for one in told)


def test_a_snapshot_that_may_not_be_trained_on_makes_no_model(tmp_path: Path, url: str) -> None:
    """M18: after an opt-out a model is recorded only with the word that it was trained before."""
    gate(url, tmp_path, "s")
    with Store(url) as store:
        store.append([switched("m2")])
    register = ("model", "register", "--snapshot", "s", "--digest", DIGEST, "--ledger", url)
    refused = byleave(*register, cwd=tmp_path)
    wrong = byleave(*register, "--trained-at", "yesterday", cwd=tmp_path)
    future = byleave(*register, "--trained-at", "2999-01-01T00:00:00Z", cwd=tmp_path)
    shown = json.loads(byleave("snapshot", "show", "s", "--json", cwd=tmp_path).stdout)
    before = byleave(*register, "--trained-at", shown["manifest"]["recheck"]["as_of"], cwd=tmp_path)
    found = byleave("model", "show", DIGEST, "--ledger", url, "--json", cwd=tmp_path)

    assert (refused.returncode, "may not be trained on any more" in refused.stderr) == (1, True)
    assert (wrong.returncode, "is not an instant with a zone" in wrong.stderr) == (2, True)
    assert future.returncode == 2
    assert before.returncode == 0, before.stderr
    assert json.loads(found.stdout)["trained_on"][0]["manifest"] == shown["digest"]


def test_without_the_key_nobody_is_found(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate without the key says that it did not index, and a trace without it is refused with the way out."""
    monkeypatch.delenv("BYLEAVE_SUPPRESSION_KEY")
    taken = gate(url, tmp_path, "s")
    told = byleave("trace", "member", "m1", "--ledger", url, cwd=tmp_path)

    assert taken.returncode == 0
    assert "who is in it was not indexed" in taken.stderr
    assert (told.returncode, "set BYLEAVE_SUPPRESSION_KEY" in told.stderr) == (1, True)

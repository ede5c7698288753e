"""`byleave verify` from the command line to the verdict and its exit code."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import byleave
from byleave.kernel.canonical import canonical_json
from byleave.text.catalogue import LANGUAGES
from byleave.text.receipts import CHECKED, NOT_CHECKED, PROBLEMS, SNAPSHOT
from tests.cli.entrance import runner
from tests.proof.test_seen import manifest
from tests.proof.test_verification import OTHER, changed
from tests.receipts.acts import NOTICE, RECORDED, RING, receipt, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.entrance import Run

GOLDEN = Path(__file__).parents[1] / "golden" / "verify"
WRITE = os.environ.get("BYLEAVE_GOLDEN") == "write"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Run]:
    """Run `byleave verify` in a folder with a receipt, a ring and a snapshot; nothing may reach the network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket, "socket", None)
    (tmp_path / "receipt.json").write_bytes(signed("off-at-linkedin", NOTICE))
    (tmp_path / "ring.json").write_text(RING.text(), encoding="utf-8")
    snapshot(tmp_path / "snapshot", manifest(57))
    yield from runner(monkeypatch, capsys)


def snapshot(folder: Path, value: object) -> None:
    """A folder with a manifest."""
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_bytes(canonical_json(value))


RECEIPT = ("verify", "receipt.json", "--keys", "ring.json")


def wrong_files(folder: Path) -> None:
    """Receipts and snapshots of every kind that do not hold."""
    other = RING.rotated(OTHER.verifier, RECORDED, RECORDED - RECORDED)
    late = json.loads(other.text())
    late["keys"][0]["not_after"] = "2025-10-01T00:00:00Z"
    value = json.loads(signed("off-at-linkedin"))
    value["receipt"]["act"]["value"] = "on"
    (folder / "changed.json").write_bytes(canonical_json(value))
    (folder / "late.json").write_text(json.dumps(late), encoding="utf-8")
    (folder / "unknown.json").write_text(
        json.dumps({"format": late["format"], "keys": late["keys"][1:]}), encoding="utf-8"
    )
    (folder / "newer.json").write_bytes(changed(format="byleave-receipt/2"))
    (folder / "ascii.json").write_text(json.dumps(json.loads(signed())), encoding="utf-8")
    value["signatures"] = ["— x"]
    (folder / "damaged.json").write_bytes(canonical_json(value))
    snapshot(folder / "early", manifest(41))
    snapshot(folder / "restored", manifest(57, "e-2"))
    snapshot(folder / "folder", manifest("sha256:0", register={"kind": "folder"}))
    snapshot(folder / "replayed", manifest(57, mode="replay"))
    snapshot(folder / "ranking", manifest(41, purpose="other-ai"))


PAGES = {
    "verified": (RECEIPT, 0),
    "seen": ((*RECEIPT, "--snapshot", "snapshot"), 0),
    "later": ((*RECEIPT, "--snapshot", "early"), 3),
    "other-epoch": ((*RECEIPT, "--snapshot", "restored"), 3),
    "no-watermark": ((*RECEIPT, "--snapshot", "folder"), 3),
    "replay": ((*RECEIPT, "--snapshot", "replayed"), 3),
    "other-purpose": ((*RECEIPT, "--snapshot", "ranking"), 3),
    "wrong-signature": (("verify", "changed.json", "--keys", "ring.json"), 3),
    "unknown-key": (("verify", "receipt.json", "--keys", "unknown.json"), 3),
    "key-not-valid": (("verify", "receipt.json", "--keys", "late.json"), 3),
    "malformed-content": (("verify", "newer.json", "--keys", "ring.json"), 3),
    "malformed-signature": (("verify", "damaged.json", "--keys", "ring.json"), 3),
    "changed-layout": (("verify", "ascii.json", "--keys", "ring.json"), 3),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_page(run: Run, tmp_path: Path, name: str, language: str) -> None:
    """M17: verdict, words, what was checked and what was not, and the exit code, as they were reviewed once."""
    wrong_files(tmp_path)
    arguments, expected = PAGES[name]
    code, out, talk = run(*arguments, "--lang", language)
    told = out + (f"\n{talk}" if talk else "")
    file = GOLDEN / f"{name}.{language}.txt"
    if WRITE:
        file.parent.mkdir(exist_ok=True)
        file.write_text(told, encoding="utf-8")

    assert code == expected
    assert told == file.read_text(encoding="utf-8")
    assert talk.startswith("error: ") == (code != 0)


def test_golden_files_are_those_of_the_pages() -> None:
    """No reviewed file is left of a page that is gone, and every message stands on some page."""
    assert {file.name for file in GOLDEN.iterdir()} == {f"{name}.{one}.txt" for name in PAGES for one in LANGUAGES}
    # a receipt is never read as a note, so that `malformed-note` is for notes alone
    assert {*PROBLEMS, *SNAPSHOT} - set(PAGES) == {"malformed-note"}
    assert len(CHECKED) + len(NOT_CHECKED) == 10


@pytest.mark.parametrize("name", PAGES)
def test_json(run: Run, tmp_path: Path, name: str) -> None:
    """M17: the same as JSON; the content is there only where it is verified."""
    wrong_files(tmp_path)
    arguments, expected = PAGES[name]
    code, out, talk = run(*arguments, "--json")
    value = json.loads(out)

    assert code == expected
    assert (
        value["verified"] == (value["problem"] is None) == (value["receipt"] is not None) == (value["key"] is not None)
    )
    assert value["receipt"] in (None, receipt("off-at-linkedin", NOTICE).as_json())
    assert (value["problem"] or value["snapshot"] or {"code": None, "outcome": None}).get(
        "code" if value["problem"] else "outcome"
    ) in {name, "later", None}
    assert (json.loads(talk)["error"]["code"] if talk else None) == ("verification" if code else None)


UNREADABLE = [
    (("verify",), 2, "missing argument"),
    (("verify", "receipt.json"), 2, "whose signature is it"),
    (("verify", "receipt.json", "--keys", "ring.json", "--lang", "nl"), 2, "there is no language `nl`"),
    (("verify", "nowhere.json", "--keys", "ring.json"), 1, "cannot read `nowhere.json`: no such file"),
    (("verify", "snapshot", "--keys", "ring.json"), 1, "cannot read `snapshot`: is a directory"),
    (("verify", "ring.json", "--keys", "ring.json"), 1, "`ring.json` is not a receipt"),
    (("verify", "receipt.json", "--keys", "receipt.json"), 1, "`receipt.json` is not a key ring"),
    (("verify", "receipt.json", "--keys", "nowhere.json"), 1, "cannot read `nowhere.json`"),
    (("verify", "receipt.json", "--keys", "snapshot"), 1, "cannot read `snapshot/keys.json`"),
    (("verify", "blank", "--keys", "ring.json"), 1, "`blank` is not JSON"),
    ((*RECEIPT, "--snapshot", "nowhere"), 1, "cannot read `nowhere/manifest.json`"),
    ((*RECEIPT, "--snapshot", "list"), 1, "`list/manifest.json` is not the manifest"),
    ((*RECEIPT, "--snapshot", "half"), 1, "`half/manifest.json` is not JSON"),
    ((*RECEIPT, "--snapshot", "empty"), 1, "`empty/manifest.json` is not the manifest"),
]


@pytest.mark.parametrize("name", ["nowhere.json", "snapshot", "ring.json", "blank", "noise"])
def test_a_wrong_file_is_told_which_are_right(run: Run, tmp_path: Path, name: str) -> None:
    """Whatever is none of what is signed ends with the kinds that are verified, also before a key ring is there."""
    (tmp_path / "blank").touch()
    (tmp_path / "noise").write_bytes(b"\xff\xfe")
    for arguments in (("verify", name), ("verify", name, "--keys", "ring.json")):
        ended, out, talk = run(*arguments)

        assert (ended, out) == (1, "")
        assert "help: it verifies receipts, certificates of forgetting, and records of steps of staff" in talk


@pytest.mark.parametrize(("arguments", "code", "told"), UNREADABLE)
def test_unreadable(run: Run, tmp_path: Path, arguments: tuple[str, ...], code: int, told: str) -> None:
    """What cannot be read is exit code 1 and wrong usage is 2; neither prints a verdict."""
    (tmp_path / "blank").touch()
    snapshot(tmp_path / "list", [])
    snapshot(tmp_path / "empty", {})
    snapshot(tmp_path / "half", {})
    (tmp_path / "half" / "manifest.json").write_bytes(b"{")
    ended, out, talk = run(*arguments)

    assert (ended, out) == (code, "")
    assert told in talk


def test_keys_beside(run: Run, tmp_path: Path) -> None:
    """Without `--keys` the ring of the folder that `byleave key` makes is taken, and the answer names the key."""
    (tmp_path / "byleave-keys").mkdir()
    (tmp_path / "ring.json").rename(tmp_path / "byleave-keys" / "keys.json")
    code, out, _ = run("verify", "receipt.json")

    assert code == 0
    assert RING.keys[0].key.label in " ".join(out.split())


def test_from_python(tmp_path: Path, run: Run) -> None:
    """The door for Python does what the command does."""
    del run
    found = byleave.verify(tmp_path / "receipt.json", keys=tmp_path / "ring.json", snapshot=tmp_path / "snapshot")

    assert found.verified
    assert found.receipt == receipt("off-at-linkedin", NOTICE)
    assert found.comparison is not None
    assert found.comparison.seen


def test_terminal_is_not_controlled(run: Run, tmp_path: Path) -> None:
    """A receipt cannot move the cursor or change colours, whoever signed it."""
    words = {"en": ("\x1b[2Jgone",)}
    (tmp_path / "receipt.json").write_bytes(changed(words=words, subject="\x1b]0;x"))
    code, out, _ = run(*RECEIPT)

    assert code == 0
    assert "\x1b" not in out
    assert "\\x1b[2Jgone" in out


def test_words_in_another_language(run: Run, tmp_path: Path) -> None:
    """A receipt without words in the asked language tells them in English, or in what there is."""
    for words in ({"en": ("said so",), "nl": ("zei het",)}, {"nl": ("said so",)}):
        (tmp_path / "receipt.json").write_bytes(changed(words=words))
        code, out, _ = run(*RECEIPT, "--lang", "de")

        assert code == 0
        assert "said so" in out


def test_answers_at_once(tmp_path: Path) -> None:
    """Verifying loads no engine and no table, and is done in a moment."""
    (tmp_path / "receipt.json").write_bytes(signed())
    (tmp_path / "ring.json").write_text(RING.text(), encoding="utf-8")
    loaded = "sorted({'ibis', 'duckdb', 'pyarrow', 'rich'} & set(sys.modules))"
    script = (
        "import sys; from byleave.cli.main import group; "
        f"group({list(RECEIPT)}, standalone_mode=False); print({loaded}, file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(byleave.__path__[0]).parent)}
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )

    assert done.stderr == "[]\n"
    assert time.perf_counter() - start < 5

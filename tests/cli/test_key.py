"""`byleave key` from the command line to the files and what is printed."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.key_files import load_signer, read_ring
from byleave.kernel.instants import parse_instant
from tests.cli.entrance import runner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.entrance import Run

NAME = "example.org/receipts"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Run]:
    """Run `byleave` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    yield from runner(monkeypatch, capsys)


def test_new_rotate_show(run: Run, tmp_path: Path) -> None:
    """A first key, a rotation with an overlap, and what is there then; no secret is printed."""
    code, made, talk = run("key", "new", NAME)
    first = read_ring(tmp_path / "byleave-keys").keys[0]
    private = tmp_path / "byleave-keys" / f"{first.key.id}.pem"

    assert (code, talk) == (0, "")
    assert made.splitlines()[0] == first.key.text
    assert made.splitlines()[1].endswith("until it is rotated; private key here")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600

    code, rotated, _ = run("key", "rotate", "--overlap", "3")
    shown = json.loads(run("key", "show", "--json")[1])

    assert code == 0
    assert run("key", "show")[1] == rotated
    assert [one["state"] for one in shown] == ["may sign", "may sign"]
    assert [one["private"] for one in shown] == [True, True]
    begin, end = parse_instant(shown[1]["not_before"]), parse_instant(shown[0]["not_after"])
    assert begin is not None
    assert end == begin + timedelta(days=3)
    secret = private.read_text(encoding="utf-8").splitlines()[1]
    assert secret not in made + rotated + json.dumps(shown)


def test_no_overlap(run: Run, tmp_path: Path) -> None:
    """An overlap of nothing ends the old key at once, as for one that was stolen."""
    run("key", "new", NAME, "--dir", "k")
    run("key", "rotate", "--dir", "k", "--overlap", "0")
    shown = json.loads(run("key", "show", "--dir", "k", "--json")[1])

    assert [one["state"] for one in shown] == ["ended", "may sign"]
    assert load_signer(tmp_path / "k", datetime.now(UTC)).verifier.text == shown[1]["key"]


def test_passphrase_file(run: Run, tmp_path: Path) -> None:
    """A passphrase comes from a file, without the line break at its end, and never from the command line."""
    (tmp_path / "secret").write_bytes(b"open sesame\n")

    assert run("key", "new", NAME, "--passphrase-file", "secret")[0] == 0
    assert load_signer(tmp_path / "byleave-keys", datetime.now(UTC), b"open sesame").name == NAME


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("new",), 2, "missing argument"),
        (("new", "a b"), 2, "`a b` cannot be the name of a key"),
        (("new", "a+b"), 2, "`a+b` cannot be the name of a key"),
        (("new", NAME, "--passphrase-file", "blank"), 2, "the passphrase in `blank` is blank"),
        (("new", NAME, "--passphrase-file", "nowhere"), 1, "cannot read `nowhere`: no such file"),
        (("new", NAME, "--dir", "blank"), 1, "cannot write into `blank`: file exists"),
        (("new", NAME, "--dir", "there"), 1, "`there/keys.json` exists already"),
        (("rotate",), 1, "there is no folder of keys `byleave-keys`"),
        (("rotate", "--dir", "empty"), 1, "cannot read `empty/keys.json`: no such file"),
        (("rotate", "--dir", "there"), 1, "the key ring `there/keys.json` is not JSON"),
        (("rotate", "--overlap", "-1"), 2, "--overlap"),
        (("rotate", "--overlap", "soon"), 2, "--overlap"),
        (("show",), 1, "cannot read `byleave-keys`: no such file"),
        (("show", "--dir", "there"), 1, "the key ring `there/keys.json` is not JSON"),
        (("lock",), 2, "no such command `lock`"),
    ],
)
def test_mistakes(run: Run, tmp_path: Path, arguments: tuple[str, ...], code: int, told: str) -> None:
    """Each mistake is told on stderr with its exit code, as JSON too, and makes nothing."""
    (tmp_path / "blank").write_bytes(b"\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "keys.json").write_bytes(b"?")
    before = sorted(tmp_path.rglob("*"))
    ended, out, talk = run("key", *arguments)

    assert (ended, out) == (code, "")
    assert told in talk
    assert sorted(tmp_path.rglob("*")) == before
    assert told in json.loads(run("key", *arguments, "--json")[2])["error"]["message"]


def test_whoever_has_no_keys_is_told_how_to_make_them(run: Run) -> None:
    """The first use of keys fails with the way out."""
    assert "help: `byleave key new` makes keys" in run("key", "show")[2]

"""Keys on disk: only their owner reads them, none is ever replaced, and nothing is left half done."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

import byleave
from byleave.adapters.key_files import RING, load_signer, new_keys, private_file, read_ring, rotate_keys
from byleave.kernel.errors import InputError, OutputError
from byleave.proof.keys import parse_verifier

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
NAME = "example.org/receipts"


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with one key."""
    folder = tmp_path / "keys"
    new_keys(folder, NAME, NOW)
    return folder


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o777])
def test_only_the_owner_reads_a_key(tmp_path: Path, mask: int) -> None:
    """Whatever the person's mask, a private key has mode 0600 and the ring can be read by all."""
    folder = tmp_path / "keys"
    folder.mkdir()
    before = os.umask(mask)
    try:
        ring = new_keys(folder, NAME, NOW)
    finally:
        os.umask(before)

    assert mode(private_file(folder, ring.keys[0])) == 0o600
    assert mode(folder / RING) == 0o644


def test_folder_is_the_owners(keys: Path) -> None:
    """A folder that is made for keys is closed to others, and holds the key and the ring and nothing else."""
    ring = read_ring(keys)

    assert mode(keys) == 0o700
    assert {file.name for file in keys.iterdir()} == {RING, f"{ring.keys[0].key.id}.pem"}
    assert read_ring(keys / RING) == ring


def test_key_is_pkcs8(keys: Path) -> None:
    """The private key is PKCS#8 in PEM, which every tool reads, and its public half is that of the ring."""
    ring = read_ring(keys)
    data = private_file(keys, ring.keys[0]).read_bytes()
    private = serialization.load_pem_private_key(data, None)

    assert data.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert private.public_key().public_bytes_raw() == ring.keys[0].key.public  # type: ignore[union-attr]
    assert load_signer(keys, NOW).verifier == ring.keys[0].key


def test_keys_are_never_replaced(keys: Path) -> None:
    """A second first key is refused, and everything stays as it was."""
    before = {file: file.read_bytes() for file in keys.iterdir()}

    with pytest.raises(OutputError, match="exists already"):
        new_keys(keys, NAME, NOW)
    assert {file: file.read_bytes() for file in keys.iterdir()} == before


def test_private_file_is_never_replaced(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a key that by accident has the id of another does not take its place."""
    first = private_file(keys, read_ring(keys).keys[0])
    before = first.read_bytes()
    signer = load_signer(keys, NOW)
    (keys / RING).unlink()
    monkeypatch.setattr("byleave.adapters.key_files.Ed25519PrivateKey.generate", lambda: signer.private)

    with pytest.raises(OutputError, match=r"pem` exists already"):
        new_keys(keys, NAME, NOW)
    assert first.read_bytes() == before
    assert list(keys.iterdir()) == [first]


def test_rotation(keys: Path) -> None:
    """M17: while keys overlap both may sign and the new one does; afterwards the old one is kept, and signs no more."""
    old = load_signer(keys, NOW).verifier
    rotated = rotate_keys(keys, NOW + WEEK, timedelta(days=2))
    new = rotated.keys[1].key

    assert read_ring(keys) == rotated
    assert load_signer(keys, NOW + WEEK - timedelta(seconds=1)).verifier == old
    assert load_signer(keys, NOW + WEEK).verifier == new
    assert {one.key for one in rotated.valid_at(NOW + WEEK)} == {old, new}
    assert {one.key for one in rotated.valid_at(NOW + WEEK + timedelta(days=2))} == {new}
    assert private_file(keys, rotated.keys[0]).exists()


def test_old_key_signs_where_the_new_one_is_not_there(keys: Path) -> None:
    """A machine that has only the old key signs with it until it ends, and then says which one is missing."""
    rotated = rotate_keys(keys, NOW + WEEK, WEEK)
    private_file(keys, rotated.keys[1]).unlink()

    assert load_signer(keys, NOW + WEEK).verifier == rotated.keys[0].key
    with pytest.raises(InputError, match=f"no private file of key `{NAME}.{rotated.keys[1].key.id}`"):
        load_signer(keys, NOW + 2 * WEEK)


def test_no_key_may_sign(keys: Path) -> None:
    """Before the first key nobody signs."""
    with pytest.raises(InputError, match="may sign on 2025-12-31T23:59:59Z"):
        load_signer(keys, NOW - timedelta(seconds=1))


def test_passphrase(tmp_path: Path) -> None:
    """A key under a passphrase is read with it, and with no other and not without."""
    folder = tmp_path / "keys"
    ring = new_keys(folder, NAME, NOW, b"open sesame")
    file = private_file(folder, ring.keys[0])

    assert file.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    assert load_signer(folder, NOW, b"open sesame").verifier == ring.keys[0].key
    with pytest.raises(InputError, match="damaged, or another passphrase"):
        load_signer(folder, NOW, b"open barley")
    with pytest.raises(InputError, match="is protected by a passphrase"):
        load_signer(folder, NOW)


def test_passphrase_for_an_open_key(keys: Path) -> None:
    """A passphrase for a key that has none is a mistake that is told."""
    with pytest.raises(InputError, match="is not protected, and a passphrase was given"):
        load_signer(keys, NOW, b"open sesame")


@pytest.mark.parametrize("bits", [0o644, 0o640, 0o606, 0o610])
def test_key_that_others_can_read(keys: Path, bits: int) -> None:
    """A private key that others can open is not used."""
    file = private_file(keys, read_ring(keys).keys[0])
    file.chmod(bits)

    with pytest.raises(InputError, match=f"others can read the private key .*{bits:o}") as caught:
        load_signer(keys, NOW)
    assert caught.value.hint == f"chmod 600 {file}"


def test_wrong_private_files(keys: Path, tmp_path: Path) -> None:
    """A file that is no key, a key of another kind, or another key is refused."""
    file = private_file(keys, read_ring(keys).keys[0])
    other = new_keys(tmp_path / "other", NAME, NOW)
    rsa = generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for data, told in (
        (b"", "cannot be read"),
        (file.read_bytes()[:40], "cannot be read"),
        (rsa, "is not the private half of key"),
        (private_file(tmp_path / "other", other.keys[0]).read_bytes(), "is not the private half of key"),
    ):
        file.write_bytes(data)
        with pytest.raises(InputError, match=told):
            load_signer(keys, NOW)


def test_missing_rings(tmp_path: Path) -> None:
    """A ring, or a folder, that is not there is named."""
    with pytest.raises(InputError, match=r"cannot read .*keys.json.*: no such file"):
        read_ring(tmp_path / "keys.json")
    with pytest.raises(InputError, match="there is no folder of keys"):
        rotate_keys(tmp_path / "nowhere", NOW, WEEK)
    with pytest.raises(InputError, match="cannot be the name of a key"):
        new_keys(tmp_path / "keys", "a b", NOW)
    assert list(tmp_path.iterdir()) == []


def test_damaged_ring_stops_a_rotation(keys: Path) -> None:
    """A ring that cannot be read is left as it is, and no key is made beside it."""
    (keys / RING).write_text("{", encoding="utf-8")
    before = sorted(keys.iterdir())

    with pytest.raises(InputError, match="is not JSON"):
        rotate_keys(keys, NOW + WEEK, WEEK)
    assert sorted(keys.iterdir()) == before
    assert (keys / RING).read_text(encoding="utf-8") == "{"


@pytest.mark.parametrize("fails", ["os.fsync", "os.link", "pathlib.Path.replace"])
def test_failure_leaves_nothing_half(keys: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    """When the disk fails at any step, the ring is the old one, whole, and nothing unfinished stays."""
    before = (keys / RING).read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fails, fail)
    with pytest.raises(OutputError, match="no space left on device"):
        rotate_keys(keys, NOW + WEEK, WEEK)

    assert (keys / RING).read_bytes() == before
    assert not [file for file in keys.iterdir() if "partial" in file.name]
    assert load_signer(keys, NOW + WEEK).verifier == read_ring(keys).keys[0].key


def test_rotations_at_the_same_time(keys: Path) -> None:
    """Eight rotations at once lose no key: each waits for the one before."""
    script = (
        "import sys; from datetime import UTC, datetime, timedelta; from pathlib import Path\n"
        "from byleave.adapters.key_files import rotate_keys\n"
        "from byleave.kernel.errors import InputError\n"
        "while True:\n"
        "    try: rotate_keys(Path(sys.argv[1]), datetime.now(UTC), timedelta(days=7)); break\n"
        "    except InputError: pass  # another one of the same instant\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(byleave.__path__[0]).parent)}
    running = [subprocess.Popen([sys.executable, "-c", script, str(keys)], env=environment) for _ in range(8)]

    assert [one.wait() for one in running] == [0] * 8
    ring = read_ring(keys)
    assert len(ring.keys) == 9
    assert all(private_file(keys, one).exists() for one in ring.keys)
    assert len([one for one in ring.keys if one.not_after is None]) == 1


def test_published_ring_is_enough(keys: Path, tmp_path: Path) -> None:
    """The ring alone, copied anywhere, holds whole public keys."""
    copy = tmp_path / "ring.json"
    copy.write_bytes((keys / RING).read_bytes())

    assert [parse_verifier(one.key.text) for one in read_ring(copy).keys] == [load_signer(keys, NOW).verifier]

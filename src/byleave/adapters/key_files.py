"""Keys on disk: a folder with one file for each private key, which only its owner can read, and the public key ring.

A private key is written whole or not at all, and never over another. The ring is replaced by one rename.
"""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from byleave.adapters.files import readable
from byleave.adapters.publishing import flush
from byleave.adapters.small_file import read_bytes
from byleave.kernel.errors import InputError, OutputError
from byleave.kernel.instants import format_instant
from byleave.proof.key_ring import KeyRing, RingKey, parse_ring
from byleave.proof.keys import SignerKey, check_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta
    from pathlib import Path

RING = "keys.json"
PRIVATE_MODE = 0o600
RING_MODE = 0o644
FOLDER_MODE = 0o700


def read_ring(path: Path) -> KeyRing:
    """Read a key ring: a file, or the folder of keys that holds it.

    Raises: InputError when it cannot be read.
    """
    file = path / RING if path.is_dir() else path
    if not file.exists():
        raise InputError(
            f"cannot read `{file}`: no such file or directory",
            hint="`byleave key new` makes keys to sign with; to verify, get the key ring of whoever signed",
        )
    return parse_ring(read_bytes(file), str(file))


def new_keys(folder: Path, name: str, now: datetime, passphrase: bytes | None = None) -> KeyRing:
    """Make a first key, valid from now on, in a folder that has none.

    Raises: InputError for a name that no key can have; OutputError when there are keys already, or nothing can be
    written.
    """
    check_name(name)
    with _alone(folder, create=True):
        ring_file = folder / RING
        if ring_file.exists() or ring_file.is_symlink():
            raise OutputError(f"`{ring_file}` exists already", hint="`byleave key rotate` adds a key to a ring")
        signer = SignerKey(name, Ed25519PrivateKey.generate())
        ring = KeyRing((RingKey(signer.verifier, now),))
        _write_private(folder, signer, passphrase)
        _replace_ring(ring_file, ring)
    return ring


def rotate_keys(folder: Path, now: datetime, overlap: timedelta, passphrase: bytes | None = None) -> KeyRing:
    """Make a new key of the same name, valid from now on; the old ones end after the overlap.

    Raises: InputError when the ring cannot be read; OutputError when nothing can be written.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder of keys `{folder}`", hint="`byleave key new` makes one")
    with _alone(folder, create=False):
        ring = read_ring(folder)
        signer = SignerKey(ring.keys[-1].key.name, Ed25519PrivateKey.generate())
        rotated = ring.rotated(signer.verifier, now, overlap)
        # the private key first: should the ring not follow, a file is left that nothing asks for
        _write_private(folder, signer, passphrase)
        _replace_ring(folder / RING, rotated)
    return rotated


def load_signer(folder: Path, instant: datetime, passphrase: bytes | None = None) -> SignerKey:
    """The key with which to sign at an instant: the newest valid one whose private file is there.

    Raises: InputError when there is none, or it cannot be read, or others can read it.
    """
    valid = read_ring(folder).valid_at(instant)
    for one in valid:
        path = private_file(folder, one)
        if path.exists():
            return SignerKey(one.key.name, _read_private(path, one, passphrase))
    if valid:
        raise InputError(f"`{folder}` has no private file of key `{valid[0].key.label}`")
    raise InputError(
        f"no key in `{folder}` may sign on {format_instant(instant)}", hint="`byleave key rotate` makes a new one"
    )


def private_file(folder: Path, key: RingKey) -> Path:
    """Where the private half of a key is kept."""
    return folder / f"{key.key.id}.pem"


def _read_private(path: Path, key: RingKey, passphrase: bytes | None) -> Ed25519PrivateKey:
    with readable(path):
        mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise InputError(f"others can read the private key `{path}` (mode {mode:04o})", hint=f"chmod 600 {path}")
    try:
        private = serialization.load_pem_private_key(read_bytes(path), passphrase)
    except TypeError:
        wanted = "is not protected, and a passphrase was given" if passphrase else "is protected by a passphrase"
        raise InputError(f"the private key `{path}` {wanted}", hint="see --passphrase-file") from None
    except (ValueError, UnsupportedAlgorithm):
        told = "cannot be read: damaged, or another passphrase" if passphrase else "cannot be read"
        raise InputError(f"the private key `{path}` {told}") from None
    if not isinstance(private, Ed25519PrivateKey) or private.public_key().public_bytes_raw() != key.key.public:
        raise InputError(f"`{path}` is not the private half of key `{key.key.label}`")
    return private


def _write_private(folder: Path, signer: SignerKey, passphrase: bytes | None) -> None:
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    data = signer.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    path = folder / f"{signer.verifier.id}.pem"
    with _staged(path, data, PRIVATE_MODE) as work:
        os.link(work, path)  # fails where something stands; a rename would replace it


def _replace_ring(path: Path, ring: KeyRing) -> None:
    with _staged(path, ring.text().encode(), RING_MODE) as work:
        work.replace(path)


@contextmanager
def _staged(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A file beside `path` with all of `data` on disk; it is gone afterwards, unless it was renamed.

    Raises: OutputError.
    """
    work = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        try:
            handle = os.open(work, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), mode)  # whatever the person's mask says
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            yield work
        finally:
            work.unlink(missing_ok=True)
    except FileExistsError:
        raise OutputError(f"`{path}` exists already", hint="move the old one away; keys are never replaced") from None
    except OSError as error:
        raise OutputError(f"cannot write `{path}`: {(error.strerror or str(error)).lower()}") from None
    with suppress(OSError):  # the file is there; what remains is to make its name outlive a power cut
        flush(path.absolute().parent)


@contextmanager
def _alone(folder: Path, *, create: bool) -> Iterator[None]:
    """Hold the folder, so that two commands do not change its ring at the same time. Raises: OutputError."""
    try:
        if create:
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise OutputError(f"cannot write into `{folder}`: {(error.strerror or str(error)).lower()}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

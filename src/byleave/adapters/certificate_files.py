"""Verify the file of a certificate of forgetting with the file of a key ring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byleave.adapters.files import readable
from byleave.adapters.key_files import read_ring
from byleave.learn.signing import MOST_BYTES, Found, read_certificate, verify_certificate

if TYPE_CHECKING:
    from pathlib import Path


def certificate_in(path: Path) -> tuple[bytes, dict[str, Any] | None]:
    """The bytes of a file, and what it says as a certificate, not verified; None where it is something else.

    Raises: InputError when it cannot be read, or is no JSON that can be signed.
    """
    with readable(path), path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    return data, read_certificate(data, str(path))


def verify_certificate_file(path: Path, keys: Path | None, *, unsigned: bool = False) -> Found | None:
    """Verify a certificate offline; None where the file is that of something else.

    Args:
        path: the certificate.
        keys: the key ring of who signed: a file, or a folder of keys; None: nothing signed can be verified.
        unsigned: whether one that nobody signed is good enough.

    Raises: InputError when one of the files cannot be read.
    """
    data, value = certificate_in(path)
    if value is None:
        return None
    return verify_certificate(data, value, read_ring(keys) if keys is not None else None, unsigned=unsigned)

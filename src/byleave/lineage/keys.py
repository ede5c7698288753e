"""Under which key a member stands in the index of who is in which snapshot.

A keyed hash: whoever reads the index without the secret cannot tell who is in it, not even by trying every id. The
secret is that of the ledger's suppression key, under a key derived for this use alone, so that the two cannot be
compared. BLAKE2b is a MAC when it is keyed (RFC 7693, section 2.9), and costs half of HMAC-SHA-256 here.
"""

from __future__ import annotations

import hashlib
import hmac
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Keyed = Callable[[str], int]

_USE = b"byleave lineage index 1"
NOBODY = ""
"""Its key shows whether a secret is the one that an index was made with."""
BYTES = 8


def keyed(secret: bytes) -> Keyed:
    """The function from an id to its key: 63 bits, so that every database has a type for it.

    Of ten million members, two share a key with a probability of about 5 in a million (n² / 2⁶⁴).
    """
    key = hmac.digest(secret, _USE, "sha256")
    blake2b, whole = hashlib.blake2b, int.from_bytes

    def of(name: str) -> int:
        return whole(blake2b(name.encode(), key=key, digest_size=BYTES).digest(), "big") >> 1

    return of


def packed(keys: Iterable[int]) -> array[int]:
    """Keys as an array of 64-bit numbers."""
    return array("q", keys)


def key_text(key: int) -> str:
    """A key as entries write it: 16 hexadecimal digits."""
    return f"{key:016x}"

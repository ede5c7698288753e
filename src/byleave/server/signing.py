"""Signing receipts with the keys of a folder, which `byleave key rotate` may change while the server runs."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from byleave.adapters.key_files import RING, load_signer, read_ring
from byleave.adapters.small_file import read_bytes
from byleave.proof.receipt import sign_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from byleave.proof.keys import SignerKey


class Signing:
    """The keys of one folder. May be used by many threads."""

    def __init__(self, folder: Path, passphrase: bytes | None = None) -> None:
        """Read the key ring. Raises: InputError when it cannot be read."""
        self._folder, self._passphrase = folder, passphrase
        self._ring_file = str(folder / RING)
        self._seen = 0
        self._signers: dict[str, SignerKey] = {}
        self._lock = threading.Lock()
        self.ring()

    def ring(self) -> bytes:
        """The key ring as it is published. Raises: InputError when it cannot be read."""
        read_ring(self._folder)
        return read_bytes(self._folder / RING)

    def sign(self, text: str, recorded_at: datetime) -> str:
        """A receipt as a file, signed with the key that was valid when its entry was recorded.

        Args:
            text: the receipt, as it is signed.
            recorded_at: when its entry was.

        Raises: InputError when no such key is here.
        """
        return sign_text(text, [self.signer(recorded_at)])

    def signer(self, instant: datetime) -> SignerKey:
        """The key for an instant; read anew when the ring has changed. Raises: InputError when none is here."""
        changed = os.stat(self._ring_file).st_mtime_ns  # noqa: PTH116 - for every receipt
        with self._lock:
            if changed != self._seen:
                ring = read_ring(self._folder)
                self._ring, self._seen, self._signers = ring, changed, {}
            # the newest first, as `valid_at` has it; the keys of a ring stand in the order in which they begin
            label = next((one.key.label for one in reversed(self._ring.keys) if one.valid_at(instant)), "")
            if label not in self._signers:
                self._signers[label] = load_signer(self._folder, instant, self._passphrase)
            return self._signers[label]

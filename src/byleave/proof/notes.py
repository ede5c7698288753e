"""Signed notes: a text, a blank line, and one line for each signature.

Source: C2SP, signed-note v1.0.0. Signatures by keys that nobody knows are passed over; one by a known key that does not
fit refuses the whole note.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.proof.keys import SIGNATURE_BYTES, decode_base64

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from byleave.proof.keys import SignerKey, VerifierKey

MOST_SIGNATURES = 16
"""As many as every reader of notes has to take."""
_ID_BYTES = 4
_LINE = re.compile(r"— (?P<name>[^\s+\x00-\x1f\x7f]+) (?P<data>[A-Za-z0-9+/]+={0,2})")


class NoteError(Exception):
    """A note that does not hold: `code` says why, `key` (`name+id`) which key it is about."""

    def __init__(self, code: str, key: str | None = None) -> None:
        """Codes: `malformed-note`, `malformed-signature`, `wrong-signature`, `unknown-key`."""
        super().__init__(code if key is None else f"{code}: {key}")
        self.code, self.key = code, key


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature, not checked yet."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def label(self) -> str:
        """`name+id` of the key that is said to have signed."""
        return f"{self.name}+{self.key_id.hex()}"


def signature_line(text: str, signer: SignerKey) -> str:
    """The line with which a key signs a text, which ends in a line break."""
    data = signer.verifier.id_bytes + signer.sign(text.encode())
    return f"— {signer.name} {base64.b64encode(data).decode()}"


def sign_note(text: str, signers: Iterable[SignerKey]) -> str:
    """The text with its signatures. Raises: NoteError for a text that no note can hold."""
    _check_text(text)
    return f"{text}\n" + "".join(f"{signature_line(text, signer)}\n" for signer in signers)


def open_note(note: str, keys: Sequence[VerifierKey]) -> tuple[str, tuple[VerifierKey, ...]]:
    """The text of a note and the known keys that signed it, at least one.

    Raises: NoteError when the note is not one, or no known key signed it, or a known key's signature does not fit.
    """
    text, blank, signed = note.rpartition("\n\n")
    if not blank or not signed.endswith("\n"):
        raise NoteError("malformed-note")
    return f"{text}\n", check_signatures(f"{text}\n", signed[:-1].split("\n"), keys)


def check_signatures(text: str, lines: Sequence[str], keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
    """The known keys that signed a text, at least one. Raises: as `open_note`."""
    _check_text(text)
    if not 0 < len(lines) <= MOST_SIGNATURES:
        raise NoteError("malformed-note")
    claimed = [_read_line(line) for line in lines]
    known = {(key.name, key.id_bytes): key for key in keys}
    signed = []
    for one in claimed:
        key = known.get((one.name, one.key_id))
        if key is None:
            continue
        if len(one.signature) != SIGNATURE_BYTES or not key.verifies(text.encode(), one.signature):
            raise NoteError("wrong-signature", key.label)
        signed.append(key)
    if not signed:
        raise NoteError("unknown-key", ", ".join(one.label for one in claimed))
    return tuple(dict.fromkeys(signed))


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(char < " " and char != "\n" for char in text):
        raise NoteError("malformed-note")


def _read_line(line: str) -> SignatureLine:
    found = _LINE.fullmatch(line)
    data = decode_base64(found["data"]) if found else None
    if found is None or data is None or len(data) <= _ID_BYTES:
        raise NoteError("malformed-signature")
    return SignatureLine(found["name"], data[:_ID_BYTES], data[_ID_BYTES:])

"""Keys that sign and keys that check, in the form of signed notes: a name, a short id, an Ed25519 key.

Source: C2SP, signed-note v1.0.0. The id tells keys apart and protects nothing; the whole public key does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from byleave.kernel.errors import InputError

ED25519 = b"\x01"
"""The type of a plain Ed25519 signature among those of signed notes."""
KEY_BYTES = 32
SIGNATURE_BYTES = 64
_ID_BYTES = 4
_EXPECTED = "expected `name+id+key`, such as `example.org/receipts+c74f20a3+ARpc2Q…`"


@dataclass(frozen=True)
class VerifierKey:
    """A public key with the name of who signs."""

    name: str
    """Like an address without `https://`, so that no two are the same by accident: `example.org/receipts`."""
    public: bytes
    """32 bytes (RFC 8032)."""

    def __post_init__(self) -> None:
        """Raises: InputError for a name or a length that a key cannot have."""
        check_name(self.name)
        if len(self.public) != KEY_BYTES:
            raise InputError(f"key `{self.name}`: expected {KEY_BYTES} bytes, got {len(self.public)}")

    @cached_property
    def id_bytes(self) -> bytes:
        """The 4 bytes that stand before every signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:_ID_BYTES]

    @property
    def id(self) -> str:
        """8 hexadecimal digits."""
        return self.id_bytes.hex()

    @cached_property
    def label(self) -> str:
        """`name+id`: how a key is called."""
        return f"{self.name}+{self.id}"

    @property
    def text(self) -> str:
        """`name+id+base64`: the whole key as one word."""
        return f"{self.label}+{base64.b64encode(ED25519 + self.public).decode()}"

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` (64 bytes) is this key's over `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SignerKey:
    """A private key with its name; it never shows itself."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> SignerKey:
        """The key that 32 secret bytes make."""
        if len(seed) != KEY_BYTES:
            raise InputError(f"key `{name}`: expected {KEY_BYTES} secret bytes, got {len(seed)}")
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    @cached_property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same message gets the same signature."""
        return self.private.sign(message)


def check_name(name: str) -> None:
    """Raises: InputError unless the name is one word without `+`, as signed notes need it."""
    if not name or "+" in name or any(char.isspace() or not char.isprintable() for char in name):
        raise InputError(
            f"`{name}` cannot be the name of a key",
            hint="one word without `+` and without blanks, such as example.org/receipts",
        )


def parse_verifier(text: str) -> VerifierKey:
    """Read `name+id+base64`.

    Raises: InputError that says which of the three does not hold.
    """
    parts = text.split("+", 2)  # base64 may hold a `+` of its own
    if len(parts) != 3:  # noqa: PLR2004 - name, id, key
        raise InputError(f"`{text}` is not a public key", hint=_EXPECTED)
    name, given_id, coded = parts
    data = decode_base64(coded)
    if data is None:
        raise InputError(f"key `{name}`: what follows the id is not base64", hint="the key may be cut off")
    if data[:1] != ED25519:
        raise InputError(f"key `{name}` is of another type", hint="only Ed25519 keys (type 1) are known")
    key = VerifierKey(name, data[1:])
    if key.id != given_id:
        raise InputError(f"key `{name}`: the id is `{given_id}` and should be `{key.id}`", hint="the key was changed")
    return key


def decode_base64(text: str) -> bytes | None:
    """The bytes of standard base64; None where it is none, or not the one way in which the bytes are written."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return data if base64.b64encode(data).decode() == text else None

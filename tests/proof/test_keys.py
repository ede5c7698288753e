"""Keys sign and check as RFC 8032 and C2SP signed notes have it, and a key that was changed is not read."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.kernel.errors import InputError
from byleave.proof.keys import ED25519, SignerKey, VerifierKey, decode_base64, parse_verifier

# RFC 8032, section 7.1: secret key, public key, message, and the two halves of the signature
RFC_8032 = {
    "TEST 1": (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "TEST 2": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "TEST 3": (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
}

# golang.org/x/mod, sumdb/note/note_test.go: the two verifier keys with which every implementation of notes is tried
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"

names = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="+"), min_size=1, max_size=30)
seeds = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("name", RFC_8032)
def test_rfc_8032(name: str) -> None:
    """Public key and signature are those of the RFC, and a changed message or signature does not fit."""
    secret, public, message, *halves = map(bytes.fromhex, RFC_8032[name])
    signature = b"".join(halves)
    signer = SignerKey.from_seed("rfc.example", secret)

    assert signer.verifier.public == public
    assert signer.sign(message) == signature
    assert signer.verifier.verifies(message, signature)
    assert not signer.verifier.verifies(message + b"x", signature)
    assert not signer.verifier.verifies(message, signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not signer.verifier.verifies(message, signature[:-1])


@pytest.mark.parametrize("text", [PETER, ENOCH])
def test_published_keys(text: str) -> None:
    """Published verifier keys are read and written as they stand."""
    key = parse_verifier(text)

    assert key.text == text
    assert key.label == text.rpartition("+")[0]


@given(name=names, seed=seeds)
def test_key_round_trip(name: str, seed: bytes) -> None:
    """Any key comes back from its text, and its id is the start of the hash that the specification names."""
    key = SignerKey.from_seed(name, seed).verifier
    hashed = hashlib.sha256(name.encode() + b"\n\x01" + key.public).hexdigest()

    assert parse_verifier(key.text) == key
    assert key.id == hashed[:8]


def test_every_part_of_a_key_is_refused() -> None:
    """A key that was cut on either side is none."""
    for first in range(len(PETER)):
        for end in range(first + 1, len(PETER) + 1):
            if (first, end) != (0, len(PETER)):
                with pytest.raises(InputError):
                    parse_verifier(PETER[first:end])


@pytest.mark.parametrize("bit", range(8))
def test_every_flipped_bit_of_a_key_is_refused(bit: int) -> None:
    """A key of which one bit was turned over is none: the id holds name and key together."""
    for place in range(len(PETER)):
        data = bytearray(PETER.encode())
        data[place] ^= 1 << bit
        with pytest.raises(InputError):
            parse_verifier(data.decode("latin-1"))


def coded(kind: bytes, key: bytes, name: str = "PeterNeumann") -> str:
    """A key of another type or length with the id that fits it."""
    key_id = hashlib.sha256(name.encode() + b"\n" + kind + key).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(kind + key).decode()}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not a public key"),
        ("PeterNeumann", "is not a public key"),
        (PETER.replace("c74f20a3", "c74f20a4"), "the id is `c74f20a4` and should be `c74f20a3`"),
        (PETER.replace("c74f20a3", "C74F20A3"), "the id is `C74F20A3`"),
        (f"{PETER}\n", "not base64"),
        (PETER.replace("TW", "T€"), "not base64"),
        (coded(b"\x04", bytes(32)), "of another type"),
        (coded(ED25519, bytes(31)), "expected 32 bytes, got 31"),
        (coded(ED25519, bytes(33)), "expected 32 bytes, got 33"),
        (coded(ED25519, bytes(32), "Peter Neumann"), "cannot be the name of a key"),
        (coded(ED25519, bytes(32), ""), "cannot be the name of a key"),
    ],
)
def test_wrong_keys(text: str, told: str) -> None:
    """Each mistake in a key is named."""
    with pytest.raises(InputError, match=told):
        parse_verifier(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\u2003b", "a\x00", "a\x1b[1m"])
def test_wrong_names(name: str) -> None:
    """A name with a blank of any kind, a `+`, or a character that controls a terminal is refused."""
    with pytest.raises(InputError, match="cannot be the name of a key"):
        VerifierKey(name, bytes(32))


def test_secret_is_not_shown() -> None:
    """Printing a signer shows nothing of the secret."""
    seed = bytes(range(32))
    shown = repr(SignerKey.from_seed("a.example", seed))

    assert shown == "SignerKey(name='a.example')"
    with pytest.raises(InputError, match="expected 32 secret bytes, got 31"):
        SignerKey.from_seed("a.example", seed[1:])


@given(data=st.binary(min_size=1, max_size=70))
def test_base64_has_one_form(data: bytes) -> None:
    """Bytes are read from the one form in which they are written, and from no other."""
    text = base64.b64encode(data).decode()

    assert decode_base64(text) == data
    assert decode_base64(f"{text}\n") is None
    assert decode_base64(text.rstrip("=") + "=" * 3) is None
    if text.endswith("="):  # bits that stand for nothing
        stem = text.rstrip("=")
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        other = alphabet[alphabet.index(stem[-1]) + 1]
        assert decode_base64(stem[:-1] + other + text[len(stem) :]) is None

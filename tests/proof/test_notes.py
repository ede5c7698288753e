"""Signed notes: what other implementations have signed is read, and what is none is refused.

The key, the text and the list of mistakes are those of golang.org/x/mod, sumdb/note/note_test.go (BSD-3-Clause), with
which every implementation of C2SP signed notes is tried; the sentences around them are ours.
"""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.proof.keys import SignerKey, VerifierKey, parse_verifier
from byleave.proof.notes import MOST_SIGNATURES, NoteError, open_note, sign_note
from tests.proof.test_keys import ENOCH, PETER, seeds

TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
BY_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
NOTE = f"{TEXT}\n{BY_PETER}"
# the private half of Peter's key is published with it
SIGNER = SignerKey.from_seed("PeterNeumann", base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:])
KEYS = [parse_verifier(PETER), parse_verifier(ENOCH)]
PETERS, ENOCHS = KEYS[:1], KEYS[1:]


def code(note: str, keys: list[VerifierKey]) -> str:
    """Why a note is refused."""
    with pytest.raises(NoteError) as caught:
        open_note(note, keys)
    return caught.value.code


def test_signs_as_others_do() -> None:
    """The note that byleave signs is the published one, byte for byte."""
    assert sign_note(TEXT, [SIGNER]) == NOTE
    assert SIGNER.verifier == PETERS[0]


def test_opens_what_others_signed() -> None:
    """Published signatures hold, one or both; those by unknown keys are passed over."""
    both = NOTE + BY_ENOCH

    assert open_note(NOTE, PETERS) == (TEXT, tuple(PETERS))
    assert open_note(both, KEYS) == (TEXT, tuple(KEYS))
    assert open_note(both, PETERS) == (TEXT, tuple(PETERS))
    assert open_note(both, ENOCHS) == (TEXT, tuple(ENOCHS))
    assert open_note(NOTE + BY_PETER, PETERS) == (TEXT, tuple(PETERS))


def test_unknown_key() -> None:
    """A note that no known key signed is not believed, even if name or id alone is known; the error says who signed."""
    with pytest.raises(NoteError) as caught:
        open_note(NOTE + BY_ENOCH, [])

    assert (caught.value.code, caught.value.key) == ("unknown-key", "PeterNeumann+c74f20a3, EnochRoot+af0cfe78")
    assert code(NOTE.replace("— Peter", "— Petra"), KEYS) == "unknown-key"
    assert code(NOTE.replace(" x08", " y08"), KEYS) == "unknown-key"


def test_wrong_signature_of_a_known_key() -> None:
    """A signature of a known key that does not fit refuses the note, though another one fits."""
    longer = f"{BY_PETER[:60]}ABCD{BY_PETER[60:]}"
    other = sign_note("Another text.\n", [SIGNER]).rpartition("\n\n")[2]

    assert code(f"{TEXT}\n{longer}", PETERS) == "wrong-signature"
    assert code(f"{TEXT}\n{other}{BY_ENOCH}", KEYS) == "wrong-signature"
    assert code(f"{TEXT}\n{other}{BY_ENOCH}", ENOCHS + PETERS) == "wrong-signature"
    assert code(NOTE.replace("cryptography", "cryptographY"), PETERS) == "wrong-signature"


MALFORMED = {
    "no signature": TEXT,
    "no signature after the blank line": f"{TEXT}\n",
    "last line is not ended": NOTE[:-1],
    "control character": f"\x01{NOTE}",
    "tab": f"\t{NOTE}",
    "carriage return": NOTE.replace("problem,\n", "problem,\r\n"),
    "blank in a name": NOTE.replace("PeterNeumann", "Peter Neumann"),
    "escape in a name": NOTE.replace("PeterNeumann", "\x1bPeter"),
    "plus in a name": NOTE.replace("PeterNeumann", "Peter+Neumann"),
    "line after the signatures": f"{NOTE}Unexpected line.\n",
    "hyphen for the dash": NOTE.replace("—", "-"),
    "two blanks": NOTE.replace("Neumann x", "Neumann  x"),
    "not base64": NOTE.replace("x08go", "x08g!"),
    "base64 without its end": NOTE.replace("JnAM=", "JnAM"),
    "id alone": f"{TEXT}\n— PeterNeumann x08gow==\n",
    "blank text": f"\n{BY_PETER}",
    "too many signatures": f"{TEXT}\n{BY_PETER * (MOST_SIGNATURES + 1)}",
}


@pytest.mark.parametrize("mistake", MALFORMED)
def test_malformed(mistake: str) -> None:
    """What is not a note is refused, whoever is known."""
    assert code(MALFORMED[mistake], KEYS) in {"malformed-note", "malformed-signature"}
    assert code(MALFORMED[mistake], []) in {"malformed-note", "malformed-signature"}


def test_sixteen_signatures_are_read() -> None:
    """As many signatures as the specification asks for are accepted."""
    assert open_note(f"{TEXT}\n{BY_ENOCH * (MOST_SIGNATURES - 1)}{BY_PETER}", PETERS) == (TEXT, tuple(PETERS))


texts = st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=200).map(lambda text: f"{text}\n")


@given(text=st.lists(texts, min_size=1, max_size=4).map("".join), seed=seeds, other=seeds)
def test_round_trip(text: str, seed: bytes, other: bytes) -> None:
    """Any text, blank lines in it or not, comes back with the keys that signed it."""
    signers = [SignerKey.from_seed("one.example", seed), SignerKey.from_seed("two.example/ö", other)]
    keys = [signer.verifier for signer in signers]

    assert open_note(sign_note(text, signers), keys) == (text, tuple(keys))


@given(place=st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_flipped_bit(place: int) -> None:
    """A note of which one bit was turned over is never believed."""
    data = bytearray(NOTE.encode())
    data[place // 8] ^= 1 << place % 8
    try:
        note = data.decode()
    except UnicodeDecodeError:
        return

    assert code(note, KEYS)


@pytest.mark.parametrize("text", ["", "no end", "a\tb\n", "a\x00\n", "a\r\n"])
def test_text_that_cannot_be_signed(text: str) -> None:
    """A text without a line break at its end, or with a control character, is not signed."""
    with pytest.raises(NoteError, match="malformed-note"):
        sign_note(text, [SIGNER])

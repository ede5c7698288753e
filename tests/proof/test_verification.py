"""A receipt verifies offline, and whatever was changed in it is noticed."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.kernel.errors import InputError
from byleave.kernel.instants import FIRST, LAST
from byleave.proof.key_ring import KeyRing, RingKey
from byleave.proof.keys import SignerKey
from byleave.proof.notes import open_note, signature_line
from byleave.proof.receipt import LARGEST, parse_receipt, sign_receipt, signed_text
from byleave.proof.verification import CHECKED, verify_receipt
from tests.proof.test_keys import seeds
from tests.receipts.acts import CASES, NOTICE, RECORDED, RING, SIGNER, receipt, signed

if TYPE_CHECKING:
    from byleave.proof.receipt import Receipt

OTHER = SignerKey.from_seed("other.example/receipts", bytes(range(32)))


@pytest.mark.parametrize("name", CASES)
def test_verifies(name: str) -> None:
    """M17: the receipt of every kind of act verifies with the key ring alone, and comes back as it was made."""
    found = verify_receipt(signed(name, NOTICE), RING)

    assert found.verified
    assert found.receipt == receipt(name, NOTICE)
    assert found.key == RING.keys[0]
    assert found.as_json()["checked"] == list(CHECKED)


@cache
def file() -> bytes:
    """One receipt with everything in it."""
    return signed("off-at-linkedin", NOTICE)


def believed(data: bytes, ring: KeyRing = RING) -> bool:
    """Whether a file is believed; one that cannot be read is not."""
    try:
        return verify_receipt(data, ring).verified
    except InputError:
        return False


@pytest.mark.parametrize("bit", range(8))
def test_every_flipped_bit_is_noticed(bit: int) -> None:
    """M17: no bit of a receipt can be turned over without it being noticed; all of them are tried."""
    data = bytearray(file())
    for place in range(len(data)):
        data[place] ^= 1 << bit
        assert not believed(bytes(data)), place
        data[place] ^= 1 << bit


def test_every_cut_is_noticed() -> None:
    """A receipt that was cut off anywhere but before the line break at its end is not believed."""
    data = file()

    assert believed(data[:-1])
    assert not any(believed(data[:end]) for end in range(len(data) - 1))


@given(place=st.integers(0, 10_000), added=st.binary(min_size=1, max_size=3), data=st.data())
def test_what_is_put_in_is_noticed(place: int, added: bytes, data: st.DataObject) -> None:
    """Bytes that are put in anywhere are noticed, unless they are blanks between the parts."""
    whole = file()
    at = place % len(whole)
    removed = data.draw(st.integers(0, 3))
    changed = whole[:at] + added + whole[at + removed :]
    same = json.dumps(json.loads(whole)) == _dumped(changed)

    assert believed(changed) <= same


def _dumped(data: bytes) -> str | None:
    try:
        return json.dumps(json.loads(data))
    except ValueError:
        return None


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_blanks_between_the_parts_do_not_count(indent: int | str | None) -> None:
    """A browser or an editor may lay the file out anew; then it still verifies."""
    told = json.dumps(json.loads(file()), indent=indent, ensure_ascii=False)

    assert believed(told.encode())
    assert believed(told.replace("\n", "\r\n").encode())


def test_other_ways_to_write_the_same_are_refused() -> None:
    """Another order, escapes or a byte order mark change the bytes that were signed, and are told as such."""
    value = json.loads(file())
    backwards = {name: value[name] for name in reversed(value)}
    compact = (",", ":")

    for text in (
        json.dumps(value, separators=compact),
        json.dumps(backwards, separators=compact, ensure_ascii=False),
        json.dumps(value, separators=compact, ensure_ascii=False).replace("train-ai=n", "train-ai\\u003dn"),
        json.dumps(value, separators=compact, ensure_ascii=False).replace('"seq":42', '"seq":42.0'),
    ):
        assert not believed(text.encode())
    assert not believed(b"\xef\xbb\xbf" + file())
    assert verify_receipt(json.dumps(value).encode(), RING).problem is not None
    assert not believed(file().replace(b'"seq":42', b'"seq":41,"seq":42'))


def test_escapes_have_one_form() -> None:
    """An id with a character that JSON escapes verifies, and the same escape in other letters does not."""
    data = sign_receipt(receipt().model_copy(update={"subject": "a\x1fb"}), [SIGNER]).encode()

    assert b"a\\u001fb" in data
    assert believed(data)
    assert not believed(data.replace(b"\\u001fb", b"\\u001Fb"))


def changed(**fields: Any) -> bytes:
    """A receipt that says something else, signed all the same: what a signer's own mistake would look like."""
    content = {**receipt("off-at-linkedin").as_json(), **fields}
    return resigned({name: value for name, value in content.items() if value != "missing"})


def resigned(content: dict[str, Any], signer: SignerKey = SIGNER) -> bytes:
    """Any content, signed."""
    lines = sign_lines(content, signer)
    return signed_text({"receipt": content, "signatures": lines}).encode()


def sign_lines(content: dict[str, Any], signer: SignerKey) -> list[str]:
    """The signature lines of any content."""
    return [signature_line(signed_text(content), signer)]


PLAUSIBLE: list[tuple[str, Any, str]] = [
    ("format", "byleave-receipt/2", "the format of the receipt is `byleave-receipt/2`"),
    ("format", None, "the format of the receipt is `None`"),
    ("seq", 0, "`seq`"),
    ("seq", "42", "`seq`"),
    ("seq", True, "`seq`"),
    ("seq", "missing", "`seq` of the receipt: it is missing"),
    ("more", 1, "`more` of the receipt: there is no such field in this format"),
    ("at", "2025-10-28T19:12:40", "`at` of the receipt: expected an instant in UTC"),
    ("at", "2025-10-28T20:12:40+01:00", "`at` of the receipt: expected an instant in UTC"),
    ("at", "2025-10-28T19:12:40.0Z", "`at` of the receipt: expected an instant in UTC"),
    ("recorded_at", 1761678760, "`recorded_at` of the receipt: expected an instant in UTC"),
    ("subject", "", "`subject`"),
    ("subject", None, "`subject`"),
    ("actor", "someone", "`actor`"),
    ("act", {"kind": "member-closed"}, "`act`"),
    ("act", {"kind": "item-withheld", "item": "p1", "value": "off"}, "`act.item-withheld.value`"),
    ("act", {"kind": "preference-set", "setting": "s", "value": "OFF"}, "`act.preference-set.value`"),
    ("pack", {"id": "x@1", "digest": "sha256:0"}, "`pack.digest`"),
    ("aipref", {"vocabulary": "aipref-vocab-07", "statement": "train-genai=n"}, "`aipref.statement`"),
    ("aipref", {"vocabulary": "aipref-vocab-03", "statement": "train-ai=n"}, "`aipref.vocabulary`"),
    ("words", {"en": "told"}, "`words.en`"),
    ("effect", {"reaches": "everything", "frees": None, "does_not_undo": []}, "`effect.reaches`"),
]


@pytest.mark.parametrize(("field", "value", "told"), PLAUSIBLE)
def test_content_that_cannot_be_read(field: str, value: Any, told: str) -> None:
    """What is signed and not of this format is not verified; the field that is wrong is named."""
    found = verify_receipt(changed(**{field: value}), RING)

    assert found.problem is not None
    assert found.problem.code == "malformed-content"
    assert str(found.problem.values["problem"]).startswith(told)
    assert found.receipt is None


WRONG = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b'{"receipt":{}}',
    b'{"receipt":[],"signatures":["x"]}',
    b'{"receipt":{},"signatures":[]}',
    b'{"receipt":{},"signatures":"x"}',
    b'{"receipt":{},"signatures":[1]}',
    b'{"receipt":{},"signatures":["x"],"more":1}',
    b'{"receipt":{},"signatures":[' + b",".join([b'"x"'] * 17) + b"]}",
    b"\xff",
    b'{"a":' * 5000,
    b'{"receipt":{"a":"\\ud800"}}',
    b'{"receipt":{"a":1.5},"signatures":["x"]}',
    b'{"receipt":{"a":9007199254740993},"signatures":["x"]}',
    b'{"receipt":{"a":' + b"9" * 5000 + b'},"signatures":["x"]}',
    b"x" * ((1 << 20) + 1),
]


@pytest.mark.parametrize("data", WRONG, ids=range(len(WRONG)))
def test_what_is_no_receipt(data: bytes) -> None:
    """A file that is not a receipt at all is an error that names the file."""
    with pytest.raises(InputError, match=r"`mine\.json`"):
        verify_receipt(data, RING, "mine.json")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_answered(value: Any) -> None:
    """Whatever stands in a file, the answer is a verdict or one of our errors."""
    assert not believed(json.dumps(value).encode())
    assert not believed(json.dumps({"receipt": value, "signatures": ["x"]}).encode())


def test_signature_of_another() -> None:
    """A receipt that only an unknown key signed is not believed, and the answer names that key."""
    found = verify_receipt(sign_receipt(receipt(), [OTHER]).encode(), RING)

    assert found.problem is not None
    assert (found.problem.code, found.problem.values) == ("unknown-key", {"key": OTHER.verifier.label})
    assert found.as_json()["receipt"] is None


def test_signature_of_another_content() -> None:
    """A signature that was taken from another receipt does not fit."""
    value = json.loads(signed("off-recommended"))
    value["signatures"] = json.loads(signed("on-recommended"))["signatures"]
    found = verify_receipt(signed_text(value).encode(), RING)

    assert found.problem is not None
    assert found.problem.code == "wrong-signature"


@pytest.mark.parametrize(
    ("begins", "ends", "holds"),
    [
        (timedelta(0), None, True),
        (timedelta(microseconds=1), None, False),
        (-timedelta(days=1), timedelta(microseconds=1), True),
        (-timedelta(days=1), timedelta(0), False),
        (-timedelta(days=9), -timedelta(days=1), False),
    ],
)
def test_key_outside_its_time(begins: timedelta, ends: timedelta | None, *, holds: bool) -> None:
    """A key is believed for receipts that were recorded while it was valid, and for no other."""
    ring = KeyRing((RingKey(SIGNER.verifier, RECORDED + begins, None if ends is None else RECORDED + ends),))
    found = verify_receipt(signed(), ring)

    assert found.verified is holds
    assert holds or (found.problem is not None and found.problem.code == "key-not-valid")


def test_rotation_leaves_old_receipts_valid() -> None:
    """M17: what the old key has signed still verifies after a rotation, and what it signs after its end does not."""
    new = SignerKey.from_seed(SIGNER.name, bytes(range(32)))
    ring = RING.rotated(new.verifier, RECORDED + timedelta(days=1), timedelta(days=7))
    late = resigned({**receipt().as_json(), "recorded_at": "2025-12-01T00:00:00Z"})
    between = {**receipt().as_json(), "recorded_at": "2025-11-02T00:00:00Z"}

    assert believed(signed(), ring)
    assert believed(resigned(between), ring)
    assert believed(resigned(between, new), ring)
    assert not believed(late, ring)
    assert believed(late, RING)


def test_two_signatures() -> None:
    """One valid key is enough, the newest is told; a known key whose signature does not fit spoils it."""
    both = sign_receipt(receipt(), [SIGNER, OTHER]).encode()
    young = KeyRing((*RING.keys, RingKey(OTHER.verifier, RECORDED)))
    late = KeyRing((*RING.keys, RingKey(OTHER.verifier, RECORDED + timedelta(days=1))))
    spoilt = json.loads(both)
    spoilt["signatures"][1] = json.loads(sign_receipt(receipt("withheld"), [OTHER]))["signatures"][0]

    assert verify_receipt(both, RING).verified
    assert verify_receipt(both, young).key == young.keys[1]
    assert verify_receipt(both, late).key == RING.keys[0]
    assert believed(signed_text(spoilt).encode(), RING)
    assert not believed(signed_text(spoilt).encode(), young)


def test_is_a_signed_note() -> None:
    """Any tool for C2SP signed notes can check a receipt: canonical content, line break, blank line, signatures."""
    value = json.loads(file())
    note = signed_text(value["receipt"]) + "\n" + "".join(f"{line}\n" for line in value["signatures"])

    assert open_note(note, RING.verifiers) == (signed_text(value["receipt"]), RING.verifiers)


ids = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
instants = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None) - timedelta(microseconds=1)).map(
    lambda value: value.replace(tzinfo=FIRST.tzinfo)
)


@given(
    case=st.sampled_from(sorted(CASES)),
    fields=st.fixed_dictionaries(
        {"epoch": ids, "subject": ids, "seq": st.integers(1, LARGEST), "at": instants, "recorded_at": instants}
    ),
    words=st.dictionaries(ids, st.lists(ids, max_size=3).map(tuple), max_size=3),
    seed=seeds,
)
def test_round_trip(case: str, fields: dict[str, Any], words: dict[str, tuple[str, ...]], seed: bytes) -> None:
    """Any receipt, whatever characters its ids hold, is the same after signing, reading and verifying."""
    made: Receipt = receipt(case).model_copy(update={**fields, "words": words})
    signer = SignerKey.from_seed("any.example", seed)
    ring = KeyRing((RingKey(signer.verifier, FIRST),))
    data = sign_receipt(made, [signer]).encode()

    assert verify_receipt(data, ring).receipt == made
    assert parse_receipt(json.loads(data)["receipt"]) == made
    assert not believed(data, RING)

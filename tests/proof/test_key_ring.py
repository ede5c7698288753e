"""A key ring says which key may have signed when, and what is wrong with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.kernel.errors import InputError
from byleave.proof.key_ring import FORMAT, KeyRing, RingKey, parse_ring
from byleave.proof.keys import SignerKey, parse_verifier
from tests.proof.test_keys import ENOCH, PETER

if TYPE_CHECKING:
    from byleave.proof.keys import VerifierKey

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def key(number: int) -> VerifierKey:
    """One of many keys of one name."""
    return SignerKey.from_seed("example.org/receipts", number.to_bytes(32, "big")).verifier


def ring(*spans: tuple[int, int | None]) -> KeyRing:
    """Keys that are valid from one day to another, counted from the start."""
    ends = [None if end is None else START + end * DAY for _, end in spans]
    return KeyRing(
        tuple(RingKey(key(number), START + begin * DAY, ends[number]) for number, (begin, _) in enumerate(spans))
    )


def valid(keys: KeyRing, instant: datetime) -> list[int]:
    """The positions of the keys that may sign, the newest first."""
    return [keys.keys.index(one) for one in keys.valid_at(instant)]


def test_validity_has_a_beginning_and_an_end() -> None:
    """A key may sign from its first instant on and no longer at its last; without an end it may for ever."""
    keys = ring((0, 10), (20, None))
    moment = timedelta(microseconds=1)

    assert valid(keys, START - moment) == []
    assert valid(keys, START) == [0]
    assert valid(keys, START + 10 * DAY - moment) == [0]
    assert valid(keys, START + 10 * DAY) == []
    assert valid(keys, START + 20 * DAY) == [1]
    assert valid(keys, START + 70_000 * DAY - moment) == [1]


def test_rotation_overlaps() -> None:
    """While keys are rotated both may sign, the new one first; then the old one ends."""
    keys = ring((0, None)).rotated(key(1), START + 5 * DAY, 2 * DAY)

    assert valid(keys, START + 4 * DAY) == [0]
    assert valid(keys, START + 5 * DAY) == [1, 0]
    assert valid(keys, START + 7 * DAY) == [1]
    assert keys.keys[1].not_after is None


def test_rotation_never_lengthens() -> None:
    """A key that was to end earlier does so, however long the overlap; one that has ended stays ended."""
    keys = ring((0, 3), (1, 6)).rotated(key(2), START + 5 * DAY, 30 * DAY)

    assert [one.not_after for one in keys.keys] == [START + 3 * DAY, START + 6 * DAY, None]


def test_rotation_leaves_other_names_alone() -> None:
    """Rotating the keys of one name does not end those of another."""
    keys = KeyRing((RingKey(parse_verifier(PETER), START), RingKey(key(0), START)))
    rotated = keys.rotated(key(1), START + DAY, DAY)

    assert [one.not_after for one in rotated.keys] == [None, START + 2 * DAY, None]


@given(steps=st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400)), max_size=12), hours=st.integers(0, 20_000))
def test_some_key_may_always_sign(steps: list[tuple[int, int]], hours: int) -> None:
    """However often and with whatever overlap keys are rotated, the newest that has begun may sign at any instant."""
    keys, at = ring((0, None)), START
    for number, (later, overlap) in enumerate(steps, start=1):
        at += later * timedelta(hours=1)
        keys = keys.rotated(key(number), at, overlap * timedelta(hours=1))
    instant = START + hours * timedelta(hours=1)
    begun = [one for one in keys.keys if one.not_before <= instant]

    assert keys.valid_at(instant)[0] == begun[-1]
    assert parse_ring(keys.text().encode(), "keys.json") == keys


def test_rotation_is_not_in_the_past() -> None:
    """A new key begins after every other: what was signed already stays with the key that signed it."""
    with pytest.raises(InputError, match="begins on 2026-01-06T00:00:00Z, which is not before 2026-01-06"):
        ring((0, None), (5, None)).rotated(key(2), START + 5 * DAY, DAY)
    with pytest.raises(InputError, match="overlap"):
        ring((0, None)).rotated(key(1), START + DAY, -DAY)


def test_same_key_twice() -> None:
    """Two keys of one name and id cannot be told apart."""
    with pytest.raises(InputError, match="twice"):
        KeyRing((RingKey(key(0), START), RingKey(key(0), START + DAY)))


def test_key_that_is_not_there() -> None:
    """A ring knows its own keys alone."""
    keys = ring((0, None))

    assert keys.entry(key(0)) == keys.keys[0]
    with pytest.raises(InputError, match="does not hold key"):
        keys.entry(key(1))


def test_order_of_the_file_does_not_matter() -> None:
    """Keys come in the order in which they begin, whatever the order in the file."""
    value = json.loads(ring((0, 5), (3, None)).text())
    value["keys"].reverse()

    assert parse_ring(json.dumps(value).encode(), "keys.json") == ring((0, 5), (3, None))


def one(**changes: Any) -> Any:
    """A ring with one key and one thing changed."""
    entry = {"key": PETER, "not_before": "2026-01-01T00:00:00Z", "not_after": None, **changes}
    return {"format": FORMAT, "keys": [{name: value for name, value in entry.items() if value != "missing"}]}


WRONG = [
    ([], "is not a key ring"),
    ({}, "is not a key ring"),
    ({"format": "byleave-keys/2", "keys": []}, "is not a key ring"),
    ({"format": FORMAT}, "a list `keys`"),
    ({"format": FORMAT, "keys": {}}, "a list `keys`"),
    ({"format": FORMAT, "keys": [], "more": 1}, "and nothing else"),
    ({"format": FORMAT, "keys": []}, "holds no key"),
    ({"format": FORMAT, "keys": [PETER]}, "for each key"),
    (one(not_after="missing"), "for each key"),
    (one(more=1), "for each key"),
    (one(key=7), "for each key"),
    (one(key="PeterNeumann"), "is not a public key"),
    (one(key=PETER[:-1]), "not base64"),
    (one(not_before=None), "`not_before` is not an instant: `None`"),
    (one(not_before=1767225600), "`not_before` is not an instant"),
    (one(not_before="2026-01-01T00:00:00"), "`not_before` is not an instant"),
    (one(not_after="tomorrow"), "`not_after` is not an instant: `tomorrow`"),
    (one(not_after="2025-01-01T00:00:00Z"), "ends before it begins"),
    (one(not_after="2026-01-01T01:00:00+01:00"), "ends before it begins"),
    ({"format": FORMAT, "keys": [*one()["keys"], *one(not_before="2026-02-01T00:00:00Z")["keys"]]}, "twice"),
]


@pytest.mark.parametrize(("value", "told"), WRONG)
def test_wrong_rings(value: Any, told: str) -> None:
    """Each mistake in a ring is named, and the file with it."""
    with pytest.raises(InputError, match=told) as caught:
        parse_ring(json.dumps(value).encode(), "keys.json")

    assert "keys.json" in caught.value.message


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff", b"[" * 100_000, b" " * (1 << 20) + b"{}", b'{"a":1,"a":2}', b"NaN"]
)
def test_what_is_no_json(data: bytes) -> None:
    """A file that is not JSON, or JSON that can be read in two ways, is refused."""
    with pytest.raises(InputError, match=r"the key ring `keys\.json`"):
        parse_ring(data, "keys.json")


def test_two_names_in_one_ring() -> None:
    """A ring may hold the keys of several names."""
    value = {"format": FORMAT, "keys": [*one()["keys"], *one(key=ENOCH)["keys"]]}

    assert [each.key.name for each in parse_ring(json.dumps(value).encode(), "k").keys] == ["PeterNeumann", "EnochRoot"]

"""A key ring: the public keys of one signer, each with the time in which it may sign.

When keys are rotated, the old and the new one may both sign for a while. A key that was lost or stolen gets an earlier
end; what it signed before stays valid.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError
from byleave.kernel.instants import format_instant, parse_instant
from byleave.proof.keys import VerifierKey, parse_verifier
from byleave.proof.strict_json import read_json

if TYPE_CHECKING:
    from datetime import datetime, timedelta

FORMAT = "byleave-keys/1"
_FIELDS = {"key", "not_before", "not_after"}
_HINT = "`byleave key new` and `byleave key rotate` write key rings"


@dataclass(frozen=True, slots=True)
class RingKey:
    """A public key and the time in which it may sign: from `not_before` on, and before `not_after`."""

    key: VerifierKey
    not_before: datetime
    not_after: datetime | None = None
    """None while no end is known."""

    def valid_at(self, instant: datetime) -> bool:
        """Whether the key may have signed at an instant."""
        return self.not_before <= instant and (self.not_after is None or instant < self.not_after)

    def as_json(self) -> dict[str, Any]:
        """`key`, `not_before`, `not_after`."""
        end = format_instant(self.not_after) if self.not_after else None
        return {"key": self.key.text, "not_before": format_instant(self.not_before), "not_after": end}


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys in the order in which they begin."""

    keys: tuple[RingKey, ...]

    def __post_init__(self) -> None:
        """Raises: InputError for a ring without keys, or with two that cannot be told apart."""
        if not self.keys:
            raise InputError("the key ring holds no key", hint=_HINT)
        labels = [one.key.label for one in self.keys]
        for label in labels:
            if labels.count(label) > 1:
                raise InputError(f"the key ring holds key `{label}` twice")

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        """Every public key, whatever its time."""
        return tuple(one.key for one in self.keys)

    def entry(self, key: VerifierKey) -> RingKey:
        """The key with its time. Raises: InputError when the ring does not hold it."""
        for one in self.keys:
            if one.key == key:
                return one
        raise InputError(f"the key ring does not hold key `{key.label}`")

    def valid_at(self, instant: datetime) -> tuple[RingKey, ...]:
        """The keys that may sign at an instant, the newest first."""
        return tuple(
            sorted((one for one in self.keys if one.valid_at(instant)), key=lambda one: one.not_before, reverse=True)
        )

    def rotated(self, new: VerifierKey, at: datetime, overlap: timedelta) -> KeyRing:
        """The ring with a new key from `at` on. Keys of its name end `overlap` later, or earlier as before.

        Raises: InputError when `at` lies before the beginning of a key, or the overlap is negative.
        """
        if overlap.total_seconds() < 0:
            raise InputError("keys cannot overlap for less than no time")
        late = next((one for one in self.keys if one.not_before >= at), None)
        if late is not None:
            begun = format_instant(late.not_before)
            raise InputError(f"key `{late.key.label}` begins on {begun}, which is not before {format_instant(at)}")
        end = at + overlap
        return KeyRing(
            (*(_ended(one, end) if one.key.name == new.name else one for one in self.keys), RingKey(new, at))
        )

    def text(self) -> str:
        """The ring as a file: JSON, one key after the other."""
        return json.dumps({"format": FORMAT, "keys": [one.as_json() for one in self.keys]}, indent=2) + "\n"


def parse_ring(data: bytes, file: str) -> KeyRing:
    """Read a key ring.

    Args:
        data: the bytes of the file.
        file: what to call it in an error.

    Raises: InputError that names the key and what is wrong with it.
    """
    value = read_json(data, f"the key ring `{file}`")
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise InputError(f"`{file}` is not a key ring", hint=f"its `format` is `{FORMAT}`; {_HINT}")
    if set(value) != {"format", "keys"} or not isinstance(value["keys"], list):
        raise InputError(f"key ring `{file}`: expected `format` and a list `keys`, and nothing else")
    try:
        return KeyRing(tuple(sorted(map(_entry, value["keys"]), key=lambda one: one.not_before)))
    except InputError as error:
        raise InputError(f"key ring `{file}`: {error.message}", hint=error.hint) from None


def _ended(key: RingKey, end: datetime) -> RingKey:
    """The key with an end that is not later than `end`."""
    return key if key.not_after and key.not_after <= end else replace(key, not_after=end)


def _entry(value: object) -> RingKey:
    if not isinstance(value, dict) or set(value) != _FIELDS or not isinstance(value["key"], str):
        raise InputError("expected `key`, `not_before` and `not_after` for each key, and nothing else")
    key = parse_verifier(value["key"])
    begin = _instant(key, "not_before", value["not_before"])
    end = None if value["not_after"] is None else _instant(key, "not_after", value["not_after"])
    if end is not None and end <= begin:
        raise InputError(f"key `{key.label}` ends before it begins", hint="`not_after` lies after `not_before`")
    return RingKey(key, begin, end)


def _instant(key: VerifierKey, field: str, text: object) -> datetime:
    instant = parse_instant(text) if isinstance(text, str) else None
    if instant is None:
        hint = "write an instant with its zone, such as 2026-01-01T00:00:00Z; `not_after` may be null"
        raise InputError(f"key `{key.label}`: `{field}` is not an instant: `{text}`", hint=hint)
    return instant

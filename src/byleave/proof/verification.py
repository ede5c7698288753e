"""Verify a receipt offline, with nothing but the signer's key ring, and say what was checked and what was not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError
from byleave.kernel.instants import format_instant
from byleave.proof.notes import MOST_SIGNATURES, NoteError, check_signatures
from byleave.proof.receipt import parse_receipt, signed_text
from byleave.proof.strict_json import is_canonical, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from byleave.proof.key_ring import KeyRing, RingKey
    from byleave.proof.receipt import Receipt
    from byleave.proof.seen import Comparison

CHECKED = ("content", "signature", "key-validity", "fields")
"""What holds of a receipt that is verified."""
NOT_CHECKED = ("ring", "person", "instants", "ledger")
"""What a receipt and a key ring cannot show."""
WITHOUT_SNAPSHOT, WITH_SNAPSHOT = "snapshot", "manifest"
"""What is left open besides: whether a snapshot has seen it, or whether the manifest that says so is genuine."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a receipt is not verified; `values` fill the message for the code."""

    code: str
    """`changed-layout`, `malformed-note`, `malformed-signature`, `unknown-key`, `wrong-signature`, `key-not-valid`,
    `malformed-content`."""
    values: Mapping[str, str | datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verification:
    """What came out. Without a problem the receipt is verified; with one, its content is not to be believed."""

    problem: Problem | None = None
    receipt: Receipt | None = None
    key: RingKey | None = None
    """The key that signed, the newest of those that were valid."""
    comparison: Comparison | None = None
    """With a snapshot, where one was named."""

    @property
    def verified(self) -> bool:
        """Whether everything that was checked holds."""
        return self.problem is None

    @property
    def not_checked(self) -> tuple[str, ...]:
        """What stays open."""
        return (*NOT_CHECKED, WITH_SNAPSHOT if self.comparison else WITHOUT_SNAPSHOT)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; the content only where it is verified."""
        return {
            "verified": self.verified,
            "problem": None if self.problem is None else {"code": self.problem.code, **_plain(self.problem.values)},
            "key": {"id": self.key.key.label, **self.key.as_json()} if self.key else None,
            "checked": list(CHECKED) if self.verified else [],
            "not_checked": list(self.not_checked),
            "receipt": self.receipt.as_json() if self.receipt else None,
            "snapshot": self.comparison.as_json() if self.comparison else None,
        }


def verify_receipt(data: bytes, ring: KeyRing, file: str = "receipt") -> Verification:
    """Verify the file that a person keeps.

    Args:
        data: the bytes of the file.
        ring: the public keys of the signer.
        file: what to call the file in an error.

    Raises: InputError when the file is not a receipt at all, so that there is nothing to verify.
    """
    value = read_receipt(data, file)
    if not is_canonical(data, value):
        return Verification(Problem("changed-layout"))
    try:
        signed_by = check_signatures(signed_text(value["receipt"]), value["signatures"], ring.verifiers)
    except NoteError as error:
        return Verification(Problem(error.code, {} if error.key is None else {"key": error.key}))
    try:
        receipt = parse_receipt(value["receipt"])
    except InputError as error:
        return Verification(Problem("malformed-content", {"problem": error.message}))
    keys = [ring.entry(key) for key in signed_by]
    valid = [key for key in keys if key.valid_at(receipt.recorded_at)]
    if not valid:
        labels = ", ".join(key.key.label for key in keys)
        return Verification(Problem("key-not-valid", {"key": labels, "at": receipt.recorded_at}))
    return Verification(None, receipt, max(valid, key=lambda key: key.not_before))


def read_receipt(data: bytes, file: str) -> dict[str, Any]:
    """The JSON of a receipt as it lies in a file, not verified. Raises: InputError when it is none."""
    value = read_json(data, f"`{file}`")
    if not isinstance(value, dict) or set(value) != {"receipt", "signatures"} or not isinstance(value["receipt"], dict):
        hint = "a receipt is JSON with `receipt` and `signatures`, and nothing else"
        raise InputError(f"`{file}` is not a receipt", hint=hint)
    lines = value["signatures"]
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise InputError(f"`{file}`: `signatures` is not a list of lines")
    if not 0 < len(lines) <= MOST_SIGNATURES:
        raise InputError(f"`{file}`: expected 1 to {MOST_SIGNATURES} signatures, got {len(lines)}")
    return value


def _plain(values: Mapping[str, str | datetime]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else format_instant(value) for name, value in values.items()}

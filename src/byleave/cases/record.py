"""The signed record of a step that staff took: who did what to which objection, on what grounds, and when.

It is to staff what a receipt is to the person: a file that verifies offline with the platform's key ring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError, VerificationError
from byleave.kernel.instants import format_instant, parse_instant
from byleave.ledger.entries import Kind
from byleave.proof.notes import NoteError, check_signatures, signature_line
from byleave.proof.strict_json import is_canonical, read_json

if TYPE_CHECKING:
    from byleave.ledger.entries import Entry
    from byleave.proof.key_ring import KeyRing
    from byleave.proof.keys import SignerKey

FORMAT = "byleave-step/1"
RECORDED = (
    Kind.OBJECTION_IN_REVIEW,
    Kind.OBJECTION_EXTENDED,
    Kind.OBJECTION_READDRESSED,
    Kind.OBJECTION_UPHELD,
    Kind.OBJECTION_REJECTED,
    Kind.FINDING_REVIEWED,
)
"""Kinds of which staff get a record."""
_TOLD = ("objection", "purpose", "appeals", "came", "by", "grounds", "lapsed", "withdrawn_on", "item", "text", "about")


def is_step(entry: Entry) -> bool:
    """Whether an entry is a step of staff: something they did with a case, or an objection that they wrote down."""
    return entry.kind in RECORDED or (entry.kind is Kind.OBJECTION_RECEIVED and "by" in entry.data)


def record_of(entry: Entry, epoch: str) -> dict[str, Any]:
    """What a record says. Raises: InputError for an entry of another kind, or one that was erased."""
    if entry.erased or not is_step(entry):
        raise InputError(f"entry {entry.seq} is no step of staff")
    told = {name: entry.data[name] for name in _TOLD if name in entry.data}
    if entry.kind is Kind.OBJECTION_RECEIVED:
        told["received_at"] = format_instant(min(entry.at, entry.recorded_at))
    return {
        "format": FORMAT,
        "epoch": epoch,
        "seq": entry.seq,
        "recorded_at": format_instant(entry.recorded_at),
        "kind": entry.kind.value,
        "subject": entry.subject,
        **told,
    }


def signed_record(entry: Entry, epoch: str, signer: SignerKey) -> str:
    """The record as a file: one line of canonical JSON. `signer` is valid when the entry was recorded."""
    told = record_of(entry, epoch)
    return canonical_json({"step": told, "signatures": [signature_line(_text(told), signer)]}).decode() + "\n"


def is_record(value: Any) -> bool:  # noqa: ANN401 - a JSON value
    """Whether a file's content is a record, well or badly signed."""
    return isinstance(value, dict) and set(value) == {"step", "signatures"}


def read_record(data: bytes, ring: KeyRing, file: str) -> dict[str, Any]:
    """What a record says that was verified.

    Raises: InputError when the file is none; VerificationError when it does not hold.
    """
    value = read_json(data, f"`{file}`")
    if not is_record(value) or not isinstance(value["step"], dict) or value["step"].get("format") != FORMAT:
        raise InputError(f"`{file}` is no record of a step", hint=f"this version reads `{FORMAT}`")
    if not is_canonical(data, value):
        raise VerificationError(f"`{file}` was written anew by something else, and shows nothing")
    told: dict[str, Any] = value["step"]
    try:
        keys = check_signatures(_text(told), value["signatures"], ring.verifiers)
    except (NoteError, TypeError, AttributeError) as error:
        raise VerificationError(f"`{file}` is not signed by a key of the ring: {error}") from error
    at = parse_instant(str(told.get("recorded_at")))
    if at is None or not any(ring.entry(key).valid_at(at) for key in keys):
        raise VerificationError(f"`{file}` is signed by a key that was not valid then")
    return told


def _text(told: Any) -> str:  # noqa: ANN401 - a JSON value
    return canonical_json(told).decode() + "\n"

"""A certificate as a file: its content, and the lines of a signed note over its canonical form, as receipts have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError
from byleave.learn.certificate import CertificateError, Checked, check_certificate
from byleave.proof.notes import NoteError, check_signatures, signature_line
from byleave.proof.strict_json import is_canonical, read_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from byleave.proof.key_ring import KeyRing
    from byleave.proof.keys import SignerKey

MOST_BYTES = 64 << 20
"""A thousand people, each with a list of their shard in a model of millions."""
PARTS = {"certificate", "signatures"}


def signed_certificate(content: Mapping[str, Any], signers: Iterable[SignerKey]) -> dict[str, Any]:
    """The content with the lines of those who sign."""
    return {"certificate": dict(content), "signatures": [signature_line(_text(content), one) for one in signers]}


def _text(content: Mapping[str, Any]) -> str:
    return canonical_json(dict(content)).decode() + "\n"


@dataclass(frozen=True, slots=True)
class Found:
    """What verifying a certificate has found."""

    problem: str | None
    """Why it does not hold: a code of `CertificateError` or `NoteError`, or one of `verify_certificate`."""
    checked: Checked | None = None
    signed_by: str | None = None
    """The key that signed; None for a certificate that nobody signed, which holds only for who asked for such."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "verified": self.problem is None,
            "problem": self.problem,
            "signed_by": self.signed_by,
            "certificate": self.checked.as_json() if self.checked else None,
        }


def is_certificate(value: Any) -> bool:  # noqa: ANN401 - what stood in a file
    """Whether a JSON value is the file of a certificate, and not that of a receipt."""
    return isinstance(value, dict) and set(value) == PARTS and isinstance(value["certificate"], dict)


def read_certificate(data: bytes, file: str) -> dict[str, Any] | None:
    """The file of a certificate; None where it is that of something else. Raises: InputError."""
    value = read_json(data, f"`{file}`", MOST_BYTES)
    if not is_certificate(value):
        return None
    if not isinstance(value["signatures"], list) or not all(isinstance(one, str) for one in value["signatures"]):
        raise InputError(f"`{file}`: `signatures` is not a list of lines")
    return dict(value)


def verify_certificate(data: bytes, value: Mapping[str, Any], ring: KeyRing | None, *, unsigned: bool = False) -> Found:
    """Verify a certificate offline.

    Args:
        data: the bytes of the file.
        value: what was read from them (`read_certificate`).
        ring: the public keys of the platform; None where the caller has none.
        unsigned: whether one that nobody signed is good enough: anybody can write such, and take signatures off.

    Codes of its own: `changed-layout`, `unsigned`, `unknown-key`, `key-not-valid`.
    """
    if not is_canonical(data, value):
        return Found("changed-layout")
    try:
        checked = check_certificate(value["certificate"])
    except CertificateError as error:
        return Found(error.code)
    if not value["signatures"]:
        return Found(None if unsigned else "unsigned", checked)
    if ring is None:
        return Found("unknown-key")
    try:
        signed_by = check_signatures(_text(value["certificate"]), value["signatures"], ring.verifiers)
    except NoteError as error:
        return Found(error.code)
    valid = [one for one in map(ring.entry, signed_by) if one.valid_at(checked.at)]
    return Found(None, checked, valid[-1].key.label) if valid else Found("key-not-valid")

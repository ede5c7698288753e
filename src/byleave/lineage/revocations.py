"""Revocations: what a holder of a snapshot may no longer use, as a signed list that tells nobody else anything.

A list is for one snapshot and one holder. Items are named by marks: keyed hashes of their ids, under a key that this
holder alone was given with the snapshot. It only grows: what was called back once stays called back, so that whoever
missed some lists needs the newest alone.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from byleave.kernel.canonical import canonical_json, digest_bytes
from byleave.kernel.errors import InputError, RefusedError, VerificationError
from byleave.kernel.instants import format_instant, parse_instant
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.proof.notes import NoteError, check_signatures, signature_line
from byleave.proof.strict_json import is_canonical, read_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from byleave.proof.key_ring import KeyRing
    from byleave.proof.keys import SignerKey

FORMAT = "byleave-revocations/1"
_USE = "byleave revocations 1"
MARK_DIGITS = 32
"""Hexadecimal: 128 bits, so that two of 10¹² items share a mark with a probability of about 10⁻¹⁵."""


def holder_key(secret: bytes, manifest: str, holder: str) -> bytes:
    """The key that one holder gets with one snapshot: 32 bytes, made again from the suppression key whenever needed."""
    return hmac.digest(secret, canonical_json([_USE, manifest, holder]), "sha256")


def item_mark(key: bytes, item_id: str) -> str:
    """The mark of an item, which whoever has the key and the item's id makes too: HMAC-SHA-256, its first half."""
    return hmac.digest(key, item_id.encode(), "sha256").hex()[:MARK_DIGITS]


def key_mark(key: bytes) -> str:
    """The mark of the key itself, by which a holder sees that its key is the right one: no list passes for empty."""
    return item_mark(hmac.digest(key, _USE.encode(), "sha256"), _USE)


def file_name(manifest: str, holder: str) -> str:
    """The name under which the lists of one snapshot and holder are always found."""
    whose = hashlib.sha256(holder.encode()).hexdigest()
    return f"{manifest.removeprefix('sha256:')[:32]}-{whose[:16]}.json"


@dataclass(frozen=True, slots=True)
class Revocations:
    """A list, not signed yet or verified."""

    manifest: str
    """Digest of the snapshot's manifest."""
    holder: str
    as_of: datetime
    watermark: int
    """Of the ledger: every objection and every *off* up to it is in."""
    epoch: str
    key: str
    """The mark of the holder's key."""
    items: tuple[str, ...]
    """Marks, sorted."""

    def as_json(self) -> dict[str, Any]:
        """The content that is signed."""
        return {
            "format": FORMAT,
            "manifest": self.manifest,
            "holder": self.holder,
            "as_of": format_instant(self.as_of),
            "watermark": self.watermark,
            "epoch": self.epoch,
            "key": self.key,
            "items": list(self.items),
        }

    def digest(self) -> str:
        """The digest of the content, by which a holder acknowledges it."""
        return digest_bytes(canonical_json(self.as_json()))

    def after(self, before: Revocations | None) -> Revocations:
        """The list that follows another one: everything that was called back before, too.

        Raises: RefusedError when the other one is of another snapshot or holder, or newer.
        """
        if before is None:
            return self
        if (before.manifest, before.holder, before.key) != (self.manifest, self.holder, self.key):
            raise RefusedError("the list before is of another snapshot, another holder or another key")
        if before.epoch == self.epoch and before.watermark > self.watermark:
            raise RefusedError(f"the list before knows of entry {before.watermark}, this one of {self.watermark}")
        everything = tuple(sorted({*before.items, *self.items}))
        return replace(self, items=everything)


def signed(found: Revocations, signer: SignerKey) -> bytes:
    """The list as a file: one line of canonical JSON."""
    lines = [signature_line(_text(found.as_json()), signer)]
    return canonical_json({"revocations": found.as_json(), "signatures": lines}) + b"\n"


def _text(content: Any) -> str:  # noqa: ANN401 - a JSON value
    return canonical_json(content).decode() + "\n"


def read_signed(data: bytes, ring: KeyRing, file: str) -> Revocations:
    """A list that was verified.

    Raises: InputError when the file is no list; VerificationError when it does not hold.
    """
    value = read_json(data, f"`{file}`")
    if not isinstance(value, dict) or set(value) != {"revocations", "signatures"}:
        raise InputError(f"`{file}` is no list of revocations", hint="fetch it again from where it is published")
    if not is_canonical(data, value):
        raise VerificationError(f"`{file}` was written anew by something else, and shows nothing")
    try:
        keys = check_signatures(_text(value["revocations"]), value["signatures"], ring.verifiers)
    except (NoteError, TypeError, AttributeError) as error:
        raise VerificationError(f"`{file}` is not signed by a key of the ring: {error}") from error
    found = _read(value["revocations"], file)
    if not any(ring.entry(key).valid_at(found.as_of) for key in keys):
        raise VerificationError(f"`{file}` is signed by a key that was not valid then")
    return found


def _read(told: Any, file: str) -> Revocations:  # noqa: ANN401 - a JSON value
    form = told.get("format") if isinstance(told, dict) else None
    if form != FORMAT:
        raise InputError(f"`{file}` is of another form: `{form}`", hint=f"this version reads `{FORMAT}`")
    at = parse_instant(str(told.get("as_of")))
    if at is None:
        raise InputError(f"`{file}` does not say as of when it is")
    try:
        items, watermark = tuple(map(str, told["items"])), int(told["watermark"])
        return Revocations(told["manifest"], told["holder"], at, watermark, told["epoch"], told["key"], items)
    except KeyError as error:
        raise InputError(f"`{file}` lacks `{error.args[0]}`") from error
    except (TypeError, ValueError) as error:
        raise InputError(f"`{file}` is no list of revocations: {error}") from error


def called_back(found: Revocations, key: bytes, item_ids: Iterable[str]) -> list[str]:
    """The ids of a holder's own items that a list calls back, in their order.

    Raises: VerificationError when the key is another one: it would find nothing, whatever is called back.
    """
    if not hmac.compare_digest(key_mark(key), found.key):
        raise VerificationError(
            "the key is not the one that came with this snapshot",
            hint="give it as `byleave revocation hand-over` printed it",
        )
    marks = frozenset(found.items)
    return [one for one in item_ids if item_mark(key, one) in marks]


def handed_over(manifest: str, holder: str) -> Proposal:
    """The entry for a copy of a snapshot that was given away."""
    return Proposal(Kind.SNAPSHOT_HANDED_OVER, "", PLATFORM, {"manifest": manifest, "holder": holder})


def published(found: Revocations) -> Proposal:
    """The entry for a list that was published."""
    data = {"manifest": found.manifest, "holder": found.holder, "digest": found.digest(), "items": len(found.items)}
    return Proposal(Kind.REVOCATIONS_PUBLISHED, "", PLATFORM, data)


def acknowledged(found: Revocations) -> Proposal:
    """The entry for a list of which its holder says that it was done."""
    data = {"manifest": found.manifest, "holder": found.holder, "digest": found.digest()}
    return Proposal(Kind.REVOCATIONS_ACKNOWLEDGED, "", PLATFORM, data)

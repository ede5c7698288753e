"""What is recorded of a snapshot or a model: the proposals for the ledger.

Each is made from what stands in the folder alone, and handed in under a key of its own: recorded twice, by the gate and
again after a crash, it is one entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError, RefusedError, UsageError
from byleave.kernel.instants import format_instant, parse_instant
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.ledger.fields import expected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from byleave.lineage.records import Snapshot

_ID_DIGITS = 16


def snapshot_key(digest: str) -> str:
    """The key under which a snapshot is recorded once."""
    return f"snapshot {digest}"


def snapshot_published(manifest: Mapping[str, Any], digest: str) -> Proposal:
    """The entry for a published snapshot.

    Args:
        manifest: its manifest, as it was read.
        digest: that of the manifest's bytes.

    Raises: InputError when the manifest lacks what an entry needs.
    """
    try:
        recheck, pack = manifest["recheck"], manifest["pack"]
        data = {
            "manifest": digest,
            "mode": manifest["mode"],
            "pack": pack["id"],
            "pack_digest": pack["digest"],
            "purpose": manifest["purpose"],
            "recipient": manifest["recipient"],
            "as_of": parse_instant(manifest["as_of"]),
            "watermark": manifest["watermark"],
            "recheck_as_of": parse_instant(recheck["as_of"]),
            "recheck_watermark": recheck["watermark"],
            "epoch": manifest["register"].get("epoch"),
            "counts": dict(manifest["counts"]["by_reason"]),
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"the manifest lacks {error}", hint="take the snapshot again") from error
    return Proposal(Kind.SNAPSHOT_PUBLISHED, "", PLATFORM, data)


def model_id(digest: str) -> str:
    """The id of a model that was trained elsewhere, from the digest of its file."""
    return f"model-{digest.removeprefix('sha256:')[:_ID_DIGITS]}"


def retired_key(model: str, by: str) -> str:
    """The key under which it is recorded once that a model is destroyed, however often the same person says so."""
    return f"retired {model} {by}"


def model_retired(model: str, destroyed: str, by: str) -> Proposal:
    """The entry for a model that is destroyed, so that nobody has to leave it any more.

    Args:
        model: its id.
        destroyed: `here` or `told` (`byleave.ledger.fields.DESTROYED`).
        by: who says that no copy of it is left.
    """
    return Proposal(Kind.MODEL_RETIRED, "", PLATFORM, {"model": model, "destroyed": destroyed, "by": by})


def model_registered(
    snapshots: Sequence[Snapshot], digest: str, *, name: str | None, purpose: str | None, trained_at: datetime | None
) -> Proposal:
    """The entry for a model that was trained elsewhere.

    Args:
        snapshots: what it was trained on.
        digest: `sha256:` and 64 hexadecimal digits, over the model's file.
        name: what people call it.
        purpose: what it was trained for; None takes that of the snapshots.
        trained_at: when, if it was trained before it is recorded.

    Raises: UsageError for a digest that is none, or another purpose than that of a snapshot; RefusedError for a replay.
    """
    if expected("digest", digest):
        hint = "give the SHA-256 of the model's file, as `sha256sum` prints it, after `sha256:`"
        raise UsageError(f"`{digest}` is no digest", hint=hint)
    for one in snapshots:
        if one.is_replay:
            hint = "a replay says what would have been; train on a snapshot that was taken at the present"
            raise RefusedError(f"the snapshot `{one.manifest}` is a replay: nothing may be trained on it", hint=hint)
        theirs = one.told["purpose"]
        if purpose is not None and purpose != theirs:
            hint = "what was let in for one purpose is not let in for another"
            raise RefusedError(f"the snapshot `{one.manifest}` is for `{theirs}`, not for `{purpose}`", hint=hint)
        purpose = theirs
        if trained_at is not None and trained_at < one.told["as_of"]:
            told = f"the model was trained on {format_instant(trained_at)}, before the snapshot was taken"
            raise UsageError(told, hint="give the instant at which training began")
    data = {
        "model": model_id(digest),
        "name": name,
        "digest": digest,
        "purpose": purpose,
        "snapshots": [one.manifest for one in snapshots],
        "trained_at": trained_at,
    }
    return Proposal(Kind.MODEL_REGISTERED, "", PLATFORM, data)

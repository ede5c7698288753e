"""The manifest of a model: from what it was made, who is in it by keys, and the digest of everything that was learned.

Nothing in it tells of its history: a model that has forgotten somebody has the manifest of one that never knew them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.kernel.canonical import digest_value
from byleave.kernel.errors import InputError, RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byleave.policy.model import Pack

FORMAT = "byleave-model/2"
FIELDS = (
    *("format", "model", "product", "purpose", "pack", "recipient", "snapshot", "shards", "rows", "configuration"),
    *("artefacts", "environment"),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a model is, and from what it is made: the same before and after somebody was taken out."""

    model: str
    """Its id."""
    product: str
    purpose: str
    pack: Mapping[str, str]
    """`id` and `digest`."""
    recipient: str
    snapshot: str
    """Digest of the snapshot's manifest."""


def manifest(  # noqa: PLR0913, PLR0917 - each part comes from another place
    origin: Origin,
    shards: Sequence[str],
    rows: Mapping[str, int],
    configuration: Mapping[str, Any],
    artefacts: Mapping[str, str],
    environment: Mapping[str, str],
) -> dict[str, Any]:
    """The manifest as a JSON value without fractions.

    Args:
        origin: what the model is.
        shards: digest of each shard's list.
        rows: how much was learned from.
        configuration: everything that was chosen before training.
        artefacts: name → digest of what was learned.
        environment: versions of everything that computed it; bytes are promised to be equal only where they are.
    """
    return {
        "format": FORMAT,
        "model": origin.model,
        "product": origin.product,
        "purpose": origin.purpose,
        "pack": dict(origin.pack),
        "recipient": origin.recipient,
        "snapshot": origin.snapshot,
        "shards": list(shards),
        "rows": dict(rows),
        "configuration": dict(configuration),
        "artefacts": dict(artefacts),
        "environment": dict(environment),
    }


def root(value: Mapping[str, Any]) -> str:
    """The digest by which a model is known: that of its manifest."""
    return digest_value(dict(value))


def require_manifest(value: Any, place: str) -> Mapping[str, Any]:  # noqa: ANN401 - what stood in a file
    """A manifest that this version can read. Raises: InputError for anything else."""
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise InputError(f"`{place}` is no manifest of a model", hint="give the folder that --out named")
    if tuple(sorted(value)) != tuple(sorted(FIELDS)):
        raise InputError(f"`{place}` has other fields than a manifest of a model", hint="train the model again")
    _require_types(value, place)
    return value


def _require_types(value: Mapping[str, Any], place: str) -> None:
    texts = ("model", "product", "purpose", "recipient", "snapshot")
    of_texts = ("pack", "artefacts", "environment")
    shards, rows = value["shards"], value["rows"]
    wrong = [name for name in texts if not isinstance(value[name], str)]
    wrong += [name for name in of_texts if not _maps_to(str, value[name])]
    if not isinstance(shards, list) or not all(isinstance(one, str) for one in shards) or not _is_power(len(shards)):
        wrong.append("shards")
    if not _maps_to(int, rows) or any(isinstance(one, bool) or one < 0 for one in rows.values()):
        wrong.append("rows")
    if not isinstance(value["configuration"], dict):
        wrong.append("configuration")
    if wrong:
        told = ", ".join(f"`{name}`" for name in wrong)
        raise InputError(f"`{place}` is no manifest of a model: {told} cannot be read", hint="train the model again")


def _is_power(count: int) -> bool:
    return count > 0 and not count & (count - 1)


def _maps_to(kind: type, value: Any) -> bool:  # noqa: ANN401 - what stood in a file
    return isinstance(value, dict) and all(isinstance(one, kind) for one in value.values())


def origin_of(value: Mapping[str, Any]) -> Origin:
    """What a manifest says that a model is."""
    names = ("model", "product", "purpose", "pack", "recipient", "snapshot")
    return Origin(*(value[name] for name in names))


def product_purpose(pack: Pack, product: str) -> str:
    """What training a product is for, as the pack says. Raises: UsageError when it does not name the product."""
    found = pack.products.get(product)
    if found is None:
        hint = f"it names {', '.join(sorted(pack.products)) or 'none'}; add it to the pack, with its purpose"
        raise UsageError(f"the pack `{pack.id}` does not name the product `{product}`", hint=hint)
    return found.purpose


def require_trainable(snapshot: Mapping[str, Any], problems: Sequence[str], purpose: str, place: str) -> None:
    """Refuse to train on a snapshot that is a replay, changed, no longer usable, or for another purpose.

    Args:
        snapshot: its manifest.
        problems: what its status has found, by name.
        purpose: what the product is for.
        place: what to call it in an error.

    Raises: RefusedError.
    """
    if problems:
        hint = f"{', '.join(problems)}: see `byleave snapshot status {place}`, and take a new one: byleave gate"
        raise RefusedError(f"the snapshot `{place}` may not be trained on", hint=hint)
    if snapshot["purpose"] != purpose:
        hint = "what was let in for one purpose is not let in for another; take a snapshot for this one"
        raise RefusedError(f"the snapshot `{place}` is for `{snapshot['purpose']}`, not for `{purpose}`", hint=hint)

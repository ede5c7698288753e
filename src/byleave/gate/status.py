"""Whether a published snapshot may still be trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.gate.manifest import FORMAT, TRAINING
from byleave.kernel.decision import Reason
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

REPLAY, PACK_CHANGED, OTHER_EPOCH, FILES_CHANGED, LEFT_SINCE = (
    "replay",
    "pack-changed",
    "other-epoch",
    "files-changed",
    "left-since",
)
"""Why a snapshot is not usable; `docs/reference/snapshot.md` says what each means."""


@dataclass(frozen=True, slots=True)
class Status:
    """What was found."""

    problems: tuple[str, ...]
    """Every reason not to train on it, by name; none means that it is usable."""
    rows: int
    """Rows of the snapshot."""
    left_since: Mapping[str, int]
    """Reason → rows that are no longer eligible."""
    watermark: str | int
    """Up to where the register was read for this answer."""

    @property
    def usable(self) -> bool:
        """Whether it may be trained on, now."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "usable": self.usable,
            "problems": list(self.problems),
            "rows": self.rows,
            "left_since": dict(self.left_since),
            "watermark": self.watermark,
        }


def require_manifest(value: Any, place: str) -> Mapping[str, Any]:  # noqa: ANN401 - what stood in a file
    """A manifest that this version can read.

    Raises: InputError for anything else.
    """
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        told = value.get("format") if isinstance(value, dict) else None
        hint = f"expected `{FORMAT}`, got `{told}`" if told else "give the folder of a snapshot"
        raise InputError(f"`{place}` is no manifest of a snapshot", hint=hint)
    missing = next((name for name in _NEEDED if name not in value), None)
    if missing is not None:
        raise InputError(f"`{place}` lacks `{missing}`", hint="take the snapshot again")
    return value


_NEEDED = ("mode", "pack", "purpose", "recipient", "recheck", "register", "counts", "waived", "files")


def status_of(
    manifest: Mapping[str, Any], today: Mapping[str, Any], *, files_changed: bool, activated: str | None = None
) -> Status:
    """Compare a snapshot with what holds now.

    Args:
        manifest: of the snapshot.
        today: of a dry run on the snapshot's own rows, now.
        files_changed: whether its files are not those that the manifest lists.
        activated: digest of the pack that the ledger says is in force for the purpose; None: it says nothing.
    """
    now: Mapping[str, int] = today["counts"]["by_reason"]
    left = {reason: rows for reason, rows in now.items() if reason != Reason.ELIGIBLE}
    found = {
        REPLAY: manifest["mode"] != TRAINING,
        PACK_CHANGED: manifest["pack"] != today["pack"] or activated not in (None, manifest["pack"]["digest"]),
        OTHER_EPOCH: manifest["register"].get("epoch") != today["register"].get("epoch"),
        FILES_CHANGED: files_changed or today["counts"]["rows"] != manifest["counts"]["eligible"],
        LEFT_SINCE: bool(left),
    }
    problems = tuple(name for name, holds in found.items() if holds)
    return Status(problems, today["counts"]["rows"], left, today["recheck"]["watermark"])

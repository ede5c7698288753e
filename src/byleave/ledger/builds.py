"""Whether builds are shut: what keeps every gate from reading a ledger, until what is missing or half done is mended.

An entry of kind `builds-shut` says why. Only an entry of kind `builds-opened` that names it ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byleave.kernel.errors import RefusedError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Entry, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

RESTORE, IMPORT = "restore", "import"
"""Why builds are shut: acts may be missing since a restore; an import of several steps is under way."""
_MEND = {
    RESTORE: "compare it with the platform's own settings and confirm: byleave ledger reconcile FILES --confirm",
    IMPORT: "it goes on where it stopped when the same command is run again: byleave ledger import FILES",
}


@dataclass(slots=True)
class Builds:
    """The entries that keep builds shut, after those applied so far."""

    shut: dict[int, Entry] = field(default_factory=dict)
    """`seq` → the entry that says why."""

    def apply(self, entry: Entry) -> None:
        """Take an entry into account; one of another kind changes nothing."""
        if entry.kind is Kind.BUILDS_SHUT:
            self.shut[entry.seq] = entry
        elif entry.kind is Kind.BUILDS_OPENED:
            for seq in entry.data["shut"]:
                self.shut.pop(seq, None)

    def of(self, cause: str) -> list[Entry]:
        """The entries that keep builds shut for one cause, oldest first."""
        return [entry for entry in self.shut.values() if entry.data["cause"] == cause]


def builds_after(entries: Iterable[Entry]) -> Builds:
    """Whether builds are shut after these entries, in their order; the others may be left out."""
    builds = Builds()
    for entry in entries:
        builds.apply(entry)
    return builds


def require_open(builds: Builds, place: str) -> None:
    """Refuse to read a ledger whose builds are shut. Raises: RefusedError saying why, and what opens them."""
    if builds.shut:
        cause, told = (next(iter(builds.shut.values())).data[name] for name in ("cause", "told"))
        raise RefusedError(f"builds from `{place}` are shut: {told}", hint=_MEND.get(cause))


def shutting(cause: str, told: str) -> Proposal:
    """The act that shuts builds. `told` says why, in words."""
    return Proposal(Kind.BUILDS_SHUT, "", PLATFORM, {"cause": cause, "told": told})


def opening(shut: Iterable[Entry], by: str, grounds: str) -> Proposal:
    """The act that opens builds again: who says so, and why it is safe."""
    return Proposal(
        Kind.BUILDS_OPENED, "", PLATFORM, {"shut": [entry.seq for entry in shut], "by": by, "grounds": grounds}
    )

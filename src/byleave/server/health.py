"""Whether a server takes acts, and what stands in the way of builds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from byleave.kernel.errors import ByleaveError
from byleave.server.db.comparing import compare
from byleave.server.lineage.standing import standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from byleave.server.service import Service

State = Literal["ok", "failed", "none", "behind", "shut"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found. No address and no message stands in it, since anybody may ask."""

    ledger: State
    """Reachable, of the form that this version needs, and keeping what it confirms."""
    writer: State
    """Takes acts."""
    copy: State
    """The second copy holds what the ledger holds; `behind`: the next act brings it up; `none`: there is none."""
    builds: State
    """`shut` after a restore or during an import. Acts are taken all the same: whoever wants to switch off must be able
    to, so that this alone never takes a server out of service."""
    models: State
    """`behind` when models do not forget as they should: a step of one broke, or the ledger was not read for it. What
    was learned from who leaves answers nobody meanwhile, and acts are taken all the same."""

    @property
    def takes_acts(self) -> bool:
        """Whether requests should be sent here."""
        return "failed" not in (self.ledger, self.writer, self.copy)

    def told(self) -> dict[str, Any]:
        """As the answer has it."""
        checks = {"ledger": self.ledger, "writer": self.writer, "copy": self.copy, "builds": self.builds}
        checks["models"] = self.models
        return {"status": "ready" if self.takes_acts else "not ready", "checks": checks}


def readiness(service: Callable[[], Service]) -> Readiness:
    """Ask the ledger; never raises because of it."""
    try:
        opened = service()
        store = opened.store
    except (ByleaveError, OSError):
        return Readiness("failed", "failed", "none", "shut", "behind")
    writer: State = "ok" if store.stopped is None else "failed"
    try:
        store.reader.check()
        builds: State = "shut" if store.builds().shut else "ok"
        copy: State = "none" if store.copy is None else compare(store.copy, store.reader)
    except (ByleaveError, OSError):
        return Readiness("failed", writer, "none" if store.copy is None else "failed", "shut", "behind")
    return Readiness("ok", writer, copy, builds, _models(opened))


def _models(service: Service) -> State:
    try:
        with service.lineage.reading() as session:
            found = standing(session, service.now())
    except ByleaveError:
        return "behind"
    return "behind" if found.problems or found.behind else "ok"

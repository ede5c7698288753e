"""The queue of forgetting over a ledger of tests, and what it has done."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from byleave.adapters import packs
from byleave.api import now
from byleave.ledger.entries import Kind
from byleave.server.db.opening import connect
from byleave.server.db.store import Store
from byleave.server.forgetting import working
from byleave.server.forgetting.queue import Queue
from byleave.server.forgetting.working import Forgetting
from byleave.server.policy_in_force import in_force
from tests.server.db.ledgers import SECRET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.ledger.admission import Proposal
    from byleave.ledger.entries import Entry
    from byleave.server.forgetting.queue import Task
    from byleave.server.forgetting.working import Done


class Place(Protocol):
    """Where a ledger, its models and its snapshots lie."""

    @property
    def folder(self) -> Path:
        """The folder of all of it."""

    @property
    def ledger(self) -> str:
        """The address of the ledger."""


def queue_of(place: Place, *, pack: str = "byleave@1", models: str = "models", **changes: Any) -> working.Place:
    """The queue over a ledger, with the models of a folder."""

    def append(acts: Sequence[Proposal], key: str) -> list[Entry]:
        with Store(place.ledger, suppression_secret=SECRET) as store:
            return store.append(acts, key)

    policy = in_force([pack])
    folder, other = place.folder / models, place.folder
    made = working.Place(place.ledger, SECRET, folder, other, lambda: policy, list, append, now)
    return replace(made, **changes)


def narrow(folder: Path) -> str:
    """A pack under which opting out does not reach models."""
    shipped = (Path(packs.__file__).parents[1] / "policy" / "packs" / "byleave@1.yaml").read_text(encoding="utf-8")
    file = folder / "narrow.yaml"
    file.write_text(shipped.replace("reaches: models", "reaches: training"), encoding="utf-8")
    return str(file)


def step(place: Place, **options: Any) -> Done:
    """One step of a process that begins and ends."""
    with closing(Forgetting(queue_of(place, **options))) as work:
        return work.step()


def act(place: Place, *acts: Proposal) -> list[Entry]:
    """Record acts."""
    with Store(place.ledger, suppression_secret=SECRET) as store:
        return store.append(acts)


def tasks(place: Place) -> list[Task]:
    """Everything that was ever queued."""
    with closing(connect(place.ledger)) as session:
        return Queue(session).tasks()


def forgotten(place: Place) -> list[Entry]:
    """What the ledger was told."""
    with Store(place.ledger) as store:
        return [one for one in store.reader.artefacts() if one.kind is Kind.MODEL_FORGOTTEN]

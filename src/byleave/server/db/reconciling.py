"""Comparing a ledger with a platform's own record of people's choices, and opening builds on that ground."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.people import People
from byleave.adapters.duckdb_engine.session import Session
from byleave.gate.request import Reading, silent
from byleave.kernel.errors import RefusedError, UsageError
from byleave.ledger.builds import RESTORE, opening
from byleave.ledger.covering import not_known
from byleave.ledger.entries import Kind
from byleave.ledger.reconciling import Difference, differences, missing
from byleave.server.db.importing import ONE_STEP, PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from byleave.gate.request import Progress
    from byleave.ledger.covering import TermsOf
    from byleave.server.db.store import Store

WHOLE = ("members", "preferences", "objections")
"""Tables that an export must have before builds are opened on its ground."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Reconciled:
    """What a comparison has found and done."""

    found: Counter[str] = field(default_factory=Counter)
    """What differs (`setting`, `objection` …) → how often."""
    loosening: int = 0
    """Differences in which the ledger is looser than the platform."""
    hidden: int = 0
    """People who are off there and not registered here."""
    applied: int = 0
    opened: int | None = None
    """`seq` of the entry that opened builds; None when none did."""

    @property
    def same(self) -> bool:
        """Whether nothing differs any more."""
        return sum(self.found.values()) == self.applied

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        told: dict[str, Any] = {"same": self.same, "found": dict(sorted(self.found.items()))}
        return {**told, "loosening": self.loosening, "applied": self.applied, "opened": self.opened}


def reconcile(  # noqa: PLR0913 - what a comparison may be told
    store: Store,
    source: Sequence[Path] | Mapping[str, Any],
    *,
    on_difference: Callable[[Difference], object] = id,
    terms_of: TermsOf = not_known,
    reading: Reading = Reading(),  # noqa: B008 - frozen
    apply: bool = False,
    confirm: tuple[str, str] | None = None,
    clock: Callable[[], datetime] = _now,
    on_progress: Progress = silent,
) -> Reconciled:
    """Tell every difference between the platform's record and the ledger.

    Args:
        store: the ledger.
        source: the platform's record: files and folders as for an import, or table name → table.
        on_difference: is told each one.
        terms_of: what each setting governs, which an *off* that is recorded then covers for ever.
        reading: how to read instants.
        apply: record what the platform refuses and the ledger does not, and nothing else; only once everything was
            compared. Stopped, the same call goes on.
        confirm: who says that builds may be opened, and why it is safe. Refused while the ledger is looser anywhere.
        clock: the present.
        on_progress: is told each step, and how much of it is done.

    Returns: What was found and done.

    Raises: InputError or RefusedError, naming file and row, or what keeps builds shut; UsageError for a confirmation
    without grounds, of builds that are open, or on an export that is not whole.
    """
    with tempfile.TemporaryDirectory() as spill, closing(Session(Path(spill))) as session:
        on_progress("reading", 0.0)
        people = People(session, source, reading)
        shut = list(store.builds().shut.values())
        if confirm is not None:
            _require_whole(people, confirm, is_shut=bool(shut))
        result, now = Reconciled(), clock()
        for one in _found(store, people, now, terms_of, on_progress):
            result.found[one.what.partition(" ")[0]] += 1
            result.loosening += one.loosens
            result.hidden += one.hides_off
            on_difference(one)
        if apply and result.loosening:
            acts = (one.act for one in list(_found(store, people, now, terms_of, on_progress)) if one.act is not None)
            waiting = list(acts)
            for first in range(0, len(waiting), ONE_STEP):
                result.applied += len(store.append(waiting[first : first + ONE_STEP]))
        if confirm is not None:
            _require_no_looser(result)
            by, grounds = confirm
            result.opened = store.append([opening(shut, by, f"{grounds} (compared with {people.digest})")])[-1].seq
        return result


def _require_no_looser(result: Reconciled) -> None:
    """Insist that the platform's record refuses nothing that the ledger does not, or cannot. Raises: RefusedError."""
    if result.loosening > result.applied:
        message = f"builds stay shut: the ledger is looser in {result.loosening - result.applied} things"
        raise RefusedError(message, hint="record what the platform refuses: --apply")
    if result.hidden:
        who = "person who is" if result.hidden == 1 else "people who are"
        message = f"builds stay shut: the ledger does not know {result.hidden} {who} off in the platform's record"
        raise RefusedError(message, hint="import them first: byleave ledger import")


def _require_whole(people: People, confirm: tuple[str, str], *, is_shut: bool) -> None:
    if not all(map(str.strip, confirm)):
        raise UsageError("a confirmation needs its grounds and a name", hint="say --confirm WHY --by NAME")
    if not is_shut:
        raise UsageError("builds are open", hint="leave out --confirm")
    lacking = next((name for name in WHOLE if name not in people.tables), None)
    if lacking is not None:
        hint = "a file with a header alone says that there are none"
        raise UsageError(f"builds cannot be opened without the table `{lacking}`", hint=hint)


def _found(
    store: Store, people: People, now: datetime, terms_of: TermsOf, on_progress: Progress
) -> Iterator[Difference]:
    done, lost = 0, bool(store.builds().of(RESTORE))
    for chunk in people.chunks(PEOPLE):
        known = store.known([given.name for given in chunk])
        for given in chunk:
            told = (given, known[given.name], people.tables, now, terms_of)
            yield from differences(*told, after_a_loss=lost)
        done += len(chunk)
        on_progress("comparing", done / max(1, people.count))
    if "members" in people.tables:
        waiting: list[str] = []
        for entry in store.entries():
            if entry.kind is Kind.MEMBER_REGISTERED and not entry.erased:
                waiting.append(entry.subject)
            if len(waiting) >= PEOPLE:
                yield from map(missing, people.without(waiting))
                waiting = []
        yield from map(missing, people.without(waiting))

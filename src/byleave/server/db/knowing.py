"""What a ledger says about many people at once: their entries under every id, and what was kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.ledger.admission import linked
from byleave.ledger.importing import Known
from byleave.server.db.lookups import kept_of, merges_of
from byleave.server.db.reading import read_history

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.ledger.entries import Entry
    from byleave.server.db.session import Session


def known_of(session: Session, names: Sequence[str], secret: bytes | None) -> dict[str, Known]:
    """What is known of each of these people.

    Raises: InputError when something is kept of erased people and `secret` is missing or another.
    """
    merges = merges_of(session, names)
    ids = {name: linked({name}, merges) for name in {name for pair in merges for name in pair}}
    wanted = set(names).union(*ids.values()) if ids else set(names)
    entries: dict[str, list[Entry]] = {}
    for entry in read_history(session, sorted(wanted)):
        entries.setdefault(entry.subject, []).append(entry)
    kept = kept_of(session, secret, names)
    found = {}
    for name in names:
        several = ids.get(name, {name})
        history = [entry for one in several for entry in entries.get(one, ())]
        found[name] = Known(sorted(history, key=lambda entry: entry.seq), kept.get(name, ()))
    return found

"""Members' own choices to be found by searches for people, brought to every model in service that has such an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.learn.forgetting import Profile
from byleave.ledger.entries import SEARCH, Kind
from byleave.ledger.visibility import is_hidden
from byleave.server.db.reading import read_head
from byleave.server.forgetting.queue import Reading
from byleave.server.lineage.persons import histories, touched
from byleave.server.lineage.standing import READ_FOR_SEARCH

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from byleave.adapters.forgetting import InService
    from byleave.server.db.session import Session
    from byleave.server.forgetting.queue import Queue

    Profiles = Callable[[Collection[str]], list[Profile]]

KINDS = SEARCH | {Kind.MEMBERS_MERGED}


def follow(session: Session, queue: Queue, models: Sequence[InService], profiles: Profiles, secret: bytes) -> None:
    """Hide who hides and show who came back, since this was last done; all of them for a model that is new here.

    Args:
        session: the ledger's database.
        queue: keeps how far was read.
        models: those in service.
        profiles: what people show now.
        secret: the suppression key.
    """
    head, before = read_head(session), queue.reading(READ_FOR_SEARCH)
    rules = " ".join(sorted(one.model for one in models))
    goes_on = before is not None and (before.epoch, before.rules) == (head.name, rules)
    after = before.seq if before and goes_on else 0
    if after == head.seq:
        return
    hidden, back = set[str](), list[Profile]()
    for ids, entries in histories(session, list(touched(session, KINDS, after, head.seq))):
        if is_hidden(entries):
            hidden |= ids
        elif any(one.kind in SEARCH for one in entries):
            back += profiles(ids)
    if hidden or back:
        _bring(models, back, sorted(hidden), secret)
    queue.read([], [], Reading(head.name, head.seq, rules), READ_FOR_SEARCH)


def _bring(models: Sequence[InService], back: Sequence[Profile], hidden: Sequence[str], secret: bytes) -> None:
    """Tell every model; one that breaks keeps no other from following, and is told again. Raises: what it raised."""
    failed = list[Exception]()
    for one in models:
        try:
            one.kind.show(one.folder, back, hidden, secret)
        except Exception as error:  # noqa: BLE001 - of a file, a disk or a library; raised below
            failed.append(error)
    if failed:
        raise failed[0]

"""Members' own choices to be found by searches for people, brought to every model in service that has such an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.learn.forgetting import Profile
from byleave.ledger.entries import SEARCH, Kind
from byleave.ledger.visibility import is_hidden
from byleave.server.db.reading import read_head
from byleave.server.forgetting.queue import Reading
from byleave.server.lineage.persons import histories, touched

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
    head, before = read_head(session), queue.followed()
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
        for one in models:
            one.kind.show(one.folder, back, sorted(hidden), secret)
    queue.follow(Reading(head.name, head.seq, rules))

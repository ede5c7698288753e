"""That an account was erased, under a key by which it is found in the index of who is in which snapshot.

So it is known that a model has seen somebody who is gone, and not who that was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.errors import InputError
from byleave.lineage.keys import NOBODY, keyed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from byleave.lineage.keys import Keyed
    from byleave.server.db.session import Session


INSERT_GONE = "INSERT INTO lineage_gone (key, seq) VALUES (?, ?)"


def keep_gone(session: Session, secret: bytes, ids: Iterable[str], seq: int) -> None:
    """Keep the keys of accounts that the entry `seq` erases.

    Raises: InputError for another secret than that of the index.
    """
    key_of = keyed(secret)
    mark(session, key_of)
    keys = sorted({key_of(name) for name in ids})
    session.run(INSERT_GONE, [(key, seq) for key in keys])


def mark(session: Session, key_of: Keyed) -> None:
    """Keep the key of nobody, which shows whether a secret is the right one. Raises: InputError when it is not."""
    if not require_secret(session, key_of):
        session.run(INSERT_GONE, [(key_of(NOBODY), 0)])


def require_secret(session: Session, key_of: Keyed) -> bool:
    """Refuse another secret than that of the index, under which nobody would be found; whether there is one yet.

    Raises: InputError.
    """
    marks = [key for (key,) in session.query("SELECT key FROM lineage_gone WHERE seq = 0")]
    if marks and marks[0] != key_of(NOBODY):
        raise InputError(
            "the suppression key is not the one that snapshots were indexed with",
            hint="give the file of the key that the ledger is used with: BYLEAVE_SUPPRESSION_KEY",
        )
    return bool(marks)

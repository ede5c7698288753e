"""What the ledger is told of a model that has forgotten people, and the certificate that is kept with it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from byleave.kernel.canonical import canonical_json, digest_bytes
from byleave.learn.manifest import root
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from byleave.learn.forgetting import Certified
    from byleave.ledger.entries import Entry
    from byleave.server.db.session import Session

    Append = Callable[[Sequence[Proposal], str], list[Entry]]


def recorder(session: Session, append: Append) -> Callable[[Certified], None]:
    """The function that tells a ledger of a certificate, and keeps the file; to be called again after a crash.

    Args:
        session: the ledger's database.
        append: records acts under a key, durably.
    """

    def record(made: Certified) -> None:
        told = made.told
        # of the content: the lines of signatures may be others after a crash
        digest = digest_bytes(canonical_json(dict(told)))
        keep(session, digest, made.path.read_bytes())
        new = root(told["new"])
        data = {"model": told["new"]["model"], "digest": new, "forgotten": told["forgotten"], "certificate": digest}
        append([Proposal(Kind.MODEL_FORGOTTEN, "", PLATFORM, data)], f"forgotten {root(told['old'])} {new}")

    return record


def keep(session: Session, digest: str, file: bytes) -> None:
    """Keep a certificate, once."""
    session.begin()
    done = False
    try:
        sql = "INSERT INTO forget_certificate (digest, file) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING"
        session.run(sql, [(digest, zlib.compress(file))])
        session.commit()
        done = True
    finally:
        if not done:
            session.roll_back()


def kept(session: Session, digest: str) -> bytes | None:
    """The file of a certificate by the digest that its entry names; None where it is not here."""
    rows = session.query("SELECT file FROM forget_certificate WHERE digest = ?", [digest])
    return zlib.decompress(bytes(rows[0][0])) if rows else None

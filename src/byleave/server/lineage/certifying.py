"""What the ledger is told of a model that has forgotten people, and the certificate that is kept with it."""

from __future__ import annotations

import secrets
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from byleave.kernel.canonical import canonical_json, digest_bytes
from byleave.learn.manifest import root
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.ledger.fields import MOST_KEYS
from byleave.lineage.records import fold
from byleave.server.db.lookups import read_artefacts
from byleave.server.db.session import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

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
        for start in range(0, len(told["forgotten"]), MOST_KEYS):
            some = told["forgotten"][start : start + MOST_KEYS]
            data = {"model": told["new"]["model"], "digest": new, "forgotten": some, "certificate": digest}
            # of the certificate too: copies of a model forget the same, each with a certificate of its own
            key = f"forgotten {root(told['old'])} {new} {digest} {start}"
            append([Proposal(Kind.MODEL_FORGOTTEN, "", PLATFORM, data)], key)

    return record


def rerunning(
    session: Session, append: Append, model: str
) -> Callable[[Mapping[str, Any]], AbstractContextManager[None]]:
    """The function that records, as a run of its own, that all of a model is trained again while it holds.

    Args:
        session: the ledger's database.
        append: records acts under a key, durably.
        model: its id.
    """

    @contextmanager
    def again(manifest: Mapping[str, Any]) -> Iterator[None]:
        run = f"again-{secrets.token_hex(8)}"
        snapshots = list(fold(read_artefacts(session)).models[model].snapshots)
        job = f"train {manifest['product']} again without who left, by other versions"
        data = {"run": run, "job": job, "snapshots": snapshots}
        append([Proposal(Kind.RUN_STARTED, "", PLATFORM, data)], f"started {run}")
        outcome = "failed"
        try:
            yield
            outcome = "completed"
        finally:
            told = {"run": run, "outcome": outcome}
            append([Proposal(Kind.RUN_FINISHED, "", PLATFORM, told)], f"finished {run}")

    return again


def keep(session: Session, digest: str, file: bytes) -> None:
    """Keep a certificate, once."""
    with writing(session):
        sql = "INSERT INTO forget_certificate (digest, file) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING"
        session.run(sql, [(digest, zlib.compress(file))])


def kept(session: Session, digest: str) -> bytes | None:
    """The file of a certificate by the digest that its entry names; None where it is not here."""
    rows = session.query("SELECT file FROM forget_certificate WHERE digest = ?", [digest])
    return zlib.decompress(bytes(rows[0][0])) if rows else None

"""People leave a model of talent search, and each step survives a crash.

1. who leaves is written into the model's own queue, durably;
2. one transaction takes them out of the rows and sums, empties the queue, and keeps the certificate to be recorded;
3. the certificate and the manifest are written beside the model, the ledger is told, and then it counts as recorded.

A crash after any step is mended by calling `settle` again: 2 happens once, and 3 may be done twice to the same effect.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.opening import writing
from byleave.adapters.talent.training import CERTIFICATES, MODEL, write_manifest, write_whole
from byleave.kernel.canonical import canonical_json
from byleave.kernel.instants import format_instant
from byleave.learn.certificate import certificate
from byleave.learn.forgetting import Certified
from byleave.learn.manifest import root
from byleave.learn.signing import signed_certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from byleave.proof.keys import SignerKey

AT_ONCE = 1_000
"""People in one certificate: as many as one entry of a ledger names."""


def enqueue(folder: Path, members: Iterable[int], now: datetime) -> int:
    """Write who is to leave into the model's queue; how many wait now. Raises: InputError."""
    model = ModelFile.open(folder / MODEL)
    try:
        with writing(model.connection):
            rows = [(member, format_instant(now)) for member in members]
            model.connection.executemany("INSERT OR IGNORE INTO waiting VALUES (?, ?)", rows)
        return len(model.connection.execute("SELECT member FROM waiting").fetchall())
    finally:
        model.close()


def settle(
    folder: Path,
    signers: Sequence[SignerKey],
    record: Callable[[Certified], None],
    clock: Callable[[], datetime],
) -> list[Certified]:
    """Take everybody in the queue out, and record what is not recorded yet; the certificates that were written.

    Args:
        folder: the model.
        signers: the keys that sign certificates; none leaves them unsigned.
        record: tells the ledger of a certificate; may be called twice for the same.
        clock: the present.
    """
    model = ModelFile.open(folder / MODEL)
    try:
        found = _record(folder, model, signers, record)  # what a crash has left
        while _take_out(model, clock()):
            found += _record(folder, model, signers, record)
        return found
    finally:
        model.close()


def _take_out(model: ModelFile, now: datetime) -> bool:
    """Take some of those who wait out; whether anybody waited."""
    with writing(model.connection):
        sql = "SELECT member FROM waiting ORDER BY since, member LIMIT ?"
        waiting = [member for (member,) in model.connection.execute(sql, [AT_ONCE])]
        there = [member for member in waiting if model.has(member)]
        change = model.forget(there) if there else None
        if change is not None:
            told = certificate(change.old, change.new, there, change.removed, change.lists, now)
            sql = "INSERT INTO done (certificate, recorded) VALUES (?, 0)"
            model.connection.execute(sql, [canonical_json(told).decode()])
        model.connection.executemany("DELETE FROM waiting WHERE member = ?", [[member] for member in waiting])
    return bool(waiting)


def _record(
    folder: Path, model: ModelFile, signers: Sequence[SignerKey], record: Callable[[Certified], None]
) -> list[Certified]:
    """Write and record the certificates that are not recorded yet, oldest first."""
    sql = "SELECT number, certificate FROM done WHERE recorded = 0 ORDER BY number"
    open_ones, found = model.connection.execute(sql).fetchall(), list[Certified]()
    for number, text in open_ones:
        told = json.loads(text)
        path = folder / CERTIFICATES / f"{root(told['new']).removeprefix('sha256:')[:16]}.json"
        path.parent.mkdir(exist_ok=True)
        write_whole(path, canonical_json(signed_certificate(told, signers)))
        write_manifest(folder, told["new"])
        found.append(Certified(path, told))
        record(found[-1])
        with writing(model.connection):
            model.connection.execute("UPDATE done SET recorded = 1, certificate = '' WHERE number = ?", [number])
    return found

"""The chain: each row of the ledger holds a hash over itself and over the row before it.

Nobody can take out, change, add or move a row without the hashes of all later rows changing. A row holds nothing
personal: what an entry says about somebody is kept apart, and the row has only a salted digest of it. When the personal
part is erased, its salt is erased too; the row stays, the chain still holds, and the digest tells nothing.

Exactly, with RFC 8785 canonical JSON in UTF-8 and hashes as 64 lowercase hexadecimal digits:

    digest = SHA-256(salt || JSON of {"actor", "at", "data", "subject"})
    chain  = SHA-256(JSON of [chain of the row before, seq, epoch, recorded_at, kind, digest])

`salt` is 32 random bytes, `at` and `recorded_at` are microseconds since 1970-01-01T00:00:00Z, and the chain before the
first row is 64 zeros.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from byleave.kernel.errors import InputError
from byleave.ledger.wire import payload_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

NOTHING = "0" * 64
"""The chain before the first row."""


class Row(NamedTuple):
    """One row of the chain."""

    seq: int
    epoch: int
    recorded_at: int
    kind: str
    digest: str
    chain: str


def payload_digest(salt: str, subject: str, actor: str, at: int, data: str) -> str:
    """The digest of an entry's personal part. `salt` is hexadecimal, `at` in microseconds, `data` canonical JSON."""
    return hashlib.sha256(bytes.fromhex(salt) + payload_bytes(subject, actor, at, data)).hexdigest()


def link(before: str, seq: int, epoch: int, recorded_at: int, kind: str, digest: str) -> Row:  # noqa: PLR0913, PLR0917 - a row
    """The row that follows a row with the chain `before`."""
    # names of kinds and hexadecimal digits need no escaping, so that this is the canonical JSON
    text = f'["{before}",{seq},{epoch},{recorded_at},"{kind}","{digest}"]'
    return Row(seq, epoch, recorded_at, kind, digest, hashlib.sha256(text.encode()).hexdigest())


def verify(rows: Iterable[Row], after: Row | None = None) -> Row | None:
    """Check rows that follow `after`, or the first ones; the last of them, or `after` if there are none.

    Raises: InputError naming the first row that does not follow from the one before it.
    """
    for row in rows:
        seq, chain = (after.seq, after.chain) if after else (0, NOTHING)
        if row.seq != seq + 1:
            raise InputError(f"row {row.seq} of the ledger follows row {seq}: one is missing or stands twice")
        if after and (row.recorded_at <= after.recorded_at or row.epoch < after.epoch):
            raise InputError(f"row {row.seq} of the ledger was not recorded after row {seq}")
        if link(chain, *row[:5]).chain != row.chain:
            raise InputError(
                f"row {row.seq} of the ledger is not what was recorded",
                hint="something changed the database; compare it with the second copy or a backup",
            )
        after = row
    return after

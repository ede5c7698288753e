"""Recording in a ledger that a pack is in force from an instant on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.errors import RefusedError, UsageError
from byleave.kernel.instants import parse_instant
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Entry, Kind
from byleave.policy.rules import pack_digest
from byleave.server.db.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from byleave.policy.model import Pack


def activate_pack(  # noqa: PLR0913, PLR0917 - the parts of the entry
    address: str, pack: Pack, begins: str | None, purposes: Sequence[str], digest: str | None, now: datetime
) -> Entry:
    """Record an activation.

    Args:
        address: of the ledger.
        pack: as its file has it.
        begins: when it begins to be in force, with its zone; None: now.
        purposes: those for which it is; none: every one that it has.
        digest: what the digest of the pack should be; None: whatever it is.
        now: the present.

    Returns: The entry, durable.

    Raises: UsageError for an instant that is none, or past, or a purpose that the pack lacks; RefusedError for another
    digest; LedgerError.
    """
    own = pack_digest(pack)
    if digest is not None and digest != own:
        raise RefusedError(f"the pack `{pack.id}` has the digest `{own}`, not `{digest}`", hint="compare the files")
    instant = now if begins is None else parse_instant(begins)
    if instant is None:
        raise UsageError(f"`{begins}` is no instant", hint="write it with its zone, such as 2026-12-01T00:00:00Z")
    if instant < now:
        raise UsageError(f"`{begins}` is past", hint="what was decided and told until now stays as it was")
    for one in purposes:
        if one not in pack.purposes:
            raise UsageError(f"pack `{pack.id}` has no purpose `{one}`", hint=f"it has: {', '.join(pack.purposes)}")
    data = {"pack": pack.id, "digest": own, "purposes": list(dict.fromkeys(purposes or pack.purposes)), "from": instant}
    with Store(address) as store:
        return store.append([Proposal(Kind.POLICY_ACTIVATED, "", PLATFORM, data)])[0]

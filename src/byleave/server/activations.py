"""What the ledger says about policy and notices: packs that were activated, and texts that were published."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from byleave.adapters.packs import load_pack
from byleave.kernel.errors import ByleaveError, LedgerError, UnknownError
from byleave.ledger.activated import Activated, activated_at, activations
from byleave.ledger.entries import Entry, Kind
from byleave.policy.rules import pack_digest
from byleave.proof.receipt import Notice
from byleave.server.policy_in_force import PolicyInForce

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from byleave.policy.model import Pack

EVERY_SECONDS = 1.0
"""How old what is known may be; an act that records a policy is seen within it."""


class Published(NamedTuple):
    """A text that was published, and the entry that says so."""

    seq: int
    notice: Notice


class Activations:
    """Packs and notices as the ledger has them. May be used by many threads."""

    def __init__(self, configured: PolicyInForce, read: Callable[[int], list[Entry]]) -> None:
        """Take the packs that the configuration names, and how to read the entries about no person after one."""
        self._configured, self._read = configured, read
        self._packs = {one.pack.id: one.pack for one in configured.packs()}
        self._seen, self._looked = 0, float("-inf")
        self._activations: list[Activated] = []
        self._notices: dict[tuple[str, str, str], Published] = {}
        self._made: dict[tuple[tuple[str, Activated], ...], PolicyInForce] = {(): configured}
        self._lock = threading.Lock()

    def policy(self, now: datetime) -> PolicyInForce:
        """The packs in force: what the ledger says for a purpose, or else what the configuration says.

        Raises: LedgerError when the ledger names a pack that is not here, or says something else here.
        """
        with self._lock:
            if time.monotonic() - self._looked >= EVERY_SECONDS:
                self._look()
            wanted = tuple(sorted(activated_at(self._activations, now).items()))
            if wanted not in self._made:
                self._made[wanted] = self._make(dict(wanted))
            return self._made[wanted]

    def published(self, notice: str, version: str, language: str) -> Published:
        """A text that was published. Raises: UnknownError when it was not."""
        key = notice, version, language
        with self._lock:
            if key not in self._notices:
                self._look()
            if key in self._notices:
                return self._notices[key]
        told = f"version `{version}` of the notice `{notice}` was not published in `{language}`"
        raise UnknownError(told, hint="record that it was published before it is shown")

    def text(self, seq: int) -> Notice:
        """The notice that an entry published. Raises: UnknownError when it published none."""
        with self._lock:
            if seq > self._seen:
                self._look()
            found = next((one.notice for one in self._notices.values() if one.seq == seq), None)
        if found is None:
            raise UnknownError(f"entry `{seq}` published no notice")
        return found

    def _look(self) -> None:
        found = self._read(self._seen)
        self._looked = time.monotonic()
        self._activations += activations(found)
        for one in found:
            self._seen = one.seq
            if one.kind is Kind.NOTICE_PUBLISHED:
                name, version, language = (one.data[part] for part in ("notice", "version", "language"))
                shown = Notice(id=name, version=version, language=language, digest=one.data["digest"])
                self._notices[name, version, language] = Published(one.seq, shown)

    def _make(self, wanted: dict[str, Activated]) -> PolicyInForce:
        base = {purpose: self._configured.governing(purpose).pack for purpose in self._configured.purposes}
        return PolicyInForce(base | {purpose: self._pack(one) for purpose, one in wanted.items()})

    def _pack(self, one: Activated) -> Pack:
        try:
            pack = self._packs.get(one.pack) or load_pack(one.pack)
        except ByleaveError as error:
            hint = "name its file in BYLEAVE_PACKS"
            raise LedgerError(f"the ledger activates the pack `{one.pack}`, which is not here", hint=hint) from error
        if pack_digest(pack) != one.digest:
            hint = "bring the file back as it was, or activate it as it is: byleave policy activate"
            raise LedgerError(f"the pack `{one.pack}` here is not the one that the ledger activates", hint=hint)
        return pack

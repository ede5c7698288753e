"""The feed of revocations: signed lists at fixed addresses, and the word of a holder that a list was obeyed.

The lists are files that `byleave revocation publish` writes. One that does not hold is not served.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.adapters.key_files import read_ring
from byleave.adapters.small_file import read_bytes
from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import ByleaveError
from byleave.kernel.instants import format_instant
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.lineage.revocations import file_name, read_signed
from byleave.proof.notes import signature_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from byleave.ledger.entries import Entry
    from byleave.lineage.revocations import Revocations
    from byleave.proof.keys import SignerKey
    from byleave.server.service import Service

FORMAT = "byleave-revocation-feed/1"
NAME = re.compile(r"[0-9a-f]{32}-[0-9a-f]{16}\.json")
_log = logging.getLogger(__name__)


class ListFile(NamedTuple):
    """One list that was verified, with the bytes that are served."""

    name: str
    data: bytes
    found: Revocations


class Lists:
    """The lists of one folder, each read again when its file has changed. May be used by many threads."""

    def __init__(self, folder: Path, keys: Path) -> None:
        """Take the folder of lists, which need not be there yet, and that of the keys."""
        self._folder, self._keys = folder, keys
        self._lock = threading.Lock()
        self._read: dict[str, tuple[tuple[int, int], ListFile]] = {}

    def every(self) -> list[ListFile]:
        """All that hold, by name."""
        names = sorted(one.name for one in self._folder.glob("*.json")) if self._folder.is_dir() else []
        return [found for name in names if (found := self.one(name)) is not None]

    def one(self, name: str) -> ListFile | None:
        """One by the name of its file; None where there is none that holds."""
        if not NAME.fullmatch(name):
            return None
        path = self._folder / name
        try:
            state = path.stat()
        except OSError:
            return None
        stamp = (state.st_mtime_ns, state.st_size)
        with self._lock:
            known = self._read.get(name)
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            data = read_bytes(path)
            found = ListFile(name, data, read_signed(data, read_ring(self._keys), name))
        except ByleaveError:
            _log.exception("a list of revocations does not hold and is not served")
            return None
        if file_name(found.found.manifest, found.found.holder) != name:
            _log.error("a list of revocations stands under the name of another and is not served")
            return None
        with self._lock:
            self._read[name] = (stamp, found)
        return found


def feed(lists: Iterable[ListFile], address: str, signer: SignerKey) -> bytes:
    """What is published, as one signed file: it names snapshots and lists, and no holder, item or person.

    Args:
        lists: that hold.
        address: below which each list stands.
        signer: the key of now. Signatures are the same for the same content (Ed25519, RFC 8032).
    """
    told: dict[str, Any] = {
        "format": FORMAT,
        "lists": [
            {
                "address": f"{address}{one.name}",
                "manifest": one.found.manifest,
                "digest": one.found.digest(),
                "items": len(one.found.items),
                "as_of": format_instant(one.found.as_of),
                "epoch": one.found.epoch,
                "watermark": one.found.watermark,
            }
            for one in lists
        ],
    }
    line = signature_line(canonical_json(told).decode() + "\n", signer)
    return canonical_json({"feed": told, "signatures": [line]}) + b"\n"


def acknowledge(service: Service, holder: str, manifest: str, digest: str) -> Entry:
    """Record that a holder has taken out everything that its newest list calls back; twice is once.

    Raises: InputError when the holder was never given that snapshot, or the list is not the newest.
    """
    data = {"manifest": manifest, "holder": holder, "digest": digest}
    key = hashlib.sha256(f"revocations-acknowledged\n{manifest}\n{holder}\n{digest}".encode()).hexdigest()
    return service.store.append([Proposal(Kind.REVOCATIONS_ACKNOWLEDGED, "", PLATFORM, data)], key)[0]


class Copy(NamedTuple):
    """A copy of a snapshot that was given away, and how far it was called back."""

    manifest: str
    holder: str
    given_at: datetime
    items: int
    """Called back by the newest list."""
    published_at: datetime | None
    """When the newest list was; None: no list yet."""
    acknowledged_at: datetime | None
    """When the holder said that the newest list was done; None: not yet."""

    @property
    def file(self) -> str:
        """The name of its list."""
        return file_name(self.manifest, self.holder)


def copies(entries: Iterable[Entry]) -> list[Copy]:
    """Every copy that was given away, in order, from the entries about no person."""
    found: dict[tuple[str, str], Copy] = {}
    digests: dict[tuple[str, str], str] = {}
    for one in entries:
        place = (one.data.get("manifest", ""), one.data.get("holder", ""))
        if one.kind is Kind.SNAPSHOT_HANDED_OVER:
            found[place] = Copy(*place, one.recorded_at, 0, None, None)
        elif one.kind is Kind.REVOCATIONS_PUBLISHED:
            is_new = digests.get(place) != one.data["digest"]
            digests[place] = one.data["digest"]
            done = None if is_new else found[place].acknowledged_at
            found[place] = found[place]._replace(
                items=one.data["items"], published_at=one.recorded_at, acknowledged_at=done
            )
        elif one.kind is Kind.REVOCATIONS_ACKNOWLEDGED and digests.get(place) == one.data["digest"]:
            found[place] = found[place]._replace(acknowledged_at=one.recorded_at)
    return list(found.values())

"""The manifest of a snapshot: under which policy, at which instant and watermark, with what result."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.kernel.decision import Reason
from byleave.kernel.instants import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from byleave.gate.ports import CorpusOpened, Engine, RegisterRead
    from byleave.gate.request import Counted, Request
    from byleave.policy.rules import Rules

FORMAT = "byleave-snapshot/1"
TRAINING, REPLAY = "training", "replay"
UNKNOWN = "unknown"
"""In counts: rows whose owner, region or category is not known."""


@dataclass(frozen=True, slots=True)
class Reads:
    """What was read when: `T`, `W`, and at the end `T'`, `W'`."""

    as_of: datetime
    watermark: str | int
    """The number of a ledger's last entry, or a folder's digest."""
    recheck_as_of: datetime
    recheck_watermark: str | int
    recheck_left_out: int
    """Rows that were eligible at `(T, W)` and no longer at `(T', W')`."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of the snapshot."""

    path: str
    digest: str
    size_bytes: int


def manifest(  # noqa: PLR0913, PLR0917 - each part comes from another place
    request: Request,
    rules: Rules,
    engine: Engine,
    register: RegisterRead,
    corpus: CorpusOpened,
    reads: Reads,
    counts: Sequence[Counted],
    files: Sequence[WrittenFile],
    waived: Mapping[str, Any],
    version: str,
) -> dict[str, Any]:
    """The manifest as a JSON value without floats, so that its canonical form (RFC 8785) is plain."""
    return {
        **_found(request, engine),
        "format": FORMAT,
        "mode": TRAINING if request.as_of is None else REPLAY,
        "pack": {"id": rules.pack_id, "digest": rules.pack_digest},
        "purpose": rules.purpose,
        "recipient": rules.recipient,
        "as_of": format_instant(reads.as_of),
        "watermark": reads.watermark,
        "recheck": _recheck(reads),
        "register": _register(register),
        "items": {
            "files": [path.name for path in corpus.files],
            "missing_columns": list(corpus.missing),
            "columns": dict(request.reading.columns),
            "assumed_zone": request.reading.assume_zone,
        },
        "engine": {"name": engine.name, "version": engine.version},
        "code": {"name": "byleave", "version": version},
        "counts": tally(counts),
        "waived": dict(waived),
        "presumes_collection": rules.reaches == "collection",
        "files": [{"path": one.path, "digest": one.digest, "size_bytes": one.size_bytes} for one in files],
        "tree_root": None,
    }


def _recheck(reads: Reads) -> dict[str, Any]:
    """The second look: `T'`, `W'`, and what it took out."""
    return {
        "as_of": format_instant(reads.recheck_as_of),
        "watermark": reads.recheck_watermark,
        "left_out": reads.recheck_left_out,
    }


def _found(request: Request, engine: Engine) -> dict[str, Any]:
    """What was found in texts; only where somebody was looked for."""
    found = engine.found()
    return {"found": {**found, "redacting": request.redacting}} if found else {}


def _register(register: RegisterRead) -> dict[str, Any]:
    """What was read; the epoch only where there is one."""
    value = {"kind": register.kind, "digest": register.digest, "rows": dict(register.rows)}
    return {**value, "epoch": register.epoch} if register.epoch else value


def tally(counts: Iterable[Counted]) -> dict[str, Any]:
    """Rows by verdict, by reason, and by region and category with their verdicts."""
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    regions: dict[str, Counter[str]] = {}
    categories: dict[str, Counter[str]] = {}
    for one in counts:
        verdict = Reason(one.reason).verdict.value
        verdicts[verdict] += one.rows
        reasons[one.reason] += one.rows
        regions.setdefault(one.region or UNKNOWN, Counter())[verdict] += one.rows
        categories.setdefault(one.category or UNKNOWN, Counter())[verdict] += one.rows
    return {
        "rows": verdicts.total(),
        "eligible": verdicts["eligible"],
        "excluded": verdicts["excluded"],
        "gap": verdicts["gap"],
        "by_reason": {reason.value: reasons[reason.value] for reason in Reason if reasons[reason.value]},
        "by_region": {name: dict(sorted(regions[name].items())) for name in sorted(regions)},
        "by_category": {name: dict(sorted(categories[name].items())) for name in sorted(categories)},
    }

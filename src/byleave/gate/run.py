"""Run the gate: read at (T, W), decide, write, decide again at (T', W'), publish."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from byleave.gate.manifest import Reads, WrittenFile, manifest
from byleave.gate.request import Counted, Progress, Request, Result, silent
from byleave.kernel.canonical import canonical_json
from byleave.kernel.decision import Reason
from byleave.kernel.errors import RefusedError, UsageError
from byleave.kernel.instants import format_instant
from byleave.policy.facts import Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from byleave.gate.ports import CorpusOpened, Engine, Fraction, RegisterRead, Shelf
    from byleave.gate.request import Output
    from byleave.policy.rules import Rules

    Digest = Callable[[Path], Future[str]]

ITEMS, LEFT_OUT, DECISIONS = "items/part-0.parquet", "left_out/part-0.parquet", "decisions/part-0.parquet"
DECIDED_AGAIN = "decisions/part-1.parquet"
LEFT_LATER = "left_out/part-1.parquet"
"""Rows that were no longer eligible when they were decided again."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything that a run needs from outside."""

    rules: Rules
    engine: Engine
    clock: Callable[[], datetime]
    version: str
    progress: Progress = silent

    def _step(self, name: str) -> Fraction:
        self.progress(name, 0.0)  # also where the step is over before it could report anything
        return lambda done: self.progress(name, done)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a run has read and decided before it writes."""

    moment: Moment
    register: RegisterRead
    corpus: CorpusOpened
    waived: dict[str, Any]
    counts: list[Counted]


def moment_of(request: Request, now: datetime) -> Moment:
    """The moment that a request asks for.

    Raises: UsageError when it lies in the future.
    """
    if request.as_of is None:
        return Moment(now, replay=False)
    if request.as_of > now:
        asked, present = format_instant(request.as_of), format_instant(now)
        hint = "leave --as-of out for a snapshot at the present"
        raise UsageError(f"`{asked}` is later than the present, {present}", hint=hint)
    return Moment(request.as_of, replay=True)


def dry_run(gate: Gate, request: Request) -> Result:
    """Decide and count, and write nothing."""
    read = _read(gate, request)
    _require_same_rows(gate, read)
    reads = _reads(read, read.moment, read.register, 0)
    return Result(_manifest(gate, request, read, reads, []), tuple(read.counts), None)


def run(gate: Gate, request: Request, output: Output, shelf: Shelf, work: Path) -> Result:
    """Decide, write into `work`, decide again, and publish as `output.folder`.

    Raises: any ByleaveError; then nothing is published.
    """
    read = _read(gate, request)
    with ThreadPoolExecutor(max_workers=1) as beside:
        write = _write_decisions if output.decisions_only else _write_snapshot
        digests = write(gate, work, read.counts, lambda path: beside.submit(shelf.digest, path))
        _require_same_rows(gate, read)
        gate.progress("checking again", 0.0)
        checked = _check_again(gate, read, work, decisions_only=output.decisions_only)
        digests |= {path: beside.submit(shelf.digest, path) for path in checked.fresh}
    files = [
        WrittenFile(str(path.relative_to(work)), digest.result(), path.stat().st_size)
        for path, digest in sorted(digests.items())
    ]
    value = _manifest(gate, request, checked.read, checked.reads, files)
    (work / "manifest.json").write_bytes(canonical_json(value))
    gate.progress("publishing", 0.0)
    shelf.publish(work, output.folder)
    return Result(value, tuple(checked.read.counts), output.folder)


SPILL = ".spill"
"""Folder inside the staging folder for what does not fit into memory; removed before publishing."""


def _read(gate: Gate, request: Request) -> _Read:
    gate.progress("reading the register", 0.0)
    # T is taken before the register is read, so that no row of it can be dated between reading and T
    moment = moment_of(request, gate.clock())
    register = gate.engine.read_register()
    gate.progress("opening the items", 0.0)
    corpus = gate.engine.open_items()
    gate.progress("folding the register", 0.0)
    gate.engine.fold(register, moment)
    counts = gate.engine.decide(gate._step("deciding"))  # noqa: SLF001 - same module
    waived = {**request.waivers.as_json(), **register.waived, **_unmatched(gate)}
    return _Read(moment, register, corpus, waived, counts)


def _unmatched(gate: Gate) -> dict[str, int]:
    """For the manifest: how many objectors cannot be found in the items, if that is waived."""
    unmatched = gate.engine.unmatched_objectors()
    return {"unmatched_objectors": unmatched} if unmatched else {}


def _write_snapshot(gate: Gate, work: Path, counts: Sequence[Counted], digest: Digest) -> dict[Path, Future[str]]:
    for name in (ITEMS, LEFT_OUT):
        (work / name).parent.mkdir()
    items = gate.engine.write_items(work / ITEMS, gate._step("writing eligible items"))  # noqa: SLF001
    digests = {work / ITEMS: digest(work / ITEMS)}
    left = gate.engine.write_left_out(work / LEFT_OUT, gate._step("writing what is left out"))  # noqa: SLF001
    if (items, left) != _split(counts):
        raise _changed()
    return {**digests, work / LEFT_OUT: digest(work / LEFT_OUT)}


def _write_decisions(gate: Gate, work: Path, counts: Sequence[Counted], digest: Digest) -> dict[Path, Future[str]]:
    path = work / DECISIONS
    path.parent.mkdir(exist_ok=True)
    rows = gate.engine.write_decisions(path, gate._step("writing decisions"))  # noqa: SLF001
    if rows != sum(_split(counts)):
        raise _changed()
    return {path: digest(path)}


def _split(counts: Iterable[Counted]) -> tuple[int, int]:
    """How many rows are eligible, and how many are not."""
    eligible = sum(one.rows for one in counts if one.reason == Reason.ELIGIBLE)
    return eligible, sum(one.rows for one in counts) - eligible


def _require_same_rows(gate: Gate, read: _Read) -> None:
    """Every row read is in exactly one of the outputs; files that change meanwhile would break that."""
    if not read.corpus.unchanged() or sum(_split(read.counts)) != gate.engine.rows():
        raise _changed()


def _changed() -> RefusedError:
    hint = "write the corpus elsewhere and rename it into place"
    return RefusedError("the items changed while they were read", hint=hint)


@dataclass(frozen=True, slots=True)
class _Checked:
    """What deciding once more has found."""

    read: _Read
    """With the register, the waivers and the counts as they are now."""
    reads: Reads
    fresh: list[Path]
    """The files that were written anew."""


def _check_again(gate: Gate, read: _Read, work: Path, *, decisions_only: bool) -> _Checked:
    """Decide the eligible rows once more at (T', W'), if anything has happened since (T, W)."""
    if read.moment.replay:
        return _Checked(read, _reads(read, read.moment, read.register, 0), [])
    later = Moment(max(gate.clock(), read.moment.as_of), replay=False)
    changed = gate.engine.register_changed(read.register)
    if not changed and not gate.engine.turns_between(read.moment.as_of, later.as_of):
        return _Checked(read, _reads(read, later, read.register, 0), [])
    kept = work / ITEMS
    if decisions_only:
        kept = work / SPILL / "eligible.parquet"
        gate.engine.write_items(kept, gate._step("deciding again"))  # noqa: SLF001
    register = gate.engine.read_register() if changed else read.register
    gate.engine.use_items(kept)
    gate.engine.fold(register, later)
    counts = gate.engine.decide(gate._step("deciding again"))  # noqa: SLF001
    _, moved = _split(counts)
    before = [one for one in read.counts if one.reason != Reason.ELIGIBLE]
    waived = {**read.waived, **register.waived, **_unmatched(gate)}
    now = replace(read, register=register, waived=waived, counts=_merged([*before, *counts]))
    move = _move_decisions if decisions_only else _move_items
    return _Checked(now, _reads(read, later, register, moved), move(gate, work) if moved else [])


def _move_items(gate: Gate, work: Path) -> list[Path]:
    """Move the rows that are no longer eligible from `items` to `left_out`."""
    gate.engine.write_left_out(work / LEFT_LATER, gate._step("deciding again"))  # noqa: SLF001
    fresh = work / "items/part-1.parquet"
    gate.engine.write_items(fresh, gate._step("deciding again"))  # noqa: SLF001
    fresh.replace(work / ITEMS)
    return [work / ITEMS, work / LEFT_LATER]


def _move_decisions(gate: Gate, work: Path) -> list[Path]:
    """Write the decisions of the rows that were eligible anew."""
    gate.engine.drop_eligible(work / DECISIONS)
    gate.engine.write_decisions(work / DECIDED_AGAIN, gate._step("deciding again"))  # noqa: SLF001
    return [work / DECISIONS, work / DECIDED_AGAIN]


def _merged(counts: Sequence[Counted]) -> list[Counted]:
    total: Counter[tuple[str, str | None, str | None]] = Counter()
    for one in counts:
        total[one.reason, one.region, one.category] += one.rows
    return [Counted(reason, region, category, rows) for (reason, region, category), rows in total.items()]


def _reads(read: _Read, later: Moment, register: RegisterRead, moved: int) -> Reads:
    return Reads(
        as_of=read.moment.as_of,
        watermark=read.register.watermark,
        recheck_as_of=later.as_of,
        recheck_watermark=register.watermark,
        recheck_left_out=moved,
    )


def _manifest(gate: Gate, request: Request, read: _Read, reads: Reads, files: Sequence[WrittenFile]) -> dict[str, Any]:
    return manifest(
        request,
        gate.rules,
        gate.engine,
        read.register,
        read.corpus,
        reads,
        read.counts,
        files,
        read.waived,
        gate.version,
    )

"""Run the gate: read at (T, W), decide, write, decide again at (T', W'), publish."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.gate.manifest import Reads, WrittenFile, manifest
from byleave.gate.request import Counted, Progress, Request, Result, silent
from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import RefusedError, UsageError
from byleave.kernel.instants import format_instant
from byleave.policy.facts import Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from byleave.gate.ports import CorpusOpened, Engine, Fraction, RegisterRead, Shelf
    from byleave.gate.request import Output
    from byleave.policy.rules import Rules

ITEMS, LEFT_OUT, DECISIONS = "items/part-0.parquet", "left_out/part-0.parquet", "decisions/part-0.parquet"
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
        return lambda done: self.progress(name, done)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a run has read before it decides."""

    moment: Moment
    register: RegisterRead
    corpus: CorpusOpened
    waived: dict[str, Any]


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
    counts = gate.engine.count(gate._step("deciding"))  # noqa: SLF001 - same module
    reads = _reads(read, read.moment, read.register, 0)
    return Result(_manifest(gate, request, read, reads, counts, []), tuple(counts), None)


def run(gate: Gate, request: Request, output: Output, shelf: Shelf, work: Path) -> Result:
    """Decide, write into `work`, decide again, and publish as `output.folder`.

    Raises: any ByleaveError; then nothing is published.
    """
    read = _read(gate, request)
    write = _write_decisions if output.decisions_only else _write_snapshot
    counts = write(gate, work)
    _require_same_rows(gate, read, counts)
    gate.progress("checking again", 0.0)
    reads, counts = _check_again(gate, read, counts, work, decisions_only=output.decisions_only)
    files = [
        WrittenFile(str(path.relative_to(work)), shelf.digest(path), path.stat().st_size)
        for path in sorted(work.rglob("*.parquet"))
        if not path.is_relative_to(work / SPILL)
    ]
    value = _manifest(gate, request, read, reads, counts, files)
    (work / "manifest.json").write_bytes(canonical_json(value))
    gate.progress("publishing", 0.0)
    shelf.publish(work, output.folder)
    return Result(value, tuple(counts), output.folder)


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
    unmatched = gate.engine.fold(register, moment)
    waived = {**request.waivers.as_json(), **register.waived}
    if unmatched:
        waived["unmatched_objectors"] = unmatched
    return _Read(moment, register, corpus, waived)


def _write_snapshot(gate: Gate, work: Path) -> list[Counted]:
    for name in (ITEMS, LEFT_OUT):
        (work / name).parent.mkdir()
    gate.engine.write_items(work / ITEMS, gate._step("writing eligible items"))  # noqa: SLF001
    left = gate.engine.write_left_out(work / LEFT_OUT, gate._step("writing what is left out"))  # noqa: SLF001
    return [*gate.engine.count_items(work / ITEMS), *left]


def _write_decisions(gate: Gate, work: Path) -> list[Counted]:
    (work / DECISIONS).parent.mkdir()
    return gate.engine.write_decisions(work / DECISIONS, gate._step("writing decisions"))  # noqa: SLF001


def _require_same_rows(gate: Gate, read: _Read, counts: Sequence[Counted]) -> None:
    """Every row read is in exactly one of the outputs; files that change meanwhile would break that."""
    decided = sum(one.rows for one in counts)
    if not read.corpus.unchanged() or decided != gate.engine.rows():
        hint = "write the corpus elsewhere and rename it into place"
        raise RefusedError("the items changed while they were read", hint=hint)


def _check_again(
    gate: Gate, read: _Read, counts: list[Counted], work: Path, *, decisions_only: bool
) -> tuple[Reads, list[Counted]]:
    """Decide once more at (T', W'), if anything has happened since (T, W)."""
    if read.moment.replay:
        return _reads(read, read.moment, read.register, 0), counts
    later = Moment(gate.clock(), replay=False)
    changed = gate.engine.register_changed(read.register)
    if not changed and not gate.engine.turns_between(read.moment.as_of, later.as_of):
        return _reads(read, later, read.register, 0), counts
    register = gate.engine.read_register() if changed else read.register
    if decisions_only:
        gate.engine.fold(register, later)
        (work / DECISIONS).unlink()
        return _reads(read, later, register, 0), _write_decisions(gate, work)
    gate.engine.use_items(work / ITEMS)
    gate.engine.fold(register, later)
    return _move_out(gate, read, later, register, counts, work)


def _move_out(  # noqa: PLR0913, PLR0917 - one step of a run
    gate: Gate, read: _Read, later: Moment, register: RegisterRead, counts: list[Counted], work: Path
) -> tuple[Reads, list[Counted]]:
    """Move the rows that are no longer eligible from `items` to `left_out`."""
    left = gate.engine.write_left_out(work / LEFT_LATER, gate._step("deciding again"))  # noqa: SLF001
    moved = sum(one.rows for one in left)
    if not moved:
        (work / LEFT_LATER).unlink()
        return _reads(read, later, register, 0), counts
    fresh = work / "items/part-1.parquet"
    gate.engine.write_items(fresh, gate._step("deciding again"))  # noqa: SLF001
    still = gate.engine.count_items(fresh)
    fresh.replace(work / ITEMS)
    before = [one for one in counts if one.reason != "eligible"]
    return _reads(read, later, register, moved), _merged([*still, *before, *left])


def _merged(counts: Sequence[Counted]) -> list[Counted]:
    total: Counter[tuple[str, str | None, str | None]] = Counter()
    for one in counts:
        total[one.reason, one.region, one.category] += one.rows
    return [Counted(reason, region, category, rows) for (reason, region, category), rows in total.items()]


def _reads(read: _Read, later: Moment, register: RegisterRead, moved: int) -> Reads:
    return Reads(
        as_of=read.moment.as_of,
        watermark=read.register.digest,
        recheck_as_of=later.as_of,
        recheck_watermark=register.digest,
        recheck_left_out=moved,
    )


def _manifest(  # noqa: PLR0913, PLR0917 - one step of a run
    gate: Gate, request: Request, read: _Read, reads: Reads, counts: Sequence[Counted], files: Sequence[WrittenFile]
) -> dict[str, Any]:
    return manifest(
        request, gate.rules, gate.engine, read.register, read.corpus, reads, counts, files, read.waived, gate.version
    )

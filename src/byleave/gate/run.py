"""Run the gate: read at (T, W), decide, write, decide again at (T', W'), publish."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
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

    from byleave.gate.ports import CorpusOpened, Engine, Fraction, RegisterRead, Shelf
    from byleave.gate.request import Output
    from byleave.policy.rules import Rules

    Digest = Callable[[Path], Future[str]]

ITEMS, LEFT_OUT, DECISIONS = "items/part-0.parquet", "left_out/part-0.parquet", "decisions/part-0.parquet"
"""Rows that were no longer eligible when they were decided again are in further parts, one for each look."""


ASK_EVERY_SECONDS = 30.0
"""A ledger that cannot be reached any more, or was restored, stops a run that is under way after so long."""
MOST_AGE_SECONDS = 30.0
"""How old the last look at the register may be when everything else is ready to be published (docs/adr/0092)."""
MOST_LOOKS = 10
"""After so many looks at a register that always changes, with a corpus that takes too long, a run stops."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything that a run needs from outside."""

    rules: Rules
    engine: Engine
    clock: Callable[[], datetime]
    version: str
    progress: Progress = silent
    timer: Callable[[], float] = monotonic
    """Seconds that never run backwards."""

    def _step(self, name: str, register: RegisterRead | None = None) -> Fraction:
        """Tell of a step; where a ledger is given, ask now and then whether it can still be reached."""
        self.progress(name, 0.0)  # also where the step is over before it could report anything
        if register is None or register.kind != "ledger":
            return lambda done: self.progress(name, done)
        asked = self.timer()

        def tell(done: float) -> None:
            nonlocal asked
            self.progress(name, done)
            if self.timer() - asked >= ASK_EVERY_SECONDS:
                self.engine.register_changed(register)  # raises where it is gone, or is another one
                asked = self.timer()

        return tell


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
    reads = _reads(read, _Checked(read, read.moment, Path()))
    return Result(_manifest(gate, request, read, reads, []), tuple(read.counts), None)


def run(gate: Gate, request: Request, output: Output, shelf: Shelf, work: Path) -> Result:
    """Decide, write into `work`, decide again, and publish as `output.folder`.

    Raises: any ByleaveError; then nothing is published.
    """
    read = _read(gate, request)
    with ThreadPoolExecutor(max_workers=1) as beside:
        write = _write_decisions if output.decisions_only else _write_snapshot
        digests = write(gate, work, read, lambda path: beside.submit(shelf.digest, path))
        _require_same_rows(gate, read)
        if read.register.kind == "ledger":
            wait(digests.values())  # what is on the disk now need not be waited for after the last look

        def digest_again(paths: Iterable[Path]) -> None:
            digests.update({path: beside.submit(shelf.digest, path) for path in paths})
            wait(digests.values())

        checked = _check_until_fresh(gate, read, work, digest_again, decisions_only=output.decisions_only)
    files = [
        WrittenFile(str(path.relative_to(work)), digest.result(), path.stat().st_size)
        for path, digest in sorted(digests.items())
    ]
    value = _manifest(gate, request, checked.read, _reads(read, checked), files)
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
    gate.engine.find(register, gate._step("looking for people in texts", register))  # noqa: SLF001 - same module
    counts = gate.engine.decide(gate._step("deciding", register))  # noqa: SLF001 - same module
    waived = {**request.waivers.as_json(), **register.waived, **_unmatched(gate)}
    return _Read(moment, register, corpus, waived, counts)


def _unmatched(gate: Gate) -> dict[str, int]:
    """For the manifest: how many objectors cannot be found in the items, if that is waived."""
    unmatched = gate.engine.unmatched_objectors()
    return {"unmatched_objectors": unmatched} if unmatched else {}


def _write_snapshot(gate: Gate, work: Path, read: _Read, digest: Digest) -> dict[Path, Future[str]]:
    for name in (ITEMS, LEFT_OUT):
        (work / name).parent.mkdir()
    items = gate.engine.write_items(work / ITEMS, gate._step("writing eligible items", read.register))  # noqa: SLF001
    digests = {work / ITEMS: digest(work / ITEMS)}
    left = gate.engine.write_left_out(work / LEFT_OUT, gate._step("writing what is left out", read.register))  # noqa: SLF001
    if (items, left) != _split(read.counts):
        raise _changed()
    return {**digests, work / LEFT_OUT: digest(work / LEFT_OUT)}


def _write_decisions(gate: Gate, work: Path, read: _Read, digest: Digest) -> dict[Path, Future[str]]:
    path = work / DECISIONS
    path.parent.mkdir(exist_ok=True)
    rows = gate.engine.write_decisions(path, gate._step("writing decisions", read.register))  # noqa: SLF001
    if rows != sum(_split(read.counts)):
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
    """What looking again has found so far."""

    read: _Read
    """With the register, the waivers and the counts as they are now."""
    later: Moment
    """The moment of the last look."""
    holder: Path
    """The file with the rows that are eligible, or their decisions."""
    moved: int = 0
    """Rows that are no longer eligible."""
    fresh: tuple[Path, ...] = ()
    """The files that the last look has written anew."""


def _check_until_fresh(
    gate: Gate, read: _Read, work: Path, wait_for: Callable[[Iterable[Path]], None], *, decisions_only: bool
) -> _Checked:
    """Look again until the last look is so recent that the snapshot may be published.

    Args:
        gate: what the run needs.
        read: what was read and decided first.
        work: the staging folder.
        wait_for: waits until files that were written anew are on the disk.
        decisions_only: whether decisions are written instead of rows.

    Raises: RefusedError when there is always more to decide than time.
    """
    checked = _Checked(read, read.moment, work / (DECISIONS if decisions_only else ITEMS))
    for number in range(MOST_LOOKS):
        looked = gate.timer()
        gate.progress("checking again", 0.0)
        checked = _check_again(gate, checked, work, number, decisions_only=decisions_only)
        wait_for(checked.fresh)
        if gate.timer() - looked <= MOST_AGE_SECONDS:
            return checked
    hint = "gate the items in parts, on a faster disk, or when fewer people choose"
    raise RefusedError(f"people choose faster than the snapshot can be written: {MOST_LOOKS} looks", hint=hint)


def _check_again(gate: Gate, last: _Checked, work: Path, number: int, *, decisions_only: bool) -> _Checked:
    """Decide the eligible rows once more at (T', W'), if anything has happened since the last look."""
    read = last.read
    if read.moment.replay:
        return last
    later = Moment(max(gate.clock(), last.later.as_of), replay=False)
    changed = gate.engine.register_changed(read.register)
    if not changed and not gate.engine.turns_between(last.later.as_of, later.as_of):
        return replace(last, later=later, fresh=())
    kept = work / ITEMS
    if decisions_only:
        kept = work / SPILL / f"eligible-{number}.parquet"
        gate.engine.write_items(kept, gate._step("deciding again"))  # noqa: SLF001
    register = gate.engine.read_register() if changed else read.register
    gate.engine.use_items(kept)
    gate.engine.fold(register, later)
    rewritten = gate.engine.find(register, gate._step("looking again for people in texts"))  # noqa: SLF001
    counts = gate.engine.decide(gate._step("deciding again"))  # noqa: SLF001
    _, moved = _split(counts)
    before = [one for one in read.counts if one.reason != Reason.ELIGIBLE]
    waived = {**read.waived, **register.waived, **_unmatched(gate)}
    now = replace(read, register=register, waived=waived, counts=_merged([*before, *counts]))
    found = replace(last, read=now, later=later, moved=last.moved + moved, fresh=())
    if not moved and (decisions_only or not rewritten):
        return found
    move = _move_decisions if decisions_only else _move_items
    return move(gate, work, found, number + 1)


def _move_items(gate: Gate, work: Path, found: _Checked, part: int) -> _Checked:
    """Move the rows that are no longer eligible from `items` to a further part of `left_out`."""
    left = work / f"left_out/part-{part}.parquet"
    if gate.engine.write_left_out(left, gate._step("deciding again")) == 0:  # noqa: SLF001
        left.unlink()  # only texts were changed
    fresh = work / "items/fresh.parquet"
    gate.engine.write_items(fresh, gate._step("deciding again"))  # noqa: SLF001
    fresh.replace(found.holder)
    return replace(found, fresh=(found.holder, *(path for path in (left,) if path.exists())))


def _move_decisions(gate: Gate, work: Path, found: _Checked, part: int) -> _Checked:
    """Write the decisions of the rows that were eligible anew, to a further part."""
    gate.engine.drop_eligible(found.holder)
    again = work / f"decisions/part-{part}.parquet"
    gate.engine.write_decisions(again, gate._step("deciding again"))  # noqa: SLF001
    return replace(found, holder=again, fresh=(found.holder, again))


def _merged(counts: Sequence[Counted]) -> list[Counted]:
    total: Counter[tuple[str, str | None, str | None]] = Counter()
    for one in counts:
        total[one.reason, one.region, one.category] += one.rows
    return [Counted(reason, region, category, rows) for (reason, region, category), rows in total.items()]


def _reads(first: _Read, last: _Checked) -> Reads:
    return Reads(
        as_of=first.moment.as_of,
        watermark=first.register.watermark,
        recheck_as_of=last.later.as_of,
        recheck_watermark=last.read.register.watermark,
        recheck_left_out=last.moved,
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

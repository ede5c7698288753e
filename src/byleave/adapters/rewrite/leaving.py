"""People leave a rewriter, and each step survives a crash.

1. who leaves is written into the model's own queue, durably;
2. at once, what is served is made of shards that never saw them: the mean of the clean ones, or, above the ceiling, the
   public base alone;
3. the shards that had seen them are trained anew, and one transaction replaces them, deletes the posts, empties the
   queue, and keeps the certificate to be recorded; where other versions compute than those that trained, all shards are
   trained anew, as a run of its own, so that no two kinds are mixed;
4. the mean of all is served again, old files are destroyed, certificate and manifest are written, the ledger is told.

A crash after any step is mended by calling `set_aside` and `settle` again.
"""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.adapters.rewrite.model_file import CERTIFICATES, opened
from byleave.adapters.rewrite.parts import can_mean
from byleave.adapters.rewrite.training import WHOLE, train_shards
from byleave.adapters.talent.opening import writing
from byleave.adapters.talent.training import write_manifest, write_whole
from byleave.kernel.canonical import canonical_json
from byleave.kernel.instants import format_instant
from byleave.learn.certificate import certificate
from byleave.learn.forgetting import Certified
from byleave.learn.manifest import origin_of, root
from byleave.learn.rewrite.plan import plan, served, split
from byleave.learn.shards import shard_of
from byleave.learn.signing import signed_certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from byleave.adapters.rewrite.model_file import ModelFile
    from byleave.adapters.rewrite.training import Learning
    from byleave.proof.keys import SignerKey

    Again = Callable[[Mapping[str, Any]], AbstractContextManager[None]]

AT_ONCE = 100_000
"""People in one certificate: a wave is one training, however many leave together."""
LEAVING = "leaving"
"""Why less than the mean of all shards is served."""


@dataclass(frozen=True, slots=True)
class Aside:
    """What is served while people wait to be taken out."""

    waiting: int
    """People of whom something was learned."""
    dirty: tuple[int, ...]
    """Shards that are not served."""
    base_alone: bool


def enqueue(folder: Path, members: Iterable[int], now: datetime) -> None:
    """Write who is to leave into the model's queue; who was never learned of is passed over. Raises: InputError."""
    with opened(folder) as model, writing(model.connection):
        rows = [(member, format_instant(now)) for member in members if model.has(member)]
        model.connection.executemany("INSERT OR IGNORE INTO waiting VALUES (?, ?)", rows)


def set_aside(folder: Path) -> Aside:
    """Serve nothing that has seen anybody in the queue, from now on."""
    with opened(folder) as model:
        settings, leaving = model.settings(), [member for member, _ in model.waiting()]
        if not leaving:
            whole = model.manifest()["artefacts"].get("mean")
            if whole is not None and not model.path_of(whole).exists():
                whole = model.mean(served(settings.shards, ()))
            model.serve(whole, WHOLE)
            return Aside(0, (), base_alone=whole is None)
        # by their key alone: what others had too was learned from nobody, so nobody is in another shard than their own
        dirty = sorted({shard_of(member, settings.shards) for member in leaving})
        # where the mean cannot be computed the base alone answers: nothing may keep them in service
        merged = model.mean(served(settings.shards, dirty)) if can_mean() else None
        model.serve(merged, LEAVING)
        return Aside(len(leaving), tuple(dirty), base_alone=merged is None)


def _no_run(_manifest: Mapping[str, Any]) -> AbstractContextManager[None]:
    """A training that nobody records."""
    return nullcontext()


def settle(  # noqa: PLR0913 - what it works on, and whom it tells
    folder: Path,
    learning: Learning,
    signers: Sequence[SignerKey],
    record: Callable[[Certified], None],
    clock: Callable[[], datetime],
    *,
    again: Again = _no_run,
) -> list[Certified]:
    """Take everybody in the queue out, and record what is not recorded yet; the certificates that were written.

    Nobody else may train this model meanwhile (`byleave.adapters.forgetting.alone`).

    Args:
        folder: the model.
        learning: its base and settings, and how jobs are run.
        signers: the keys that sign certificates; none leaves them unsigned.
        record: tells the ledger of a certificate; may be called twice for the same.
        clock: the present.
        again: records, while it holds, that all of the model is trained again.
    """
    with opened(folder) as model:
        model.sweep()
        found = _record(model, signers, record)  # what a crash has left
        while _take_out(model, learning, clock(), again):
            found += _record(model, signers, record)
        return found


def _take_out(model: ModelFile, learning: Learning, now: datetime, again: Again) -> bool:
    """Take those who wait out; whether anybody waited."""
    leaving = [member for member, _ in model.waiting()[:AT_ONCE]]
    if not leaving:
        return False
    old, settings, gone = model.manifest(), learning.settings, set(leaving)
    environment, pairs = learning.environment(), model.pairs(settings.seed)
    whole = old["environment"] != environment
    dirty = range(settings.shards) if whole else plan(pairs, gone, settings.shards, settings.seed).dirty
    left = split((pair for pair in pairs if pair.member not in gone), settings.shards, settings.seed)
    with again(old) if whole else nullcontext():
        parts = train_shards(model, {shard: left[shard] for shard in dirty}, learning)
        with writing(model.connection):
            removed = [line for line in model.lines() if line.member in gone]
            lists = {shard: model.lines(shard) for shard in sorted({shard_of(key, settings.shards) for key in gone})}
            model.connection.executemany("DELETE FROM pair WHERE member = ?", [[member] for member in leaving])
            model.connection.executemany("DELETE FROM part WHERE shard = ?", [[shard] for shard in dirty])
            model.connection.executemany("INSERT INTO part VALUES (?, ?)", sorted(parts.items()))
            merged = model.mean(served(settings.shards, ()))
            new = model.renew(origin_of(old), old["configuration"], merged, environment)
            told = certificate(old, new, leaving, removed, lists, now)
            sql = "INSERT INTO done (certificate, recorded) VALUES (?, 0)"
            model.connection.execute(sql, [canonical_json(told).decode()])
            model.connection.executemany("DELETE FROM waiting WHERE member = ?", [[member] for member in leaving])
    return True


def _record(model: ModelFile, signers: Sequence[SignerKey], record: Callable[[Certified], None]) -> list[Certified]:
    """Serve the new mean, destroy the old, and write and record the certificates that are not recorded yet."""
    sql = "SELECT number, certificate FROM done WHERE recorded = 0 ORDER BY number"
    open_ones, found = model.connection.execute(sql).fetchall(), list[Certified]()
    for number, text in open_ones:
        told = json.loads(text)
        set_aside(model.folder)
        model.sweep()
        path = model.folder / CERTIFICATES / f"{root(told['new']).removeprefix('sha256:')[:16]}.json"
        path.parent.mkdir(exist_ok=True)
        write_whole(path, canonical_json(signed_certificate(told, signers)))
        write_manifest(model.folder, told["new"])
        found.append(Certified(path, told))
        record(found[-1])
        with writing(model.connection):
            model.connection.execute("UPDATE done SET recorded = 1, certificate = '' WHERE number = ?", [number])
    return found

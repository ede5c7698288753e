"""Shards are independent jobs: in this process, in a pool of processes, or wherever a port of your own runs them.

A job is a value, and `run_job` a function of it alone: Ray runs it as `ray.remote(run_job)`, Slurm as one task for each
pickled job. Where it runs does not change a byte, as long as the environment in the manifest is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from byleave.adapters.rewrite.base import Base
    from byleave.adapters.rewrite.settings import Settings
    from byleave.adapters.rewrite.trainer import Trainer
    from byleave.learn.rewrite.pairs import Pair


@dataclass(frozen=True, slots=True)
class Job:
    """What training one shard takes."""

    shard: int
    pairs: tuple[Pair, ...]
    base: Base
    settings: Settings
    device: str = "cpu"


class Jobs(Protocol):
    """Runs jobs somewhere."""

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[int, bytes]]:
        """Each shard with its adapter, in whatever order they are done."""


_LOADED: dict[str, Trainer] = {}
"""The base that this process has loaded last: shards of one model share it."""


def run_job(job: Job) -> tuple[int, bytes]:
    """Train one shard."""
    from byleave.adapters.rewrite.trainer import Trainer

    name = f"{job.base.digest} {job.settings} {job.device}"
    if name not in _LOADED:
        _LOADED.clear()
        _LOADED[name] = Trainer(job.base, job.settings, job.device)
    return job.shard, _LOADED[name].train(job.pairs, job.settings.seed)


class Here:
    """One after the other, in this process."""

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[int, bytes]]:
        """Each shard with its adapter."""
        yield from map(run_job, jobs)


@dataclass(frozen=True, slots=True)
class Pool:
    """In so many processes, each of which loads the base once."""

    workers: int

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[int, bytes]]:
        """Each shard with its adapter, as they are done."""
        from concurrent.futures import ProcessPoolExecutor, as_completed
        from multiprocessing import get_context

        if not jobs:  # who leaves had nothing but copies
            return
        workers = min(self.workers, len(jobs))
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for done in as_completed([pool.submit(run_job, job) for job in jobs]):
                yield done.result()

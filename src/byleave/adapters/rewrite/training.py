"""Train a rewriter on the items of a snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from byleave.adapters.rewrite.base import SMOLLM2
from byleave.adapters.rewrite.jobs import Here, Job
from byleave.adapters.rewrite.model_file import ModelFile
from byleave.adapters.rewrite.rows import Passed, read_posts
from byleave.adapters.talent.opening import writing
from byleave.adapters.talent.training import item_keys, write_manifest
from byleave.kernel.errors import InputError
from byleave.learn.rewrite.copies import copies, copies_digest
from byleave.learn.rewrite.pairs import make_pair
from byleave.learn.rewrite.plan import served, split
from byleave.learn.shards import content_of
from byleave.lineage.keys import keyed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from byleave.adapters.rewrite.base import Base
    from byleave.adapters.rewrite.jobs import Jobs
    from byleave.adapters.rewrite.settings import Settings
    from byleave.learn.manifest import Origin
    from byleave.learn.rewrite.pairs import Pair

WHOLE = "whole"
"""Why the mean of all shards is served: nobody is leaving."""


@dataclass(slots=True)
class Learning:
    """What training knows, apart from the posts."""

    secret: bytes
    """The suppression key of the ledger, from which all keys are made."""
    base: Base
    settings: Settings
    spill: Path
    languages: tuple[str, ...] = ("en",)
    device: str = "cpu"
    jobs: Jobs = field(default_factory=Here)
    passed: Passed = field(default_factory=Passed)
    copies: str = copies_digest(())
    """Digest of the posts of the whole snapshot that hold another member's words (`read_pairs`)."""
    progress: Callable[[str, float], None] = lambda _step, _done: None

    def configuration(self) -> dict[str, Any]:
        """What the manifest says was chosen and found before training."""
        base = {"name": self.base.name, "digest": self.base.digest}
        told = {"training": self.settings.as_json(), "base": base, "languages": sorted(self.languages)}
        return {**told, "copies": self.copies}

    def environment(self) -> dict[str, str]:
        """What computes."""
        from byleave.adapters.rewrite.trainer import environment

        return environment(self.device)


def read_pairs(items: Sequence[str | Path], learning: Learning) -> list[tuple[int, int, str]]:
    """Keys of item and owner and the text of every post that is learned from.

    Copies are found among everybody's posts, also those of who has left since: they are taken out of the answer, which
    lets nothing in.
    """
    from byleave.adapters.rewrite.trainer import fitting

    key_of, item_of = keyed(learning.secret), item_keys(learning.secret)
    posts = read_posts(items, learning.spill, learning.languages, learning.passed)
    rows = [(item_of(one.item_id), key_of(one.member_id), one.text) for one in posts]
    found = copies(rows)
    learning.copies, fits = copies_digest(found), fitting(learning.base, learning.settings)
    learned = list[tuple[int, int, str]]()
    for item, member, text in rows:
        if item in found:
            learning.passed.add("copy")
        elif not fits(make_pair(member, item, text, learning.settings.seed)):
            learning.passed.add("too-many-tokens")
        else:
            learned.append((item, member, text))
    return learned


def learn(work: Path, posts: Iterable[tuple[int, int, str]], origin: Origin, learning: Learning) -> Mapping[str, Any]:
    """Write a model into a folder; its manifest.

    Args:
        work: the folder, in which there is no model yet.
        posts: keys of item and owner, and the text.
        origin: what the model is.
        learning: base, settings and how jobs are run.

    Raises: InputError when there is no post to learn from, or two have one id.
    """
    settings = learning.settings
    model = ModelFile.make(work)
    try:
        model.add(posts, content_of(learning.secret))
        if learning.base.name != SMOLLM2:
            model.came_from(learning.base.folder)
        shards = split(model.pairs(settings.seed), settings.shards, settings.seed)
        if not any(shards):
            hint = "posts in the languages of the model, of five words or more, that are no copies of each other"
            raise InputError("there is no post to learn from", hint=hint)
        parts = train_shards(model, dict(enumerate(shards)), learning)
        with writing(model.connection):
            model.connection.executemany("INSERT INTO part VALUES (?, ?)", sorted(parts.items()))
            merged = model.mean(served(settings.shards, ()))
            manifest = model.renew(origin, learning.configuration(), merged, learning.environment())
        model.serve(merged, WHOLE)
    finally:
        model.close()
    write_manifest(work, manifest)
    return manifest


def train_shards(model: ModelFile, shards: Mapping[int, Sequence[Pair]], learning: Learning) -> dict[int, str]:
    """Train these shards; shard → digest of its adapter, which lies in the folder. One without a pair has none."""
    jobs = [
        Job(shard, tuple(pairs), learning.base, learning.settings, learning.device)
        for shard, pairs in shards.items()
        if pairs
    ]
    whole, done = sum(len(job.pairs) for job in jobs), 0
    sizes, parts = {job.shard: len(job.pairs) for job in jobs}, dict[int, str]()
    learning.progress("training shards", 0.0)
    for shard, data in learning.jobs.run(jobs):
        parts[shard] = model.keep(data)
        done += sizes[shard]
        learning.progress("training shards", done / whole)
    return parts

"""Train shards of a rewriter again, and compare: the proof that does not rest on any figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.adapters.rewrite.model_file import ModelFile, opened
from byleave.adapters.rewrite.parts import mean_of
from byleave.adapters.rewrite.training import train_shards
from byleave.adapters.talent.opening import writing
from byleave.kernel.canonical import digest_bytes
from byleave.kernel.errors import UsageError
from byleave.learn.certificate import adapter_name
from byleave.learn.manifest import origin_of
from byleave.learn.rewrite.plan import served, split
from byleave.learn.shards import content_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from byleave.adapters.rewrite.training import Learning

MEAN, FILE = "mean", "file"


def recompute(
    folder: Path, work: Path, posts: Iterable[tuple[int, int, str]], learning: Learning, shards: Collection[int] = ()
) -> list[str]:
    """Train shards of a model again from posts, without looking at its own, and compare.

    Args:
        folder: the model.
        work: a new folder for what is trained again.
        posts: keys of item and owner, and the text, of everybody who may be in it.
        learning: base and settings, and the copies that were found in the snapshot.
        shards: which to train; none takes all.

    Returns: what differs: fields of the manifest, adapters by name, `mean`, or `file` for a file that is not what its
    name says. None of the others' adapters is looked at, but for the mean that they make.

    Raises: UsageError for a shard that there is not; InputError.
    """
    count = learning.settings.shards
    wrong = [shard for shard in shards if not 0 <= shard < count]
    if wrong:
        raise UsageError(f"there is no shard `{wrong[0]}`", hint=f"the model has {count}, from 0 to {count - 1}")
    chosen = sorted(set(shards)) or list(range(count))
    with opened(folder) as model:
        told, whole, named = model.manifest(), model.files_hold(), set(model.parts())
        paths = [model.path_of(digest) for digest in model.parts().values()]
        merged = digest_bytes(mean_of(paths)) if whole and paths else None
    work.mkdir()
    again = ModelFile.make(work)
    try:
        again.add(posts, content_of(learning.secret))
        every = split(again.pairs(learning.settings.seed), count, learning.settings.seed)
        parts = train_shards(again, {shard: every[shard] for shard in chosen}, learning)
        with writing(again.connection):
            again.connection.executemany("INSERT INTO part VALUES (?, ?)", sorted(parts.items()))
            mine = again.mean(served(count, ())) if len(chosen) == count else merged
            new = again.renew(origin_of(told), learning.configuration(), mine, learning.environment())
    finally:
        again.close()
    looked_at = [adapter_name(shard) for shard in chosen]
    found = [name for name in new if name != "artefacts" and new[name] != told[name]]
    found += [name for name in [*looked_at, MEAN] if new["artefacts"].get(name) != told["artefacts"].get(name)]
    # whoever is said to have no adapter has none, and the other way round
    found += ["artefacts"] if named != {shard for shard in range(count) if every[shard]} else []
    return found if whole else [*found, FILE]

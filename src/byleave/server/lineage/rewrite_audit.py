"""Audit a rewriter: train its shards again, and try whether anybody can tell who is or was in it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.rewrite.base import require_base, require_torch
from byleave.adapters.rewrite.losses import Reader
from byleave.adapters.rewrite.model_file import opened, read_serving
from byleave.adapters.rewrite.recompute import recompute
from byleave.adapters.rewrite.trainer import Trainer, fitting
from byleave.adapters.rewrite.training import Learning, read_pairs
from byleave.adapters.rewrite.trial import plain_way, texts_of, trial
from byleave.gate.request import silent
from byleave.kernel.errors import InputError, UsageError
from byleave.learn.manifest import root
from byleave.learn.rewrite.copies import copies
from byleave.learn.rewrite.inference import Losses, attack
from byleave.learn.rewrite.pairs import make_pair
from byleave.server.lineage.rewrite_training import jobs_for
from byleave.server.lineage.training import known_model, require_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from byleave.adapters.rewrite.base import Base
    from byleave.adapters.rewrite.trial import Trial
    from byleave.gate.request import Progress
    from byleave.learn.rewrite.inference import Attack
    from byleave.learn.rewrite.pairs import Pair

MOST = 1_500
"""Posts on each side that are looked at. Half of them leave at once in a trial, and one certificate names 1,000."""
_HINT = "name posts of people who never were in the snapshot, in its languages, with --others"


@dataclass(frozen=True, slots=True)
class Audit:
    """What is audited, and how far."""

    folder: Path
    snapshot: Path
    """On which it was trained."""
    ledger: str
    """Where it is recorded who has left."""
    shards: Collection[int] = ()
    """Which to train again; none takes all."""
    others: Sequence[str] = ()
    """Tables of items of people who were never in it, to compare with; without them nobody is attacked."""
    trial: bool = False
    """Whether to train models before and after forgetting, and throw them away."""
    workers: int | None = None
    """Processes that train; None takes one for each processor."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What was found."""

    again: int
    """Shards that were trained again."""
    shards: int
    differing: tuple[str, ...]
    """Fields of the manifest, adapters, `mean`, `file`, `digest` for another than the ledger has, or `trial`."""
    learned: Attack | None = None
    """Whether those can be told from others who are in the model; None when nobody was attacked."""
    left: Attack | None = None
    """Whether those can be told who were taken out; None where nobody was."""
    trials: tuple[Trial, ...] = ()
    """In the plain way and in shards."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        people = {"learned": self.learned, "left": self.left}
        return {
            "same": not self.differing,
            "differing": list(self.differing),
            "shards_trained_again": self.again,
            "shards": self.shards,
            **{name: found and found.as_json() for name, found in people.items()},
            "trials": [one.as_json() for one in self.trials],
        }


def audit_rewriter(asked: Audit, secret: bytes | None, progress: Progress = silent) -> Audited:
    """Train shards of a rewriter again from its snapshot without everybody who has left, compare, and attack it.

    Raises: InputError, UsageError, RefusedError when the model or the snapshot is another one than the ledger has.
    """
    if asked.trial and not asked.others:
        raise UsageError("a trial needs people to compare with", hint=_HINT)
    require_torch()
    require_key(asked.ledger, secret)
    with opened(asked.folder) as model:
        manifest, settings, base_place = model.manifest(), model.settings(), model.base_place()
    known = known_model(asked.folder, manifest, asked.snapshot, asked.ledger)
    gone = {int(key, 16) for key in known.forgotten}
    with tempfile.TemporaryDirectory() as place:
        base = require_base(manifest["configuration"]["base"], place=base_place)
        learning = _learning(manifest, base, secret or b"", Path(place), asked.workers, progress)
        every = read_pairs([asked.snapshot / "items"], learning)
        stay = [one for one in every if one[1] not in gone]
        differing = recompute(asked.folder, Path(place) / "again", stay, learning, asked.shards)
        differing += [] if root(manifest) == known.digest else ["digest"]
        again = len(set(asked.shards)) or settings.shards
        if not asked.others:
            return Audited(again, settings.shards, tuple(differing))
        outside = _outside(asked.others, every, learning)
        reader = Reader(Trainer(learning.base, settings, learning.device))
        learned, left = _attacked(asked.folder, every, gone, outside, learning, reader)
        trials = _trials(Path(place), stay, outside, learning, reader) if asked.trial else ()
    differing += [] if all(one.same for one in trials) else ["trial"]
    return Audited(again, settings.shards, tuple(differing), learned, left, trials)


def _learning(  # noqa: PLR0913, PLR0917 - from what it is trained again, and with what
    manifest: Mapping[str, Any], base: Base, secret: bytes, place: Path, workers: int | None, progress: Progress
) -> Learning:
    from byleave.adapters.rewrite.settings import Settings

    told = manifest["configuration"]
    return Learning(
        secret,
        base,
        Settings.read(told["training"]),
        place,
        tuple(told["languages"]),
        manifest["environment"]["device"],
        jobs_for(workers),
        progress=progress,
    )


def _pairs(posts: Iterable[tuple[int, int, str]], seed: int) -> list[Pair]:
    """The first pairs by the keys of their items, which are as good as drawn."""
    return [make_pair(member, item, text, seed) for item, member, text in sorted(posts)[:MOST]]


def _outside(places: Sequence[str], every: Sequence[tuple[int, int, str]], learning: Learning) -> list[Pair]:
    """Posts of people of whom the snapshot has nothing, and none of its words. Raises: InputError for none."""
    found = read_pairs(places, replace(learning))
    members, items = {member for _, member, _ in every}, {item for item, _, _ in every}
    rows = [one for one in found if one[0] not in items and one[1] not in members]
    copied = copies([*every, *rows])
    outside = _pairs((one for one in rows if one[0] not in copied), learning.settings.seed)
    if not outside:
        raise InputError("there is nobody to compare with", hint=_HINT)
    return outside


def _attacked(  # noqa: PLR0913, PLR0917 - who is compared with whom, by what
    folder: Path,
    every: Iterable[tuple[int, int, str]],
    gone: Collection[int],
    outside: Sequence[Pair],
    learning: Learning,
    reader: Reader,
) -> tuple[Attack | None, Attack | None]:
    """Whether those who are in the model, and those who were, can be told from others by what is served."""
    seed, both = learning.settings.seed, list(every)
    inside = _pairs((one for one in both if one[1] not in gone), seed)
    left = _pairs((one for one in both if one[1] in gone), seed)
    whole = [*inside, *left, *outside]
    learning.progress("reading how texts are liked", 0.0)
    reader.use(None)
    base = reader.means(whole)
    learning.progress("reading how texts are liked", 0.5)
    reader.use(read_serving(folder)[0], learning.settings.strength_percent)
    model = reader.means(whole)
    reader.use(None)

    def of(pairs: Sequence[Pair]) -> Losses:
        return Losses(tuple(model[one.item] for one in pairs), tuple(base[one.item] for one in pairs))

    found = [attack(of(pairs), of(outside)) if pairs else None for pairs in (inside, left)]
    return found[0], found[1]


def _trials(
    place: Path, stay: Sequence[tuple[int, int, str]], outside: Sequence[Pair], learning: Learning, reader: Reader
) -> tuple[Trial, ...]:
    """The plain way and shards, before and after."""
    found = list[Any]()
    for name, settings in (("plain", plain_way(learning.settings)), ("shards", learning.settings)):
        work = place / name
        work.mkdir()
        fits = fitting(learning.base, settings)
        texts = texts_of(_pairs(stay, settings.seed), outside, settings)
        texts = replace(texts, canaries=[*filter(fits, texts.canaries)], never=[*filter(fits, texts.never)])
        found.append(trial(work, texts, replace(learning, settings=settings), reader))
    return tuple(found)

"""Rewrite with AI: what forgetting costs beside training anew, and what sharding costs in quality.

Run `python bench/forget.py --esco DIR [--members N] [--shards S] [--alone K] [--out FILE]`. It needs the extra `learn`
and the base model. DIR holds the ESCO classification (v1.1.1, English); each member has one post, the first sentence of
a skill's description. Nobody wrote them as posts: they stand in for human texts that may be used. Both sides of every
ratio are measured in this run: all shards, a single adapter on the same posts, and shards that are trained anew.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.talent import rows  # noqa: E402 - after the path is set

from byleave.adapters.rewrite.base import find_base  # noqa: E402
from byleave.adapters.rewrite.leaving import enqueue, set_aside, settle  # noqa: E402
from byleave.adapters.rewrite.model_file import opened, read_serving  # noqa: E402
from byleave.adapters.rewrite.parts import load, mean_of  # noqa: E402
from byleave.adapters.rewrite.settings import Settings  # noqa: E402
from byleave.adapters.rewrite.trainer import Trainer, exact  # noqa: E402
from byleave.adapters.rewrite.training import Learning, learn  # noqa: E402
from byleave.kernel.canonical import digest_bytes  # noqa: E402
from byleave.learn.manifest import Origin  # noqa: E402
from byleave.learn.rewrite.inference import auc, half_width  # noqa: E402
from byleave.learn.rewrite.pairs import make_pair  # noqa: E402
from byleave.learn.rewrite.plan import expected_dirty, plan  # noqa: E402
from byleave.lineage.keys import keyed  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.learn.rewrite.pairs import Pair

KEY, ITEM = keyed(b"members of the benchmark 0123456"), keyed(b"items of the benchmark 012345678")
ORIGIN = Origin("rewrite-bench", "rewrite", "generative-ai", {"id": "none", "digest": "none"}, "bench", "none")
FEWEST, MOST = 12, 25
"""Words of a post."""
HELD_OUT, TUNED = 128, 64
WORK, WALL, SECONDS, WORSE, KEPT = 1 / 50, 1 / 40, 5.0, 1.25, 0.70


def posts(folder: Path, seed: int = 5) -> list[str]:
    """Sentences of a post's length, in a drawn order."""
    found = set()
    for row in rows(folder, "skills_en.csv"):
        sentence = " ".join(row["description"].split()).split(". ")[0].rstrip(".") + "."
        if FEWEST <= len(sentence.split()) <= MOST:
            found.add(sentence)
    every = sorted(found)
    random.Random(seed).shuffle(every)  # noqa: S311
    return every


def pairs_of(texts: Sequence[str], first: int, seed: int) -> list[Pair]:
    """One member for each text."""
    return [make_pair(KEY(f"m{first + n}"), ITEM(f"p{first + n}"), text, seed) for n, text in enumerate(texts)]


class Measured:
    """Losses of one base with whatever adapters are put on it."""

    def __init__(self, trainer: Trainer) -> None:
        """Use a trainer, whose adapters are changed."""
        self.trainer = trainer

    def use(self, data: bytes | None, strength: float = 1.0) -> None:
        """Put adapters on the base; none for the base alone."""
        self.trainer.adapters.share = strength
        if data is None:
            self.trainer.adapters.clear()
            return
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "part"
            path.write_bytes(data)
            self.trainer.adapters.set(load(path))

    def losses(self, pairs: Sequence[Pair]) -> list[tuple[float, int]]:
        """For each pair the loss of its post and its tokens."""
        import torch

        found = list[tuple[float, int]]()
        with torch.no_grad(), exact():
            for start in range(0, len(pairs), 16):
                total, count = self.trainer.loss(pairs[start : start + 16])
                found += zip(total.tolist(), count.tolist(), strict=True)
        return found


def perplexity(losses: Sequence[tuple[float, int]]) -> float:
    """Of a token."""
    return math.exp(sum(loss for loss, _ in losses) / sum(count for _, count in losses))


def each(losses: Sequence[tuple[float, int]]) -> list[float]:
    """The mean loss of each post's tokens."""
    return [loss / count for loss, count in losses]


def timed(trainer: Trainer, pairs: Sequence[Pair], seed: int) -> tuple[bytes, float, float]:
    """An adapter, and how long it took: wall and processor seconds."""
    wall, work = time.perf_counter(), time.process_time()
    data = trainer.train(pairs, seed)
    return data, time.perf_counter() - wall, time.process_time() - work


def main() -> int:
    """Measure, print, and say what is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--esco", type=Path, required=True)
    parser.add_argument("--members", type=int, default=1024)
    parser.add_argument("--shards", type=int, default=64)
    parser.add_argument("--alone", type=int, default=3, help="members who leave one by one")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--attacked", type=int, default=1024, help="texts on each side of an attack")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    told = measure(asked)
    for name, value in told.items():
        print(f"{name:32} {value}")
    if asked.out:
        asked.out.write_text(json.dumps(told, indent=2), encoding="utf-8")
    missed = [name for name, holds in told["bars"].items() if not holds]
    print(f"missed: {', '.join(missed) or 'none'}")
    return bool(missed)


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Everything, in one run."""
    texts, seed = posts(asked.esco), 20_251_103
    settings = Settings(asked.shards, seed=seed, epochs=asked.epochs, dtype=asked.dtype)
    everybody = pairs_of(texts[: asked.members], 0, seed)
    outside = pairs_of(texts[5000 : 5000 + max(HELD_OUT, min(asked.members, asked.attacked))], 5000, seed)
    public = pairs_of(texts[7000 : 7000 + TUNED], 7000, seed)
    base, told = find_base("smollm2"), dict[str, Any]()
    trainer = Trainer(base, settings)
    told["members, shards, epochs"] = (asked.members, asked.shards, asked.epochs)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "model"
        folder.mkdir()
        learning = Learning(b"", base, settings, Path(place))
        began, work = time.perf_counter(), time.process_time()
        learn(folder, [(one.item, one.member, one.post) for one in everybody], ORIGIN, learning)
        told["train all shards, wall and CPU s"] = spent(began, work)
        with opened(folder) as model:
            parts = {shard: model.path_of(digest).read_bytes() for shard, digest in model.parts().items()}
            learned = model.manifest()["rows"]["learned"]
        said("shards are trained", told)
        told |= forgetting(folder, learning, everybody, asked, told, learned)
        told |= waves(folder, everybody, settings, asked)
        single, *cost = timed(trainer, everybody, seed)
        told["single adapter, wall and CPU s"] = tuple(round(one, 1) for one in cost)
        said("the single adapter is trained", told)
        told |= quality(Measured(trainer), parts, single, outside[:HELD_OUT], public)
        told |= privacy(Measured(trainer), parts, single, everybody[: asked.attacked], outside, settings)
    told["bars"] = bars(told)
    return told


def said(step: str, told: dict[str, Any]) -> None:
    """Tell on the way, since this takes long."""
    print(f"… {step}: {told}", file=sys.stderr, flush=True)


def spent(began: float, work: float) -> tuple[float, float]:
    """Seconds since then, of the clock and of the processor."""
    return round(time.perf_counter() - began, 1), round(time.process_time() - work, 1)


def mean_bytes(parts: Sequence[bytes]) -> bytes:
    """The mean of adapters that are not in files."""
    with tempfile.TemporaryDirectory() as place:
        paths = [Path(place) / str(number) for number in range(len(parts))]
        for path, data in zip(paths, parts, strict=True):
            path.write_bytes(data)
        return mean_of(paths)


def quality(
    measured: Measured, parts: dict[int, bytes], single: bytes, held: Sequence[Pair], public: Sequence[Pair]
) -> dict[str, Any]:
    """Held-out perplexity; the strength is chosen on other, public texts."""
    merged, told = mean_bytes(list(parts.values())), dict[str, Any]()
    curve = {}
    for strength in (1.0, 1.5, 2.0, 3.0):
        measured.use(merged, strength)
        curve[strength] = round(perplexity(measured.losses(public)), 3)
    best = min(curve, key=lambda one: curve[one])
    told["strength: perplexity on public"] = curve
    for name, data, strength in (("base", None, 1.0), ("single", single, 1.0), ("mean", merged, best)):
        measured.use(data, strength)
        told[f"held-out perplexity, {name}"] = round(perplexity(measured.losses(held)), 3)
    for count in (1, len(parts) // 8, len(parts) // 2):
        if count:
            measured.use(mean_bytes(list(parts.values())[:count]), best)
            told[f"held-out perplexity, {count} shards"] = round(perplexity(measured.losses(held)), 3)
    bottom, one, many = (told[f"held-out perplexity, {name}"] for name in ("base", "single", "mean"))
    told["mean / single"] = round(many / one, 3)
    told["gain kept"] = round(math.log(bottom / many) / math.log(bottom / one), 3)
    said("quality is measured", told)
    return told


def forgetting(  # noqa: PLR0913, PLR0917 - one measurement of many parts
    folder: Path,
    learning: Learning,
    everybody: Sequence[Pair],
    asked: argparse.Namespace,
    before: dict[str, Any],
    learned: int,
) -> dict[str, Any]:
    """Members leave one by one; what that costs beside training all shards, which this run has measured."""
    whole, draw = before["train all shards, wall and CPU s"], random.Random(1)  # noqa: S311
    told, asides, walls, passes = dict[str, Any](), list[float](), list[float](), list[int]()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    there = list(everybody)
    for gone in draw.sample([one.member for one in everybody], asked.alone):
        passes.append(plan(there, {gone}, asked.shards, learning.settings.seed).passes)
        there = [one for one in there if one.member != gone]
        began = time.perf_counter()
        enqueue(folder, [gone], now)
        set_aside(folder)
        asides.append(time.perf_counter() - began)
        began = time.perf_counter()
        settle(folder, learning, [], lambda _: None, lambda: now)
        walls.append(time.perf_counter() - began)
    told["out of service, s"] = [round(one, 2) for one in asides]
    told["one member: work / whole"] = round(statistics.median(passes) / learned, 5)
    told["one member: wall s"] = [round(one, 1) for one in walls]
    told["one member: wall / whole"] = round(statistics.median(walls) / whole[0], 5)
    said("members have left", told)
    return told


def waves(folder: Path, everybody: Sequence[Pair], settings: Settings, asked: argparse.Namespace) -> dict[str, Any]:
    """1 % and 10 % of the members leave at once: shards to train, and what is served meanwhile. Nothing is trained."""
    told = dict[str, Any]()
    for percent in (1, 10):
        count = asked.members * percent // 100
        gone = {one.member for one in random.Random(percent).sample(list(everybody), count)}  # noqa: S311
        found = plan(everybody, gone, settings.shards, settings.seed)
        began = time.perf_counter()
        enqueue(folder, gone, datetime(2026, 1, 2, tzinfo=UTC))
        aside = set_aside(folder)
        seconds = time.perf_counter() - began
        told[f"wave of {percent} %"] = {
            "shards": len(found.dirty),
            "expected": round(expected_dirty(settings.shards, count), 1),
            "work / whole": round(found.passes / found.whole, 3),
            "served": "base alone" if aside.base_alone else read_serving(folder)[1],
            "out of service, s": round(seconds, 2),
        }
    said("waves are measured", told)
    return told


def privacy(  # noqa: PLR0913, PLR0917 - one measurement of many parts
    measured: Measured,
    parts: dict[int, bytes],
    single: bytes,
    inside: Sequence[Pair],
    outside: Sequence[Pair],
    settings: Settings,
) -> dict[str, Any]:
    """How well an attacker tells members from others by the loss, and by the loss less that of the base."""
    from byleave.learn.shards import shard_of

    told, count = dict[str, Any](), min(len(inside), len(outside))
    inside, outside = inside[:count], outside[:count]
    measured.use(None)
    plain = each(measured.losses(inside)), each(measured.losses(outside))

    known = dict[str, tuple[list[float], list[float]]]()

    def attacked(name: str, data: bytes, within: Sequence[int]) -> None:
        strength = settings.strength_percent / 100 if data is not single else 1.0
        digest = digest_bytes(data)
        if digest not in known:
            measured.use(data, strength)
            known[digest] = each(measured.losses(inside)), each(measured.losses(outside))
        mine, theirs = known[digest]
        chosen = [mine[one] for one in within]
        less = [mine[one] - plain[0][one] for one in within]
        other = [one - two for one, two in zip(theirs, plain[1], strict=True)]
        told[name] = {
            "loss": round(auc(chosen, theirs), 3),
            "± 95 %": round(half_width(auc(chosen, theirs), len(chosen), count), 3),
            "less the base": round(auc(less, other), 3),
            "n": (len(chosen), count),
        }
        said("membership inference", told)

    shard = max(parts, key=lambda one: sum(shard_of(pair.member, settings.shards) == one for pair in inside))
    its = [place for place, pair in enumerate(inside) if shard_of(pair.member, settings.shards) == shard]
    every = list(range(count))
    attacked("attack on the single adapter", single, every)
    attacked("attack on the mean", mean_bytes(list(parts.values())), every)
    attacked("the same, on one shard's members", mean_bytes(list(parts.values())), its)
    left = [data for number, data in parts.items() if number != shard]
    attacked("after that shard is out", mean_bytes(left), its)
    return told


def bars(told: dict[str, Any]) -> dict[str, bool]:
    """What it must show."""
    return {
        "work": told["one member: work / whole"] <= WORK,
        "wall": told["one member: wall / whole"] <= WALL,
        "out of service": max(told["out of service, s"]) <= SECONDS,
        "worse than single": told["mean / single"] <= WORSE,
        "gain kept": told["gain kept"] >= KEPT,
    }


if __name__ == "__main__":
    sys.exit(main())

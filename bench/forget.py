"""A rewriter that forgets: what leaving costs beside training again, and what is served meanwhile.

Run `python bench/forget.py --esco DIR [--members N] [--shards S] [--alone K] [--out FILE]`. It needs the extra `learn`
and the base model. Each member has one post (`bench/rewriting.py`). Both sides of every ratio are measured in this run:
all shards, a single adapter on the same posts, and shards that are trained anew. What an attacker finds is measured by
`bench/forgotten.py`, and quality by `bench/quality.py`.
"""

from __future__ import annotations

import argparse
import json
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

from bench.rewriting import SEED, pairs_of, posts  # noqa: E402 - after the path is set

from byleave.adapters.rewrite.base import find_base  # noqa: E402
from byleave.adapters.rewrite.leaving import enqueue, set_aside, settle  # noqa: E402
from byleave.adapters.rewrite.model_file import opened, read_serving  # noqa: E402
from byleave.adapters.rewrite.settings import Settings  # noqa: E402
from byleave.adapters.rewrite.trainer import Trainer  # noqa: E402
from byleave.adapters.rewrite.training import Learning, learn  # noqa: E402
from byleave.learn.manifest import Origin  # noqa: E402
from byleave.learn.rewrite.plan import expected_dirty, plan  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.learn.rewrite.pairs import Pair

ORIGIN = Origin("rewrite-bench", "rewrite", "generative-ai", {"id": "none", "digest": "none"}, "bench", "none")
FEWEST, MOST = 12, 25
"""Words of a post."""
WORK, WALL, SECONDS = 1 / 50, 1 / 40, 5.0


def main() -> int:
    """Measure, print, and say what is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--esco", type=Path, required=True)
    parser.add_argument("--members", type=int, default=1024)
    parser.add_argument("--shards", type=int, default=64)
    parser.add_argument("--alone", type=int, default=3, help="members who leave one by one")
    parser.add_argument("--epochs", type=int, default=2)
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
    settings = Settings(asked.shards, seed=SEED, epochs=asked.epochs, dtype=asked.dtype)
    everybody = pairs_of(posts(asked.esco, FEWEST, MOST)[: asked.members], 0)
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
            learned = model.manifest()["rows"]["posts"]
        said("shards are trained", told)
        told |= forgetting(folder, learning, everybody, asked, told, learned)
        told |= waves(folder, everybody, settings, asked)
        began, work = time.perf_counter(), time.process_time()
        trainer.train(everybody, SEED)
        told["single adapter, wall and CPU s"] = spent(began, work)
        said("the single adapter is trained", told)
    told["bars"] = bars(told)
    return told


def said(step: str, told: dict[str, Any]) -> None:
    """Tell on the way, since this takes long."""
    print(f"… {step}: {told}", file=sys.stderr, flush=True)


def spent(began: float, work: float) -> tuple[float, float]:
    """Seconds since then, of the clock and of the processor."""
    return round(time.perf_counter() - began, 1), round(time.process_time() - work, 1)


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


def bars(told: dict[str, Any]) -> dict[str, bool]:
    """What it must show."""
    return {
        "work": told["one member: work / whole"] <= WORK,
        "wall": told["one member: wall / whole"] <= WALL,
        "out of service": max(told["out of service, s"]) <= SECONDS,
    }


if __name__ == "__main__":
    sys.exit(main())

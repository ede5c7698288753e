"""What sharding costs a rewriter in quality: over the posts of a shard, and with what might mend it.

Run `python bench/quality.py --esco DIR [--largest N] [--public ZIP] [--out FILE]`. It needs the extra `learn` and the
base model. Eight shards are trained: what 8 and what 64 of one size know differs little, since none has seen more than
its own posts. In one epoch the first posts of a longer training are a shorter training, so one run gives a curve.
--public names R3 (`bench/revisions.py`): a base that has first learned to rewrite on its sentences.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.forgotten import HELD_OUT, TUNED, quality  # noqa: E402
from bench.revisions import sentences  # noqa: E402
from bench.rewriting import SEED, Kept, Notes, kept_gain, pairs_of, perplexity, posts  # noqa: E402

from byleave.adapters.rewrite.adapter import _drawn  # noqa: E402
from byleave.adapters.rewrite.base import find_base  # noqa: E402
from byleave.adapters.rewrite.parts import load, mean_of, save  # noqa: E402
from byleave.adapters.rewrite.settings import Settings  # noqa: E402
from byleave.adapters.rewrite.trainer import Trainer  # noqa: E402
from byleave.learn.rewrite.pairs import in_order  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from byleave.learn.rewrite.pairs import Pair

EIGHT, SMALL = 8, 16
SIZES = (16, 32, 64, 128)
"""Posts of a shard."""


class Marked(Trainer):
    """Keeps adapters on the way, after so many posts."""

    marks: Collection[int] = ()

    def train(self, pairs: Sequence[Pair], seed: int) -> bytes:
        """The adapter of a shard; `kept` has those on the way."""
        self.kept: dict[int, bytes] = {}
        self.count = 0
        data = super().train(pairs, seed)
        self.kept[self.count] = data
        return data

    def loss(self, pairs: Sequence[Pair]) -> tuple[Any, Any]:
        """As the trainer has it."""
        import torch

        if torch.is_grad_enabled():
            if self.count in self.marks:
                self.kept[self.count] = save(self.adapters.tensors())
            self.count += len(pairs)
        return super().loss(pairs)


class Bench:
    """One base, and what is measured on it."""

    def __init__(self, settings: Settings, held: Sequence[Pair], public: Sequence[Pair]) -> None:
        """Load the base."""
        self.trainer = Marked(find_base("smollm2"), settings)
        self.reader, self.held, self.public = Kept(self.trainer), held, public
        self.base = self.alone()

    def alone(self) -> float:
        """Held-out perplexity without an adapter."""
        self.reader.use(None)
        return perplexity(self.reader.read(self.held))

    def trained(self, pairs: Sequence[Pair], marks: Collection[int]) -> dict[int, bytes]:
        """Adapters after so many posts, and at the end."""
        self.trainer.adapters.share, self.trainer.marks = 1.0, marks
        self.trainer.train(pairs, SEED)
        return self.trainer.kept

    def judged(self, parts: Sequence[bytes], *, plain: bool = False) -> tuple[float, dict[str, Any]]:
        """The mean of some adapters."""
        with tempfile.TemporaryDirectory() as place:
            paths = [Path(place) / str(number) for number in range(len(parts))]
            for path, data in zip(paths, parts, strict=True):
                path.write_bytes(data)
            (Path(place) / "mean").write_bytes(mean_of(paths))
            return quality(self.reader, Path(place) / "mean", self.held, self.public, plain=plain)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--esco", type=Path, required=True)
    parser.add_argument("--public", type=Path, help="R3_eval_data.zip")
    parser.add_argument("--largest", type=int, default=64, choices=SIZES, help="posts of the largest shard")
    parser.add_argument("--only", choices=("curve", "remedies", "public"), action="append")
    parser.add_argument("--words", type=int, nargs=2, default=(8, 14), metavar=("FEWEST", "MOST"))
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    notes = Notes(asked.out, asked={name: str(value) for name, value in vars(asked).items()})
    every, first = posts(asked.esco, *asked.words), EIGHT * asked.largest
    held, public = pairs_of(every[4000 : 4000 + HELD_OUT], 4000), pairs_of(every[4200 : 4200 + TUNED], 4200)
    settings = Settings(EIGHT, SEED, epochs=1, dtype=asked.dtype)
    parts = asked.only or ("curve", "remedies", "public")
    everybody = in_order(pairs_of(every[:first], 0), SEED, 0)
    if "curve" in parts:
        curve(Bench(settings, held, public), everybody, asked.largest, notes)
    if "remedies" in parts:
        remedies(settings, held, public, everybody, notes)
    if "public" in parts and asked.public:
        taught(Bench(settings, held, public), everybody, sentences(asked.public), notes)
    return 0


def curve(bench: Bench, everybody: Sequence[Pair], largest: int, notes: Notes) -> None:
    """One adapter on the same posts as eight shards together, for shards of several sizes."""
    notes.add(base=round(bench.base, 3))
    sizes = [size for size in SIZES if size <= largest]
    single = bench.trained(everybody, {EIGHT * size for size in sizes})
    ones = {size: bench.judged([single[EIGHT * size]], plain=True)[0] for size in sizes}
    notes.add(single={EIGHT * size: round(one, 3) for size, one in ones.items()})
    shards = [bench.trained(everybody[start::EIGHT], sizes) for start in range(EIGHT)]
    for size in sizes:
        found, told = bench.judged([one[size] for one in shards])
        kept = {str(EIGHT * other): round(kept_gain(bench.base, ones[other], found), 3) for other in sizes}
        worse = {str(EIGHT * other): round(found / ones[other], 3) for other in sizes}
        notes.add(**{f"mean of 8 shards of {size}": {**told, "gain kept of one on": kept, "beside one on": worse}})


def remedies(
    settings: Settings, held: Sequence[Pair], public: Sequence[Pair], everybody: Sequence[Pair], notes: Notes
) -> None:
    """Shards of 16 posts, trained in other ways; the epochs of each are marks of one run."""
    for name, epochs, changes in (
        ("as it is", 4, {}),
        ("batches of 2", 2, {"batch": 2}),
        ("batches of 1", 2, {"batch": 1}),
        ("twice the rate", 2, {"rate_millionths": 20_000}),
        ("rank 32", 2, {"rank": 32}),
        ("all blocks", 2, {"layers": 30}),
    ):
        bench = Bench(replace(settings, epochs=epochs, **changes), held, public)
        marks = {SMALL * one for one in (1, 2, epochs)}
        shards = [bench.trained(everybody[start::EIGHT][:SMALL], marks) for start in range(EIGHT)]
        for mark in sorted(marks):
            found, told = bench.judged([one[mark] for one in shards])
            notes.add(**{f"16 posts, {name}, {mark // SMALL} epochs": {**told, "held": round(found, 3)}})


def taught(bench: Bench, everybody: Sequence[Pair], public: Sequence[str], notes: Notes) -> None:
    """A base that first learned to rewrite on public sentences: then one adapter and shards of 16 on it."""
    import torch

    before = bench.base
    lesson = bench.trained(pairs_of(public, 50_000), ())
    settings, strength = bench.trainer.settings, 1.0
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "part").write_bytes(lesson[bench.trainer.count])
        halves = load(Path(place) / "part")
    layers = dict(bench.trainer.model.named_modules())
    with torch.no_grad():
        for name, half in halves.items():
            shared = _drawn(name, settings, layers[name].in_features)
            layers[name].weight += (strength * torch.from_numpy(half.copy()) @ shared).to(layers[name].weight.dtype)
    bottom = bench.alone()
    notes.add(taught={"sentences": len(public), "base": round(before, 3), "taught base": round(bottom, 3)})
    first = everybody[: EIGHT * SMALL]
    whole = bench.trained(everybody, {len(first)})
    ones = {count: bench.judged([whole[count]], plain=True)[0] for count in (len(first), len(everybody))}
    notes.add(**{"taught base, one adapter": {str(count): round(one, 3) for count, one in ones.items()}})
    shards = [bench.trained(everybody[start::EIGHT][:SMALL], ())[SMALL] for start in range(EIGHT)]
    found, told = bench.judged(shards)
    kept = {
        str(count): {
            "worse": round(found / one, 3),
            "of what one gains over the base": round(kept_gain(before, one, found), 3),
            "over the taught base": round(kept_gain(bottom, one, found), 3),
        }
        for count, one in ones.items()
    }
    notes.add(**{"taught base, mean of 8 shards of 16": {**told, "beside one on": kept}})


if __name__ == "__main__":
    sys.exit(main())
